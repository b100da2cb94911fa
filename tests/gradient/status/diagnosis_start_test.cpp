#include "gradient/status/support/cluster.h"

#include <catch2/catch.hpp>

using namespace cluster;

namespace {

struct Row {
  std::string name;
  Json app;
  std::string told;
};

}  // namespace

TEST_CASE("an app that does not start or does not stay is explained") {
  const auto row = GENERATE(values<Row>({
      {"a Secret that is missing",
       waits("CreateContainerConfigError", "secret \"gradient-secrets\" not found"),
       "False SecretNotFound: pod demo-new-1: container app: there is no Secret gradient-secrets "
       "in namespace team; create it"},
      {"a key that is missing",
       waits("CreateContainerConfigError",
             "couldn't find key TOKEN in Secret team/gradient-secrets"),
       "False SecretKeyNotFound: pod demo-new-1: container app: couldn't find key TOKEN in Secret "
       "team/gradient-secrets; add the key to the Secret"},
      {"an image that insists on root",
       waits("CreateContainerConfigError", "container has runAsNonRoot and image will run as root"),
       "False StartFailed: pod demo-new-1: container app: cannot be started: container has "
       "runAsNonRoot and image will run as root"},
      {"a folder that is not on its volume",
       waits("CreateContainerConfigError",
             "failed to prepare subPath for volumeMount \"data\" of container \"app\""),
       "False VolumeNotMounted: pod demo-new-1: container app: failed to prepare subPath for "
       "volumeMount \"data\" of container \"app\""},
      {"a program that does not exist",
       backs_off(128, "StartError",
                 "failed to create containerd task: failed to create shim task: OCI runtime create "
                 "failed: runc create failed: unable to start container process: exec: "
                 "\"/no/such\": stat /no/such: no such file or directory: unknown"),
       "False StartFailed: pod demo-new-1: container app cannot be started: exec: \"/no/such\": "
       "stat /no/such: no such file or directory; check spec.command and spec.image"},
      {"the same at the moment of the error",
       waits("RunContainerError",
             "failed to create containerd task: failed to create shim task: OCI runtime create "
             "failed: runc create failed: unable to start container process: exec: \"serve\": "
             "executable file not found in $PATH: unknown"),
       "False StartFailed: pod demo-new-1: container app cannot be started: exec: \"serve\": "
       "executable file not found in $PATH; check spec.command and spec.image"},
      {"an image without a command",
       waits("CreateContainerError",
             "failed to generate container \"2e86c64a27c9\" spec: failed to generate spec: no "
             "command "
             "specified"),
       "False StartFailed: pod demo-new-1: container app cannot be started: no command specified; "
       "check spec.command and spec.image"},
      {"too little memory", backs_off(137, "OOMKilled"),
       "False OutOfMemory: pod demo-new-1: container app needed more memory than its limit of "
       "16Gi; choose a larger spec.resources.instanceType than C4, or use less"},
      {"too little memory, at the moment of the end", ended(137, "OOMKilled"),
       "False OutOfMemory: pod demo-new-1: container app needed more memory than its limit of "
       "16Gi; choose a larger spec.resources.instanceType than C4, or use less"},
      {"too little memory to begin with",
       backs_off(128, "StartError", "container init was OOM-killed (memory limit too low?)"),
       "False OutOfMemory: pod demo-new-1: container app needed more memory than its limit of "
       "16Gi; choose a larger spec.resources.instanceType than C4, or use less"},
      {"a crash loop", backs_off(42, "Error"),
       "False CrashLoop: pod demo-new-1: container app ended with exit code 42; see kubectl logs "
       "-n team demo-new-1 -c app --previous"},
      {"a crash loop that is just running again", runs_again(42, "Error"),
       "False CrashLoop: pod demo-new-1: container app ended with exit code 42; see kubectl logs "
       "-n team demo-new-1 -c app --previous"},
      {"a crash by a signal", backs_off(139, "Error"),
       "False CrashLoop: pod demo-new-1: container app ended with exit code 139: signal 11 "
       "(SIGSEGV); see kubectl logs -n team demo-new-1 -c app --previous"},
      {"a shell that does not find the command", backs_off(127, "Error"),
       "False CrashLoop: pod demo-new-1: container app ended with exit code 127: its command does "
       "not exist; see kubectl logs -n team demo-new-1 -c app --previous"},
      {"a command that may not be executed", backs_off(126, "Error"),
       "False CrashLoop: pod demo-new-1: container app ended with exit code 126: its command is "
       "not executable; see kubectl logs -n team demo-new-1 -c app --previous"},
      {"a program that ends by itself", backs_off(0, "Completed"),
       "False CrashLoop: pod demo-new-1: container app ended with exit code 0, but a deployment's "
       "program must keep running; see kubectl logs -n team demo-new-1 -c app --previous"},
      {"a node that restarted, which is no crash", runs_again(137, "ContainerStatusUnknown"),
       "False MinimumReplicasUnavailable: 0 of 1 replica is available; pod demo-new-1: container "
       "app runs but is not ready yet"},
  }));
  DYNAMIC_SECTION(row.name) {
    CHECK(text_of(status(plain_spec(), observed({}, {Pod().app(row.app)}))) == row.told);
  }
}

TEST_CASE("a container that waits for a reason that nobody foresaw is told with it") {
  const auto told = [](const Json& app) {
    return text_of(status(plain_spec(), observed({}, {Pod().app(app)})));
  };
  const std::string begin =
      "False MinimumReplicasUnavailable: 0 of 1 replica is available; pod demo-new-1: container "
      "app ";
  CHECK(told(waits("CheckpointNotRestored", "no such file")) ==
        begin + "waits: CheckpointNotRestored: no such file");
  CHECK(told(waits("CheckpointNotRestored")) == begin + "waits: CheckpointNotRestored");
  CHECK(told(waits("ContainerCreating")) == begin + "is about to start");
}

TEST_CASE("a crash is over when the container is ready again") {
  auto again = runs();
  again["lastState"] = backs_off(42, "Error").at("lastState");
  Json pod = Pod().ready();
  again["name"] = Json("app");
  pod["status"]["containerStatuses"][0] = again;
  CHECK(text_of(status(plain_spec(), observed({1, 1, 1, 1, 1}, {pod}))) ==
        "True Ready: 1 of 1 replica is available at http://demo.team.svc.cluster.local");
}

TEST_CASE("a helper's own words are told, whether it has just ended or tries again") {
  const auto message =
      R"({"reason":"GitAuthenticationFailed","message":"the server refused the password","repository":"code"})";
  const auto state =
      GENERATE_COPY(values<Json>({ended(1, "Error", message), backs_off(1, "Error", message),
                                  runs_again(1, "Error", message)}));
  const auto pod = Pod().code(state).app(waits("PodInitializing"));
  const auto made = status(content_spec(), observed({}, {pod}));
  CHECK(text_of(made) ==
        "False GitAuthenticationFailed: pod demo-new-1: repository code: the server refused the "
        "password");
  CHECK(text_of(made, "ContentSynced") == text_of(made));
  CHECK(text_of(made, "Available") == text_of(made));
}

TEST_CASE("each of the helper's reasons is shown as it is") {
  const std::string reason = GENERATE(
      "HostKeyUnknown", "HostKeyChanged", "HostUnknown", "HostUnreachable", "ConnectionLost",
      "ServerFailed", "ServerBusy", "UnexpectedAnswer", "TLSVerificationFailed", "GitAccessDenied",
      "GitRedirected", "VolumeFull", "VolumeOutOfInodes", "VolumeQuotaExceeded", "VolumeReadOnly",
      "VolumeLacksFeature", "OutOfMemory", "ModelAuthenticationFailed", "ModelAccessDenied",
      "ModelBucketMissing", "ModelSourceChanged", "ModelSourceArchived");
  const auto message = R"({"reason":")" + reason + R"(","message":"what to do"})";
  const auto pod = Pod().code(ended(1, "Error", message)).app(waits("PodInitializing"));
  CHECK(text_of(status(content_spec(), observed({}, {pod}))) ==
        "False " + reason + ": pod demo-new-1: repository code: what to do");
}

TEST_CASE("a helper that failed once and then succeeded is not told about") {
  auto done = cloned("0123456789abcdef0123456789abcdef01234567");
  done["lastState"] = backs_off(1, "Error", R"({"reason":"HostUnreachable"})").at("lastState");
  const auto pod = Pod().code(done).model(runs_unready()).app(waits("PodInitializing"));
  CHECK(text_of(status(content_spec(), observed({}, {pod}))) ==
        "False MinimumReplicasUnavailable: 0 of 1 replica is available; pod demo-new-1: "
        "container app is about to start");
}

TEST_CASE("a reason that a helper cannot have is SyncFailed") {
  const auto pod = Pod().code(ended(1, "Error", R"({"reason":"not a reason","message":"odd"})"));
  CHECK(text_of(status(content_spec(), observed({}, {pod}))) ==
        "False SyncFailed: pod demo-new-1: repository code: odd");
}

TEST_CASE("a sidecar that gave up is told with its model") {
  const auto pod =
      Pod()
          .code(cloned("0123456789abcdef0123456789abcdef01234567"))
          .model(backs_off(1, "Error",
                           R"({"reason":"ModelSourceMissing","message":"no such bucket: models"})"))
          .app(waits("PodInitializing"));
  CHECK(text_of(status(content_spec(), observed({}, {pod}))) ==
        "False ModelSourceMissing: pod demo-new-1: model llm: no such bucket: models");
}

TEST_CASE("a helper without words is explained like any container") {
  const auto pod = Pod().code(backs_off(137, "OOMKilled")).app(waits("PodInitializing"));
  CHECK(text_of(status(content_spec(), observed({}, {pod}))) ==
        "False OutOfMemory: pod demo-new-1: repository code needed more memory than its limit of "
        "256Mi; raise sync.resources in the operator's configuration");
}

TEST_CASE("a container that somebody's webhook added is explained under its own name") {
  Json pod = Pod().app(runs());
  pod["spec"]["containers"][1] = json::parse(R"({"name": "mesh"})");
  auto mesh = backs_off(3, "Error");
  mesh["name"] = Json("mesh");
  pod["status"]["containerStatuses"][1] = mesh;
  CHECK(text_of(status(plain_spec(), observed({}, {pod}))) ==
        "False CrashLoop: pod demo-new-1: container mesh ended with exit code 3; see kubectl logs "
        "-n team demo-new-1 -c mesh --previous");
}

TEST_CASE("a readiness probe has failed when it did as often as its threshold says") {
  const auto pod = Pod().app(runs_unready());
  const std::string text = "Readiness probe failed: HTTP probe failed with statuscode: 404";
  const auto failing = [&](const EventAt& at) {
    return text_of(status(plain_spec(), observed({}, {pod}, {event("Unhealthy", text, at)})));
  };
  CHECK(failing({.container = "app", .count = 3}) ==
        "False ProbeFailed: pod demo-new-1: container app: Readiness probe failed: HTTP probe "
        "failed with statuscode: 404; check spec.healthChecks.readiness and what the app answers");
  const std::string patient =
      "False MinimumReplicasUnavailable: 0 of 1 replica is available; pod demo-new-1: container "
      "app runs but is not ready yet";
  SECTION("not before") {
    CHECK(failing({.container = "app", .count = 2}) == patient);
  }
  SECTION("not by failures before the container started") {
    CHECK(failing({.container = "app", .time = "2026-01-02T10:00:09Z", .count = 9}) == patient);
  }
  SECTION("not by failures of a namesake before it") {
    CHECK(failing({.uid = "another", .container = "app", .count = 9}) == patient);
  }
  SECTION("not by the probe of another container") {
    CHECK(failing({.container = "mesh", .count = 9}) == patient);
  }
}

TEST_CASE("an app that never listens is told with its port") {
  auto spec = plain_spec();
  spec.health_checks = {};
  spec.port = 8000;
  Json pod = Pod().app(runs_unready());
  pod["spec"]["containers"][0]["readinessProbe"] = json::parse(R"({"tcpSocket": {"port": 8000}})");
  const auto failing = [&](const std::string& text) {
    return text_of(status(
        spec, observed({}, {pod}, {event("Unhealthy", text, {.container = "app", .count = 3})})));
  };
  CHECK(failing("Readiness probe failed: dial tcp 10.1.0.7:8000: connect: connection refused") ==
        "False NotListening: pod demo-new-1: container app does not listen on port 8000; have its "
        "program listen there, on 0.0.0.0 and not on 127.0.0.1, or correct spec.port");
  CHECK(failing("Readiness probe failed: dial tcp 10.1.0.7:8000: i/o timeout") ==
        "False ProbeFailed: pod demo-new-1: container app: Readiness probe failed: dial tcp "
        "10.1.0.7:8000: i/o timeout; check spec.port and what the app answers");
}

TEST_CASE("a restart by a probe is no crash") {
  const std::vector<Json> events{
      event("Unhealthy",
            "Liveness probe failed: Get \"http://10.0.0.5:80/live\": context deadline "
            "exceeded (Client.Timeout exceeded while awaiting headers)",
            {.container = "app", .time = "2026-01-02T10:02:20Z", .count = 3}),
      event("Killing", "Container app failed liveness probe, will be restarted",
            {.container = "app", .time = "2026-01-02T10:02:20Z"})};
  const auto told_of = [&](const Json& app) {
    return text_of(status(plain_spec(), observed({}, {Pod().app(app)}, events)));
  };
  const std::string expected =
      "False ProbeFailed: pod demo-new-1: container app: was restarted: Liveness probe failed: Get "
      "\"http://10.0.0.5:80/live\": context deadline exceeded (Client.Timeout exceeded while "
      "awaiting headers); check spec.healthChecks.liveness and what the app answers";
  CHECK(told_of(backs_off(137, "Error")) == expected);
  CHECK(told_of(runs_again(0, "Completed")) == expected);
}

TEST_CASE("a startup probe that gives up is told as such") {
  const auto killed = event("Killing", "Container app failed startup probe, will be restarted",
                            {.container = "app"});
  CHECK(
      text_of(status(plain_spec(), observed({}, {Pod().app(backs_off(143, "Error"))}, {killed}))) ==
      "False ProbeFailed: pod demo-new-1: container app: was restarted: Container app failed "
      "startup probe, will be restarted; check spec.healthChecks.startup and what the app "
      "answers");
}

TEST_CASE("a restart by a probe long ago does not explain a crash now") {
  const auto killed = event("Killing", "Container app failed liveness probe, will be restarted",
                            {.container = "app", .time = "2026-01-02T10:01:00Z"});
  CHECK(text_of(status(plain_spec(), observed({}, {Pod().app(backs_off(1, "Error"))}, {killed}))) ==
        "False CrashLoop: pod demo-new-1: container app ended with exit code 1; see kubectl logs "
        "-n team demo-new-1 -c app --previous");
}
