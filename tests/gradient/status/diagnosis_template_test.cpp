// Causes that a podTemplate has made are told with its field.

#include "gradient/status/support/cluster.h"

#include <catch2/catch.hpp>

using namespace cluster;

namespace {

const std::string refused = "False AdmissionRefused: the cluster refused the pods: ";

gradient::DeploymentSpec with_template(const std::string& pod) {
  auto spec = plain_spec();
  spec.health_checks = {};
  spec.pod_template.spec = json::parse(pod);
  return spec;
}

/// What is added to the refusal.
std::string remedy(const Given& given, const gradient::DeploymentSpec& spec,
                   const std::string& refusal) {
  auto world = observed({1, 0, 0, 0, 0}, {});
  world.deployment = with_condition(*world.deployment, "ReplicaFailure", "True", "FailedCreate",
                                    "pods \"demo-new-x7k2p\" is forbidden: " + refusal);
  const auto told = text_of(status_with(given, spec, world));
  const auto begin = refused + refusal;
  REQUIRE(told.starts_with(begin));
  return told.substr(begin.size());
}

/// A container more, as podTemplate brings it, beside an app that runs.
Json with_container(const std::string& name, const Json& state) {
  Json pod = Pod().app(runs());
  pod["spec"]["containers"][1] =
      json::object({{"name", name},
                    {"image", "example.com/proxy:1"},
                    {"readinessProbe", json::parse(R"({"httpGet":{"port":1}})")},
                    {"resources", json::parse(R"({"limits":{"memory":"1Gi"}})")}});
  auto named = state;
  named["name"] = Json(name);
  pod["status"]["containerStatuses"][1] = named;
  return pod;
}

constexpr const char* with_proxy =
    R"({"containers":[{"name":"proxy","image":"example.com/proxy:1","readinessProbe":{},
        "resources":{"limits":{"memory":"1Gi"}}}]})";

}  // namespace

TEST_CASE("what Pod Security refuses of podTemplate is told with its fields") {
  struct Row {
    std::string name, pod, refusal, remedy;
  };
  const std::string relax = ", or relax the namespace's pod-security labels";
  const auto row = GENERATE_COPY(values<Row>({
      {"a volume", R"({"volumes":[{"name":"disk","hostPath":{"path":"/"}}]})",
       R"(violates PodSecurity "baseline:latest": hostPath volumes (volume "disk"))",
       "; correct spec.podTemplate.spec.volumes[disk]" + relax},
      {"a setting of the app",
       R"({"containers":[{"name":"app","securityContext":{"privileged":true}}]})",
       R"(violates PodSecurity "baseline:latest": privileged (container "app" must not set )"
       R"(securityContext.privileged=true))",
       "; correct spec.podTemplate.spec.containers[app].securityContext.privileged" + relax},
      {"several things",
       R"({"hostNetwork":true,"initContainers":[{"name":"setup","image":"a"}],
           "containers":[{"name":"app","ports":[{"containerPort":1,"hostPort":1}]}]})",
       R"(violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true), hostPort )"
       R"((container "app" uses hostPort 1), non-default capabilities (container "setup" must not )"
       R"(include "NET_ADMIN" in securityContext.capabilities.add))",
       "; correct spec.podTemplate.spec.hostNetwork, spec.podTemplate.spec.containers[app].ports "
       "and spec.podTemplate.spec.initContainers[setup]" +
           relax},
      {"a setting of the pod beside what the configuration lacks",
       R"({"securityContext":{"seccompProfile":{"type":"Unconfined"}}})",
       R"(violates PodSecurity "restricted:latest": unrestricted capabilities (container "app" )"
       R"(must set securityContext.capabilities.drop=["ALL"]), seccompProfile (pod must not set )"
       R"(securityContext.seccompProfile.type to "Unconfined"))",
       "; correct spec.podTemplate.spec.securityContext.seccompProfile, set podSecurity: "
       "restricted in the operator's configuration" +
           relax},
      {"the host of a probe",
       R"({"containers":[{"name":"app","livenessProbe":{"httpGet":{"host":"a"}}}]})",
       R"(violates PodSecurity "baseline:latest": probe or lifecycle host (container "app" uses )"
       R"(probe or lifecycle host "a"))",
       "; correct spec.podTemplate.spec.containers[app].livenessProbe" + relax},
      {"nothing of it", R"({"containers":[{"name":"app","securityContext":{"privileged":false}}]})",
       R"(violates PodSecurity "baseline:latest": hostPath volumes (volume "disk"))",
       "; relax the namespace's pod-security labels, or see who adds to the pods what the message "
       "names"},
  }));
  DYNAMIC_SECTION(row.name) {
    CHECK(remedy({}, with_template(row.pod), row.refusal) == row.remedy);
  }
}

TEST_CASE("all that Pod Security refuses at once is told, each field once") {
  const auto spec = with_template(R"({"hostIPC":true,
      "securityContext":{"runAsUser":0,"seccompProfile":{"type":"Unconfined"},"sysctls":[]},
      "volumes":[{"name":"disk","hostPath":{"path":"/"}}],
      "initContainers":[{"name":"setup","securityContext":{"capabilities":{"add":["NET_ADMIN"]}}}],
      "containers":[{"name":"app","ports":[],"securityContext":{"privileged":true},
                     "livenessProbe":{}}]})");
  const std::string in_1_34 =
      R"(violates PodSecurity "restricted:latest": host namespaces (hostIPC=true), hostPort )"
      R"((container "app" uses hostPort 80), probe or lifecycle host (container "app" uses probe )"
      R"(or lifecycle host "1.2.3.4"), privileged (container "app" must not set )"
      R"(securityContext.privileged=true), forbidden sysctls (net.core.somaxconn), )"
      R"(unrestricted capabilities (containers "setup", "app" must set )"
      R"(securityContext.capabilities.drop=["ALL"]; container "setup" must not include )"
      R"("NET_ADMIN" in securityContext.capabilities.add), restricted volume types (volume "disk" )"
      R"(uses restricted volume type "hostPath"), runAsUser=0 (pod must not set runAsUser=0), )"
      R"(seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined"))";
  const std::string at = "spec.podTemplate.spec.";
  CHECK(remedy({}, spec, in_1_34) ==
        "; correct " + at + "hostIPC, " + at + "containers[app].ports, " + at +
            "containers[app].livenessProbe, " + at +
            "containers[app].securityContext.privileged, " + at + "securityContext.sysctls, " + at +
            "initContainers[setup].securityContext.capabilities, " + at + "volumes[disk], " + at +
            "securityContext.runAsUser and " + at +
            "securityContext.seccompProfile, set podSecurity: restricted in the operator's "
            "configuration, or relax the namespace's pod-security labels");
}

TEST_CASE("what podTemplate names and the cluster lacks is told with its field") {
  struct Row {
    std::string pod, refusal, remedy;
  };
  const auto row = GENERATE(values<Row>({
      {R"({"runtimeClassName":"kata"})", "pod rejected: RuntimeClass \"kata\" not found",
       "; create the RuntimeClass, or correct spec.podTemplate.spec.runtimeClassName"},
      {R"({"priorityClassName":"high"})", "no PriorityClass with name high was found",
       "; create the PriorityClass, or correct spec.podTemplate.spec.priorityClassName"},
      {R"({"serviceAccountName":"bot"})",
       "error looking up service account team/bot: serviceaccount \"bot\" not found",
       "; in a new namespace this passes within seconds, otherwise create the ServiceAccount, or "
       "correct spec.podTemplate.spec.serviceAccountName"},
      {R"({"nodeSelector":{"a":"b"}})",
       "pod node label selector conflicts with its namespace node label selector",
       "; correct spec.podTemplate.spec.nodeSelector, or the namespace's annotations"},
      {with_proxy, "failed quota: compute: must specify limits.cpu for: proxy",
       "; set resources.limits.cpu of spec.podTemplate.spec.containers[proxy], or give the "
       "namespace a LimitRange with defaults"},
      {with_proxy, "failed quota: compute: must specify limits.cpu for: app,proxy",
       "; set resources.limits.cpu of spec.podTemplate.spec.containers[proxy], "
       "instanceTypes.C4.limits.cpu in the operator's configuration, or give the namespace a "
       "LimitRange with defaults"},
  }));
  CHECK(remedy({}, with_template(row.pod), row.refusal) == row.remedy);
}

namespace {

/// What is added to the refusal of pods whose resources come from everywhere: of the app cpu is
/// podTemplate's and memory the machine's.
std::string remedy_of_resources(const std::string& begin, const std::string& refusal) {
  Given given;
  given.found.models["llm"].spec.resources = json::parse(R"({"limits":{"memory":"3Gi"}})");
  given.settings.pod_template.spec =
      json::parse(R"({"containers":[{"name":"logs","resources":{"limits":{"cpu":"300m"}}}]})");
  auto spec = content_spec();
  spec.pod_template.spec = json::parse(R"({"containers":[
      {"name":"app","resources":{"limits":{"cpu":"4"},"requests":{"cpu":"2500m"}}},
      {"name":"proxy","resources":{"limits":{"cpu":"2","memory":"8Gi"}}}]})");
  auto world = observed({1, 0, 0, 0, 0}, {});
  auto deployment = *world.deployment;
  deployment["spec"]["template"]["spec"] = json::parse(R"({
      "initContainers":[
        {"name":"clone-code","resources":{"requests":{"cpu":"50m","memory":"64Mi"}}},
        {"name":"sync-llm","resources":{"limits":{"memory":"3Gi"},"requests":{"memory":"64Mi"}}}],
      "containers":[
        {"name":"app","resources":{"limits":{"cpu":"4","memory":"8Gi"},
                                   "requests":{"cpu":"2500m","memory":"8Gi"}}},
        {"name":"proxy","resources":{"limits":{"cpu":"2","memory":"8Gi"}}},
        {"name":"logs","resources":{"limits":{"cpu":"300m"}}},
        {"name":"mesh","resources":{"limits":{"cpu":"700m"}}}]})");
  world.deployment = with_condition(deployment, "ReplicaFailure", "True", "FailedCreate",
                                    "pods \"demo-new-x7k2p\" is forbidden: " + refusal);
  const auto told = text_of(status_with(given, spec, world));
  REQUIRE(told.starts_with(begin + refusal));
  return told.substr(begin.size() + refusal.size());
}

const std::string at = "spec.podTemplate.spec.containers";

}  // namespace

TEST_CASE("an amount that a LimitRange refuses is told with the field that has it") {
  struct Row {
    std::string refusal, fields;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {"maximum cpu usage per Container is 1, but limit is 4", at + "[app].resources.limits.cpu"},
      {"maximum memory usage per Container is 1Gi, but limit is 8Gi",
       "spec.resources.instanceType and " + at + "[proxy].resources.limits.memory"},
      {"[maximum cpu usage per Container is 1, but limit is 4, maximum cpu usage per Container is "
       "1, but limit is 2]",
       at + "[app].resources.limits.cpu and " + at + "[proxy].resources.limits.cpu"},
      {"minimum cpu usage per Container is 3, but request is 2",  // as the limit
       at + "[proxy].resources.limits.cpu"},
      {"minimum cpu usage per Container is 3, but request is 2500m",
       at + "[app].resources.requests.cpu"},
      {"maximum cpu usage per Pod is 4, but limit is 7",
       at + "[app].resources.limits.cpu, " + at + "[proxy].resources.limits.cpu and podTemplate." +
           "spec.containers[logs].resources.limits.cpu in the operator's configuration"},
      {"maximum memory usage per Container is 2Gi, but limit is 3Gi",
       "spec.resources.limits.memory of Model llm"},
      {"minimum memory usage per Container is 100Mi, but request is 64Mi",
       "sync.resources.requests.memory in the operator's configuration"},
      {"memory max limit to request ratio per Container is 1, but provided ratio is 48.000000",
       "spec.resources.instanceType, " + at +
           "[proxy].resources.limits.memory, sync.resources."
           "requests.memory in the operator's configuration and spec.resources.limits.memory of "
           "Model "
           "llm"},
      {R"(spec.containers[0].resources.requests: Invalid value: "2500m": must be less than or )"
       "equal to cpu limit of 1",
       at + "[app].resources.requests.cpu"},
      {R"(spec.initContainers[0].resources.requests: Invalid value: "64Mi": must be less than or )"
       "equal to memory limit of 1Mi",
       "sync.resources.requests.memory in the operator's configuration"},
  }));
  CHECK(remedy_of_resources(refused, row.refusal) ==
        "; correct " + row.fields + ", or change the namespace's LimitRange");
}

TEST_CASE("an amount that nobody here has written is told as before") {
  for (const auto* refusal : {"maximum cpu usage per Container is 100m, but limit is 700m",
                              "maximum cpu usage per Container is 1, but limit is 9",
                              R"(spec.containers[9].resources.requests: Invalid value: "2": must )"
                              "be less than or equal to cpu limit of 1"})
    CHECK(remedy_of_resources(refused, refusal) ==
          "; choose a spec.resources.instanceType within the namespace's LimitRange, set "
          "sync.resources in the operator's configuration where the amount is that of a helper, "
          "or change that");
}

TEST_CASE("what a quota has no room for is told with the fields that ask for it") {
  const std::string begin =
      "False QuotaExceeded: no room in the namespace's quota for more pods: exceeded quota: q, "
      "requested: ";
  const std::string end = ", used: limits.cpu=0, limited: limits.cpu=1";
  const auto told = [&](const std::string& requested) {
    return remedy_of_resources(begin.substr(0, begin.find("exceeded")),
                               "exceeded quota: q, requested: " + requested + end);
  };
  const std::string fewer = "; raise the ResourceQuota, or ask for fewer replicas";
  CHECK(told("limits.cpu=7") ==
        fewer + " or for less in " + at + "[app].resources.limits.cpu, " + at +
            "[proxy].resources.limits.cpu and podTemplate.spec.containers[logs].resources.limits."
            "cpu in the operator's configuration");
  CHECK(told("memory=16Gi,pods=1") ==
        fewer + " or for less in spec.resources.instanceType, " + at +
            "[proxy].resources.limits.memory and sync.resources.requests.memory in the operator's "
            "configuration");
  CHECK(told("count/pods=1,pods=1") == fewer);
}

TEST_CASE("what only the configuration's podTemplate says is told as the configuration's") {
  Given given;
  given.settings.pod_template.spec = json::parse(R"({"runtimeClassName":"kata"})");
  const std::string refusal = "pod rejected: RuntimeClass \"kata\" not found";
  CHECK(remedy(given, plain_spec(), refusal) ==
        "; create the RuntimeClass, or correct podTemplate.spec.runtimeClassName in the operator's "
        "configuration");
  CHECK(remedy(given, with_template(R"({"runtimeClassName":"kata"})"), refusal) ==
        "; create the RuntimeClass, or correct spec.podTemplate.spec.runtimeClassName");
}

TEST_CASE("a probe of podTemplate that fails is told with its field") {
  const std::string text = "probe failed: HTTP probe failed with statuscode: 404";
  const auto told_of = [](const gradient::DeploymentSpec& spec, const Json& pod,
                          const std::vector<Json>& events) {
    return text_of(status(spec, observed({}, {pod}, events)));
  };
  const std::string app = "False ProbeFailed: pod demo-new-1: container app: ";
  const auto unready =
      std::vector{event("Unhealthy", "Readiness " + text, {.container = "app", .count = 3})};
  auto spec = with_template(R"({"containers":[{"name":"app","readinessProbe":{"timeoutSeconds":1},
                                "livenessProbe":{}}]})");
  const std::string field = "spec.podTemplate.spec.containers[app].readinessProbe";
  SECTION("the app's readiness") {
    CHECK(told_of(spec, Pod().app(runs_unready()), unready) ==
          app + "Readiness " + text + "; check " + field + " and what the app answers");
  }
  SECTION("one that the spec has, too") {
    spec.health_checks = plain_spec().health_checks;
    CHECK(told_of(spec, Pod().app(runs_unready()), unready) ==
          app + "Readiness " + text + "; check spec.healthChecks.readiness and " + field +
              " and what the app answers");
  }
  SECTION("one that nobody wrote") {
    CHECK(told_of(with_template("{}"), Pod().app(runs_unready()), unready) ==
          app + "Readiness " + text);
  }
  SECTION("the app's liveness") {
    const auto killed = event("Killing", "Container app failed liveness probe, will be restarted",
                              {.container = "app"});
    CHECK(told_of(spec, Pod().app(backs_off(137, "Error")), {killed}) ==
          app +
              "was restarted: Container app failed liveness probe, will be restarted; check "
              "spec.podTemplate.spec.containers[app].livenessProbe and what the app answers");
  }
  SECTION("of another container") {
    const auto failed = event("Unhealthy", "Readiness " + text, {.container = "proxy", .count = 3});
    auto of_proxy = failed;
    of_proxy["involvedObject"]["fieldPath"] = Json("spec.containers{proxy}");
    CHECK(told_of(with_template(with_proxy), with_container("proxy", runs_unready()), {of_proxy}) ==
          "False ProbeFailed: pod demo-new-1: container proxy: Readiness " + text +
              "; check spec.podTemplate.spec.containers[proxy].readinessProbe and what it "
              "answers");
  }
}

TEST_CASE("a port that podTemplate looks at is told with its probe") {
  Json pod = Pod().app(runs_unready());
  pod["spec"]["containers"][0]["readinessProbe"] = json::parse(R"({"tcpSocket":{"port":9}})");
  auto spec = with_template(R"({"containers":[{"name":"app","readinessProbe":{"tcpSocket":{}}}]})");
  spec.port = 80;
  const auto closed = event("Unhealthy", "Readiness probe failed: connect: connection refused",
                            {.container = "app", .count = 3});
  CHECK(text_of(status(spec, observed({}, {pod}, {closed}))) ==
        "False NotListening: pod demo-new-1: container app does not listen on port 9; have its "
        "program listen there, on 0.0.0.0 and not on 127.0.0.1, or correct "
        "spec.podTemplate.spec.containers[app].readinessProbe");
}

TEST_CASE("a postStart hook that fails is not taken for the command") {
  const auto spec = with_template(
      R"({"containers":[{"name":"app","lifecycle":{"postStart":{"exec":{"command":["x"]}}}}]})");
  const std::string told =
      "False StartFailed: pod demo-new-1: container app was ended, as its postStart hook failed; "
      "check spec.podTemplate.spec.containers[app].lifecycle.postStart";
  const auto of_hook = event("FailedPostStartHook", "PostStartHook failed", {.container = "app"});
  CHECK(text_of(status(spec, observed({}, {Pod().app(waits("PostStartHookError", "a"))}))) == told);
  const auto app = GENERATE(values<Json>({ended(137, "Error"), backs_off(137, "Error")}));
  CHECK(text_of(status(spec, observed({}, {Pod().app(app)}, {of_hook}))) == told);
  const auto earlier = event("FailedPostStartHook", "PostStartHook failed",
                             {.container = "app", .time = "2026-01-02T10:01:00Z"});
  CHECK(text_of(status(spec, observed({}, {Pod().app(backs_off(1, "Error"))}, {earlier})))
            .starts_with("False CrashLoop: "));
}

TEST_CASE("what podTemplate adds to a container is told when it does not start") {
  const auto told_of = [](const std::string& pod_template, const Json& pod) {
    return text_of(status(with_template(pod_template), observed({}, {pod})));
  };
  const auto no_program = backs_off(128, "StartError", "exec: \"x\": not found");
  CHECK(told_of(R"({"containers":[{"name":"app","args":["x"]}]})", Pod().app(no_program)) ==
        "False StartFailed: pod demo-new-1: container app cannot be started: exec: \"x\": not "
        "found; check spec.command, spec.podTemplate.spec.containers[app].args and spec.image");
  CHECK(told_of(with_proxy, with_container("proxy", no_program)) ==
        "False StartFailed: pod demo-new-1: container proxy cannot be started: exec: \"x\": not "
        "found; check spec.podTemplate.spec.containers[proxy]");
  CHECK(told_of(with_proxy, with_container("proxy", backs_off(137, "OOMKilled"))) ==
        "False OutOfMemory: pod demo-new-1: container proxy needed more memory than its limit of "
        "1Gi; raise "
        "spec.podTemplate.spec.containers[proxy].resources.limits.memory, or use less");
  CHECK(told_of(R"({"securityContext":{"runAsNonRoot":true}})",
                Pod().app(waits("CreateContainerConfigError",
                                "container has runAsNonRoot and image will run as root"))) ==
        "False StartFailed: pod demo-new-1: container app: cannot be started: container has "
        "runAsNonRoot and image will run as root; correct "
        "spec.podTemplate.spec.securityContext.runAsNonRoot, or use an image of another user");
}

TEST_CASE("the image of podTemplate's container is told with its field") {
  const auto told_of = [](const std::string& reason, const std::string& words) {
    return text_of(status(with_template(with_proxy),
                          observed({}, {with_container("proxy", waits(reason, words))})));
  };
  CHECK(told_of("ErrImagePull", "manifest unknown") ==
        "False ImageNotFound: pod demo-new-1: there is no image example.com/proxy:1: manifest "
        "unknown; check name and tag in spec.podTemplate.spec.containers[proxy].image");
  CHECK(told_of("ErrImagePull", "401 Unauthorized") ==
        "False RegistryRefused: pod demo-new-1: the registry refused image example.com/proxy:1: "
        "401 Unauthorized; name a Secret with the credentials in "
        "spec.podTemplate.spec.imagePullSecrets, and check "
        "spec.podTemplate.spec.containers[proxy].image");
}

TEST_CASE("a volume of podTemplate that cannot be had is told with its field") {
  const auto spec = with_template(R"({"volumes":[
      {"name":"disk","hostPath":{"path":"/no"}},
      {"name":"mine","persistentVolumeClaim":{"claimName":"team-data"}}]})");
  const auto failed = event("FailedMount",
                            "MountVolume.SetUp failed for volume \"disk\" : hostPath type check "
                            "failed: /no is not a directory");
  CHECK(text_of(status(spec, observed({}, {Pod().app(waits("ContainerCreating"))}, {failed}))) ==
        "False VolumeNotMounted: pod demo-new-1: a volume cannot be mounted on node node-1: "
        "MountVolume.SetUp failed for volume \"disk\" : hostPath type check failed: /no is not a "
        "directory; check spec.podTemplate.spec.volumes[disk]");
  Json pod = Pod()
                 .without_node("persistentvolumeclaim \"team-data\" not found")
                 .with_claim("team-data")
                 .app(waits("Pending"));
  pod["spec"]["volumes"][0]["name"] = Json("mine");
  CHECK(text_of(status(spec, observed({}, {pod}))) ==
        "False ClaimPending: pod demo-new-1: no volume is bound to its claims (team-data): "
        "persistentvolumeclaim \"team-data\" not found; create the claim, or correct "
        "spec.podTemplate.spec.volumes[mine]");
}

TEST_CASE("what podTemplate asks of nodes is told where no node has it") {
  const auto spec = with_template(R"({"nodeSelector":{"a":"b"},"tolerations":[]})");
  const std::string words =
      "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.";
  CHECK(text_of(status(spec, observed({}, {Pod().without_node(words).app(waits("Pending"))}))) ==
        "False Unschedulable: pod demo-new-1: no node takes it (C4 requests 1 CPU, 4Gi memory): " +
            words + "; check spec.podTemplate.spec.nodeSelector");
}

TEST_CASE("a readiness gate of podTemplate that nobody opens is told") {
  const auto spec = with_template(R"({"readinessGates":[{"conditionType":"example.com/lb"}]})");
  Json pod = Pod().lost();
  pod["status"]["conditions"][1]["reason"] = Json("ReadinessGatesNotReady");
  pod["spec"]["readinessGates"] =
      json::parse(R"([{"conditionType":"example.com/ok"},{"conditionType":"example.com/lb"}])");
  pod["status"]["conditions"][3] = json::parse(R"({"type":"example.com/ok","status":"True"})");
  const std::string begin =
      "False MinimumReplicasUnavailable: 0 of 1 replica is available; pod demo-new-1 waits for the "
      "condition example.com/lb of its readiness gate, which ";
  const std::string end =
      "; see who is to set it, or correct "
      "spec.podTemplate.spec.readinessGates[example.com/lb]";
  CHECK(text_of(status(spec, observed({}, {pod}))) == begin + "nobody has set" + end);
  CHECK(text_of(status(plain_spec(), observed({}, {pod}))) == begin + "nobody has set");
  pod["status"]["conditions"][4] = json::parse(R"({"type":"example.com/lb","status":"False"})");
  CHECK(text_of(status(spec, observed({}, {pod}))) == begin + "is False" + end);
}

TEST_CASE("a node that podTemplate names and that takes no pod is told") {
  const auto spec = with_template(R"({"nodeName":"ghost"})");
  Json pod = Pod().on("ghost");
  pod["spec"]["containers"][0] = json::parse(R"({"name":"app"})");
  const auto told = [&](const gradient::DeploymentSpec& of) {
    return text_of(status(of, observed({}, {pod})));
  };
  const std::string begin =
      "False MinimumReplicasUnavailable: 0 of 1 replica is available; pod demo-new-1";
  CHECK(told(spec) == begin +
                          " waits for node ghost of spec.podTemplate.spec.nodeName to take it; see "
                          "kubectl get node ghost");
  CHECK(told(plain_spec()) == begin + ": container app is about to start");
  pod["status"]["startTime"] = Json("2026-01-02T10:00:01Z");
  CHECK(told(spec) == begin + ": container app is about to start");
}
