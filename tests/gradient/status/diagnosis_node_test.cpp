#include "gradient/status/support/cluster.h"

#include <catch2/catch.hpp>

using namespace cluster;
using Catch::Matchers::Contains;

namespace {

Json creating() {
  return waits("ContainerCreating");
}

}  // namespace

TEST_CASE("a pod without a node is explained in the scheduler's words") {
  struct Row {
    std::string name, text, told;
  };
  const auto row = GENERATE(values<Row>({
      {"no node has the device",
       "0/3 nodes are available: 3 Insufficient nvidia.com/gpu. preemption: 0/3 nodes are "
       "available: 3 No preemption victims found for incoming pod.",
       "False Unschedulable: pod demo-new-1: no node takes it (C4 requests 1 CPU, 4Gi memory): 0/3 "
       "nodes are "
       "available: 3 Insufficient nvidia.com/gpu."},
      {"no node has the room, and dynamic resources are no help",
       "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 "
       "nodes are available: 1 No preemption victims found for incoming pod.",
       "False Unschedulable: pod demo-new-1: no node takes it (C4 requests 1 CPU, 4Gi memory): 0/1 "
       "nodes are "
       "available: 1 Insufficient cpu."},
      {"no node has the label",
       "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. preemption: "
       "0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
       "False Unschedulable: pod demo-new-1: no node takes it (C4 requests 1 CPU, 4Gi memory): 0/1 "
       "nodes are "
       "available: 1 node(s) didn't match Pod's node affinity/selector."},
      {"a claim that no volume is bound to",
       "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found",
       "False ClaimPending: pod demo-new-1: no volume is bound to its claims (huge): 0/1 nodes are "
       "available: pod has unbound immediate PersistentVolumeClaims. not found; see kubectl "
       "describe pvc -n team, and check size, access modes and storage class of the Dataset"},
      {"a claim that waits for its first pod and finds no volume",
       "0/1 nodes are available: 1 node(s) didn't find available persistent volumes to bind.",
       "False ClaimPending: pod demo-new-1: no volume is bound to its claims (huge): 0/1 nodes are "
       "available: 1 node(s) didn't find available persistent volumes to bind.; see kubectl "
       "describe pvc -n team, and check size, access modes and storage class of the Dataset"},
      {"a claim that is not there", "persistentvolumeclaim \"huge\" not found",
       "False ClaimPending: pod demo-new-1: no volume is bound to its claims (huge): "
       "persistentvolumeclaim \"huge\" not found; see kubectl describe pvc -n team, and check "
       "size, access modes and storage class of the Dataset"},
      {"a volume that other nodes cannot reach",
       "0/2 nodes are available: 2 node(s) had volume node affinity conflict.",
       "False Unschedulable: pod demo-new-1: no node takes it (C4 requests 1 CPU, 4Gi memory): 0/2 "
       "nodes are "
       "available: 2 node(s) had volume node affinity conflict."},
  }));
  DYNAMIC_SECTION(row.name) {
    const auto pod = Pod().with_claim("huge").without_node(row.text).app(waits("Pending"));
    CHECK(text_of(status(plain_spec(), observed({}, {pod}))) == row.told);
  }
}

TEST_CASE("a pod with scheduling gates is told with them, and not with its machine") {
  const auto told = [](const std::string& gates, const std::string& of_template) {
    Json pod = Pod().without_node("Scheduling is blocked due to non-empty scheduling gates");
    pod["spec"]["schedulingGates"] = json::parse(gates);
    auto spec = plain_spec();
    spec.pod_template.spec = json::parse(of_template);
    return text_of(status(spec, observed({}, {pod})));
  };
  CHECK(told(R"([{"name":"kueue.x-k8s.io/admission"}])", "null") ==
        "False SchedulingGated: pod demo-new-1: is held back from the scheduler by its scheduling "
        "gate kueue.x-k8s.io/admission; see who is to remove it from the pod");
  CHECK(told(R"([{"name":"a"},{"name":"b"}])", R"({"schedulingGates":[{"name":"a"}]})") ==
        "False SchedulingGated: pod demo-new-1: is held back from the scheduler by its scheduling "
        "gates a and b; see who is to remove them from the pod, or remove "
        "spec.podTemplate.spec.schedulingGates[a]");
}

TEST_CASE("a machine is told with all that it requests, as far as it requests anything") {
  const std::string words = "0/1 nodes are available: 1 Insufficient nvidia.com/gpu.";
  const auto told = [&](const std::string& machine) {
    auto spec = plain_spec();
    spec.resources.instance_type = machine;
    return text_of(status(spec, observed({}, {Pod().without_node(words).app(waits("Pending"))})));
  };
  CHECK_THAT(told("P4000x2"),
             Contains("(P4000x2 requests 8 CPU, 60Gi memory, 2 nvidia.com/gpu): "));
  CHECK_THAT(told("gone"), Contains("no node takes it (instance type gone): "));
}

TEST_CASE("the scheduler's event speaks until the pod's condition does, and no longer") {
  const auto event_text = event("FailedScheduling", "0/1 nodes are available: 1 Too many pods.");
  Json pod = Pod().without_node("").app(waits("Pending"));
  CHECK(text_of(status(plain_spec(), observed({}, {pod}, {event_text}))) ==
        "False Unschedulable: pod demo-new-1: no node takes it (C4 requests 1 CPU, 4Gi memory): "
        "0/1 nodes are "
        "available: 1 Too many pods.");
  const auto scheduled = Pod().app(creating());
  CHECK(text_of(status(plain_spec(), observed({}, {scheduled}, {event_text}))) ==
        "False MinimumReplicasUnavailable: 0 of 1 replica is available; pod demo-new-1: container "
        "app is about to start");
}

TEST_CASE("a key that a volume of several Secrets lacks is told with its Secret") {
  const auto pod =
      Pod().with_secrets("source-m", {{"other", "token"}, {"s3", "accessKeyId"}}).app(creating());
  const auto failed = event("FailedMount",
                            "MountVolume.SetUp failed for volume \"source-m\" : references "
                            "non-existent secret key: accessKeyId");
  CHECK(text_of(status(plain_spec(), observed({}, {pod}, {failed}))) ==
        "False SecretKeyNotFound: pod demo-new-1: Secret s3 in namespace team has no key "
        "accessKeyId; add it");
}

TEST_CASE("a volume that is not there is explained by the last event") {
  struct Row {
    std::string name, reason, text, told;
  };
  const auto row = GENERATE(values<Row>({
      {"another pod has it", "FailedAttachVolume",
       "Multi-Attach error for volume \"pvc-1\" Volume is already used by pod(s) demo-old-1",
       "False VolumeNotAttached: pod demo-new-1: a volume cannot be attached to node node-1: "
       "Multi-Attach error for volume \"pvc-1\" Volume is already used by pod(s) demo-old-1; a "
       "volume that one node at a time may use is still in use: wait for the other pod to end, or "
       "use a Dataset with ReadWriteMany"},
      {"the storage refuses", "FailedAttachVolume",
       "AttachVolume.Attach failed for volume \"pvc-1\" : rpc error: code = Internal desc = disk "
       "is gone",
       "False VolumeNotAttached: pod demo-new-1: a volume cannot be attached to node node-1: "
       "AttachVolume.Attach failed for volume \"pvc-1\" : disk is gone"},
      {"it cannot be mounted", "FailedMount",
       "MountVolume.SetUp failed for volume \"data\" : mount failed: exit status 32",
       "False VolumeNotMounted: pod demo-new-1: a volume cannot be mounted on node node-1: "
       "MountVolume.SetUp failed for volume \"data\" : mount failed: exit status 32"},
      {"its Secret is missing", "FailedMount",
       "MountVolume.SetUp failed for volume \"password\" : secret \"git\" not found",
       "False SecretNotFound: pod demo-new-1: there is no Secret git in namespace team; create "
       "it"},
      {"a key of its Secret is missing", "FailedMount",
       "MountVolume.SetUp failed for volume \"password\" : references non-existent secret key: "
       "GIT_PASSWORD",
       "False SecretKeyNotFound: pod demo-new-1: Secret git in namespace team has no key "
       "GIT_PASSWORD; add it"},
      {"the pod has no network", "FailedCreatePodSandBox",
       "Failed to create pod sandbox: rpc error: code = Unknown desc = no IP addresses left",
       "False StartFailed: pod demo-new-1: Failed to create pod sandbox: no IP addresses left"},
  }));
  DYNAMIC_SECTION(row.name) {
    const auto pod = Pod().with_secret("password", "git").app(creating());
    CHECK(text_of(status(plain_spec(), observed({}, {pod}, {event(row.reason, row.text)}))) ==
          row.told);
  }
}

TEST_CASE("trouble with a volume is over") {
  const auto failed = event("FailedMount", "MountVolume.SetUp failed for volume \"data\" : busy");
  const std::string over =
      "False MinimumReplicasUnavailable: 0 of 1 replica is available; pod demo-new-1: container "
      "app ";
  SECTION("when the image is being pulled") {
    const auto pulling = event("Pulling", "Pulling image", {.time = "2026-01-02T10:05:00Z"});
    const auto pod = Pod().app(creating());
    CHECK(text_of(status(plain_spec(), observed({}, {pod}, {failed, pulling}))) ==
          over + "is about to start");
  }
  SECTION("when a container has run") {
    const auto pod = Pod().app(runs_unready());
    CHECK(text_of(status(plain_spec(), observed({}, {pod}, {failed}))) ==
          over + "runs but is not ready yet");
  }
  SECTION("when it was attached after all") {
    const auto refused = event("FailedAttachVolume", "Multi-Attach error for volume \"pvc-1\"");
    const auto attached = event("SuccessfulAttachVolume", "AttachVolume.Attach succeeded",
                                {.time = "2026-01-02T10:05:30Z"});
    const auto pod = Pod().app(creating());
    CHECK(text_of(status(plain_spec(), observed({}, {pod}, {refused, attached}))) ==
          over + "is about to start");
  }
}

TEST_CASE("a pod that its node ended is told until its successor is ready") {
  const auto evicted = Pod("demo-new-0").failed("Evicted", "The node was low on resource: memory.");
  const std::string told_evicted =
      "False Evicted: pod demo-new-0: was evicted by its node: The node was low on resource: "
      "memory.; choose a larger spec.resources.instanceType, or free what the node lacks";
  const auto starting = Pod().created("2026-01-02T10:10:00Z").app(creating());
  CHECK(text_of(status(plain_spec(), observed({}, {evicted, starting}))) == told_evicted);

  const auto crashing = Pod().created("2026-01-02T10:10:00Z").app(backs_off(1, "Error"));
  CHECK(text_of(status(plain_spec(), observed({}, {evicted, crashing}))) ==
        "False CrashLoop: pod demo-new-1: container app ended with exit code 1; see kubectl logs "
        "-n team demo-new-1 -c app --previous");

  const auto successor = Pod().created("2026-01-02T10:10:00Z").ready();
  const auto another = Pod("demo-new-2").created("2026-01-02T10:20:00Z").app(creating());
  CHECK(text_of(status(plain_spec(2), observed({2, 2, 2, 1, 1}, {evicted, successor, another}))) ==
        "False MinimumReplicasUnavailable: 1 of 2 replicas are available; pod demo-new-2: "
        "container app is about to start");
}

TEST_CASE("a pod that its node did not admit is told in the node's words") {
  const auto refused = Pod().failed("UnexpectedAdmissionError",
                                    "Pod was rejected: Allocate failed due to no healthy devices");
  CHECK(text_of(status(plain_spec(), observed({}, {refused}))) ==
        "False StartFailed: pod demo-new-1: was ended by its node: UnexpectedAdmissionError: Pod "
        "was rejected: Allocate failed due to no healthy devices");
}

TEST_CASE("a pod whose node does not report any more names the node") {
  const std::string after =
      " is not ready, so that nothing is known of the pod; see kubectl describe node ";
  const std::string end =
      "; while the node stays away, Kubernetes replaces its pods, by default after five minutes";
  CHECK(text_of(status(plain_spec(), observed({}, {Pod().on("gpu-7").lost()}))) ==
        "False NodeNotReady: pod demo-new-1: its node gpu-7" + after + "gpu-7" + end);
  const auto first = Pod("demo-new-1").on("gpu-7").lost();
  const auto second = Pod("demo-new-2").on("gpu-7").lost();
  const auto third = Pod("demo-new-3").on("gpu-8").lost();
  CHECK(text_of(status(plain_spec(3), observed({3, 3, 3, 0, 0}, {third, second, first}))) ==
        "False NodeNotReady: 2 of 3 pods (demo-new-1, ...): its node gpu-7" + after + "gpu-7" +
            end + "; 1 of 3 pods (demo-new-3): its node gpu-8" + after + "gpu-8" + end);
}

TEST_CASE("a pod that somebody else does not take for ready is not its node's fault") {
  Json gated = Pod().lost();
  gated["status"]["conditions"][1]["reason"] = Json("ReadinessGatesNotReady");
  CHECK(text_of(status(plain_spec(), observed({}, {gated}))) ==
        "False MinimumReplicasUnavailable: 0 of 1 replica is available; pod demo-new-1 is not "
        "ready yet");
}
