#include "gradient/status/support/cluster.h"

#include <catch2/catch.hpp>

using namespace cluster;

namespace {

std::string told_of(const gradient::DeploymentSpec& spec, const std::string& refusal) {
  auto world = observed({1, 0, 0, 0, 0}, {});
  world.deployment = with_condition(*world.deployment, "ReplicaFailure", "True", "FailedCreate",
                                    "pods \"demo-new-x7k2p\" is forbidden: " + refusal);
  return text_of(status(spec, world));
}

const std::string refused = "False AdmissionRefused: the cluster refused the pods: ";
const std::string in_range =
    "; choose a spec.resources.instanceType within the namespace's LimitRange, or change that";

}  // namespace

TEST_CASE("pods that cannot even be made are explained by the cluster's refusal") {
  struct Row {
    std::string name, text, remedy;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {"pod security",
       "violates PodSecurity \"restricted:latest\": runAsNonRoot != true (pod or container \"app\" "
       "must set securityContext.runAsNonRoot=true)",
       "; set podSecurity: restricted in the operator's configuration, or relax the namespace's "
       "pod-security labels"},
      {"pod security that every pod of ours keeps",
       "violates PodSecurity \"baseline:latest\": privileged (container \"proxy\" must not set "
       "securityContext.privileged=true)",
       "; relax the namespace's pod-security labels, or see who adds to the pods what the message "
       "names"},
      {"a LimitRange",
       "[maximum cpu usage per Container is 1, but limit is 4, maximum memory usage per Container "
       "is 1Gi, but limit is 8Gi]",
       in_range},
      {"a quota that is not counted yet",
       "status unknown for quota: compute, resources: limits.cpu,pods",
       "; the quota has not been counted yet, which passes within seconds unless "
       "kube-controller-manager is down"},
      {"a resource that is only to be had with a quota",
       "insufficient quota to consume: requests.nvidia.com/gpu",
       "; the cluster requires a ResourceQuota in the namespace for this: ask its administrator "
       "for "
       "one"},
      {"a namespace without its service account",
       "error looking up service account team/default: serviceaccount \"default\" not found",
       "; in a new namespace this passes within seconds, otherwise create the ServiceAccount"},
      {"a runtime class that is not there", "pod rejected: RuntimeClass \"kata\" not found",
       "; create the RuntimeClass, or correct runtimeClassName of the instance type in the "
       "operator's configuration"},
      {"a platform that assigns users",
       "unable to validate against any security context constraint: [provider restricted-v2: "
       ".initContainers[0].runAsUser: Invalid value: 65532: must be in the ranges: [1, 2]]",
       "; where the platform assigns users and groups, set sync.runAsUser and sync.fsGroup to null "
       "in the operator's configuration"},
      {"a webhook",
       "admission webhook \"policy.example.com\" denied the request: failed quota: must specify "
       "an owner",
       ""},
      {"a policy of the cluster",
       "ValidatingAdmissionPolicy 'images' with binding 'all' denied request: images must be "
       "signed",
       ""},
  }));
  DYNAMIC_SECTION(row.name) {
    CHECK(told_of(plain_spec(), row.text) == refused + row.text + row.remedy);
  }
}

TEST_CASE("a quota with no room is told apart from one that cannot count a container") {
  CHECK(told_of(plain_spec(),
                "exceeded quota: compute, requested: pods=1, used: pods=4, limited: pods=4") ==
        "False QuotaExceeded: no room in the namespace's quota for more pods: exceeded quota: "
        "compute, requested: pods=1, used: pods=4, limited: pods=4; raise the ResourceQuota, or "
        "ask for fewer replicas");
  struct Row {
    std::string name, missing, remedy;
  };
  const std::string range = "give the namespace a LimitRange with defaults";
  const auto row = GENERATE_COPY(values<Row>({
      {"of the helpers", "limits.cpu for: clone-code,sync-llm",
       "; set sync.resources.limits.cpu in the operator's configuration (of these helpers alone: "
       "spec.repositories.resources.limits.cpu, spec.resources.limits.cpu of Model llm), or " +
           range},
      {"of all", "limits.cpu for: app,clone-code; memory for: sync-llm",
       "; set instanceTypes.C4.limits.cpu, sync.resources.limits.cpu, "
       "sync.resources.requests.memory in the operator's configuration (of these helpers alone: "
       "spec.repositories.resources.limits.cpu, spec.resources.requests.memory of Model llm), or " +
           range},
      {"of the app", "requests.cpu for: app",
       "; set instanceTypes.C4.requests.cpu in the operator's configuration, or " + range},
      {"of a container that is not ours", "limits.cpu for: proxy", "; " + range},
      {"of one that is not ours, too", "limits.cpu for: clone-code,proxy,setup", "; " + range},
  }));
  DYNAMIC_SECTION(row.name) {
    const auto text = "failed quota: compute: must specify " + row.missing;
    CHECK(told_of(content_spec(), text) == refused + text + row.remedy);
  }
}

TEST_CASE("a LimitRange may be about a helper") {
  const std::string text = "minimum cpu usage per Container is 100m, but request is 50m";
  CHECK(told_of(plain_spec(), text) == refused + text + in_range);
  CHECK(told_of(content_spec(), text) ==
        refused + text +
            "; choose a spec.resources.instanceType within the namespace's LimitRange, set "
            "sync.resources in the operator's configuration where the amount is that of a helper, "
            "or change that");
}

TEST_CASE("pod security is not to be had by a setting that is set") {
  auto world = observed({1, 0, 0, 0, 0}, {});
  auto deployment = *world.deployment;
  deployment["spec"]["template"]["spec"]["containers"][0]["securityContext"] =
      json::parse(R"({"capabilities":{"drop":["ALL"]},"runAsNonRoot":true})");
  world.deployment = with_condition(deployment, "ReplicaFailure", "True", "FailedCreate",
                                    "violates PodSecurity \"restricted:latest\": seccompProfile");
  CHECK(text_of(status(plain_spec(), world)) ==
        refused +
            "violates PodSecurity \"restricted:latest\": seccompProfile; relax the namespace's "
            "pod-security labels, or see who adds to the pods what the message names");
}

TEST_CASE("a pod that a LimitRange has made invalid") {
  auto world = observed({1, 0, 0, 0, 0}, {});
  const std::string text =
      "spec.containers[0].resources.requests: Invalid value: \"10m\": must be less than or equal "
      "to "
      "cpu limit of 1m";
  world.deployment = with_condition(*world.deployment, "ReplicaFailure", "True", "FailedCreate",
                                    "Pod \"demo-new-x7k2p\" is invalid: " + text);
  CHECK(text_of(status(plain_spec(), world)) == refused + text + in_range);
}

TEST_CASE("a refusal is told by an event of the ReplicaSet, until a pod was made") {
  const auto event_of_quota =
      event("FailedCreate",
            "Error creating: pods \"demo-new-x7k2p\" is forbidden: exceeded "
            "quota: compute, requested: pods=1",
            {.pod = "demo-new"});
  CHECK(text_of(status(plain_spec(), observed({1, 0, 0, 0, 0}, {}, {event_of_quota}))) ==
        "False QuotaExceeded: no room in the namespace's quota for more pods: exceeded quota: "
        "compute, requested: pods=1; raise the ResourceQuota, or ask for fewer replicas");
  const auto pod = Pod().created("2026-01-02T10:06:00Z").app(waits("ContainerCreating"));
  CHECK(text_of(status(plain_spec(), observed({1, 1, 0, 0, 0}, {pod}, {event_of_quota}))) ==
        "False MinimumReplicasUnavailable: 0 of 1 replica is available; pod demo-new-1: container "
        "app is about to start");
}

TEST_CASE("a refusal is the last one, where the condition keeps the first") {
  auto world = observed({1, 0, 0, 0, 0}, {});
  world.deployment = with_condition(*world.deployment, "ReplicaFailure", "True", "FailedCreate",
                                    "pods \"demo-new-x7k2p\" is forbidden: failed quota: compute: "
                                    "must specify limits.cpu for: app");
  const std::string since = "2026-01-02T10:04:00Z";
  const auto refused_at = [&](const std::string& time, const std::string& text) {
    return event("FailedCreate", text, {.pod = "demo-new", .time = time});
  };
  const auto told = [&] { return text_of(status(plain_spec(), world)); };
  const std::string first = refused + "failed quota: compute: must specify limits.cpu for: app; ";
  const std::string quota =
      "exceeded quota: other, requested: pods=1, used: pods=0, limited: pods=0";
  const std::string in_event = "pods \"demo-new-abcde\" is forbidden: " + quota;
  const auto last =
      "False QuotaExceeded: no room in the namespace's quota for more pods: " + quota +
      "; raise the ResourceQuota, or ask for fewer replicas";
  CHECK(told().starts_with(first));
  SECTION("in an event") {
    world.events = {refused_at(since, "Error creating: " + in_event)};
    CHECK(told() == last);
  }
  SECTION("in one of many that are counted together") {
    world.events = {refused_at(since, "Error creating: something else"),
                    refused_at("2026-01-02T11:30:00Z",
                               "(combined from similar events): Error creating: " + in_event)};
    CHECK(told() == last);
  }
  SECTION("in one of a webhook") {
    world.events = {refused_at("2026-01-02T11:30:00Z",
                               "Error creating: admission webhook \"w\" denied the request: no")};
    CHECK(told() == refused + "admission webhook \"w\" denied the request: no");
  }
  SECTION("not in one of an earlier failure") {
    world.events = {refused_at("2026-01-02T00:00:00Z", "Error creating: " + in_event)};
    CHECK(told().starts_with(first));
  }
  SECTION("not in one of another ReplicaSet") {
    world.events = {event("FailedCreate", "Error creating: " + in_event,
                          {.pod = "demo-old", .time = "2026-01-02T11:30:00Z"})};
    CHECK(told().starts_with(first));
  }
}
