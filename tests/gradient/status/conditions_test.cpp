#include "gradient/status/condition.h"
#include "gradient/status/support/cluster.h"

#include <catch2/catch.hpp>

using namespace cluster;

namespace {

constexpr const char* how = " (a new pod is ready before an old one ends)";

gradient::Observed serving() {
  return observed({1, 1, 1, 1, 1}, {Pod().ready()});
}

std::vector<std::string> types(const Json& status) {
  std::vector<std::string> result;
  for (const auto& entry : json::elements_at(status, {"conditions"}))
    result.push_back(json::string_at(entry, {"type"}));
  return result;
}

/// `status` as if it had been written an hour ago.
Json an_hour_ago(Json status) {
  auto& list = status["conditions"];
  for (std::size_t i = 0; i < list.size(); ++i)
    list[i]["lastTransitionTime"] = Json(before);
  return status;
}

std::string since(const Json& status, const std::string& type) {
  return json::string_at(gradient::condition(status, type), {"lastTransitionTime"});
}

gradient::DeploymentSpec by_duration() {
  auto spec = plain_spec();
  spec.resources.autoscaling = gradient::Autoscaling{
      .max_replicas = 3, .metrics = {{.metric = gradient::Metric::RequestDuration, .value = 1}}};
  return spec;
}

}  // namespace

TEST_CASE("a deployment that serves has every condition, Ready first") {
  const auto made = status(plain_spec(), serving());
  CHECK(types(made) == std::vector<std::string>{"Ready", "SpecValid", "ReferencesResolved",
                                                "ContentSynced", "Available", "Progressing"});
  CHECK(text_of(made) ==
        "True Ready: 1 of 1 replica is available at http://demo.team.svc.cluster.local");
  CHECK(text_of(made, "SpecValid") == "True Valid: the spec is accepted");
  CHECK(text_of(made, "ReferencesResolved") == "True Resolved: all that the spec names exists");
  CHECK(text_of(made, "ContentSynced") ==
        "True NoContent: the spec names no repositories and no models");
  CHECK(text_of(made, "Available") ==
        "True MinimumReplicasAvailable: 1 of 1 replica is available at "
        "http://demo.team.svc.cluster.local");
  CHECK(text_of(made, "Progressing") ==
        std::string("True NewReplicaSetAvailable: 1 of 1 replica is of the newest revision") + how);
}

TEST_CASE("a rollout is over when its pods have been available once") {
  const auto progressing = [](const Json& deployment) {
    gradient::Observed world;
    world.deployment = deployment;
    return text_of(status(plain_spec(2), world), "Progressing");
  };
  const auto begun = deployment({2, 2, 2, 0, 0});
  CHECK(progressing(begun) ==
        std::string("True RollingOut: 2 of 2 replicas are of the newest revision; 0 of 2 replicas "
                    "are available") +
            how);
  const auto was_over = with_condition(begun, "Progressing", "True", "NewReplicaSetAvailable",
                                       "ReplicaSet \"demo-new\" has successfully progressed.");
  CHECK(progressing(was_over) ==
        std::string("True NewReplicaSetAvailable: 2 of 2 replicas are of the newest revision") +
            how);
}

TEST_CASE("counts, selector and endpoint are beside the conditions") {
  auto made = status(plain_spec(3), observed({3, 4, 2, 3, 3}, {}));
  made.erase("conditions");
  CHECK(
      json::text(made) ==
      R"({"endpoint":"http://demo.team.svc.cluster.local","observedGeneration":4,)"
      R"("ready":"3/3","readyReplicas":3,"replicas":4,"selector":"gradient-operator.dev/deployment=demo",)"
      R"("updatedReplicas":2})");
}

TEST_CASE("every condition says of which generation it is and since when") {
  const auto made = status(plain_spec(), serving());
  CHECK(json::text(gradient::condition(made, "Ready")) ==
        R"({"lastTransitionTime":"2026-01-02T12:00:00Z","message":"1 of 1 replica is available at )"
        R"(http://demo.team.svc.cluster.local","observedGeneration":4,"reason":"Ready",)"
        R"("status":"True","type":"Ready"})");
}

TEST_CASE("a condition keeps its time until its status changes") {
  const auto first = an_hour_ago(status(plain_spec(), serving()));
  CHECK(json::text(status(plain_spec(), serving(), first)) == json::text(first));

  const auto broken =
      status(plain_spec(), observed({1, 1, 1, 0, 0}, {Pod().app(backs_off(1, "Error"))}), first);
  CHECK(since(broken, "Ready") == now);
  CHECK(since(broken, "Available") == now);
  CHECK(since(broken, "SpecValid") == before);

  const auto later = an_hour_ago(broken);
  const auto otherwise =
      status(plain_spec(), observed({1, 1, 1, 0, 0}, {Pod().app(backs_off(2, "Error"))}), later);
  CHECK(since(otherwise, "Ready") == before);
}

TEST_CASE("a Deployment without any status yet is on its way") {
  auto world = observed({}, {});
  auto deployment = *world.deployment;
  deployment.erase("status");
  world.deployment = deployment;
  const auto made = status(plain_spec(), world);
  CHECK(text_of(made) == "False RollingOut: 0 of 1 replica is available");
  CHECK(text_of(made, "Progressing") ==
        std::string("True RollingOut: the Deployment controller has not observed the change yet") +
            how);
}

TEST_CASE("while a change rolls out and enough pods serve, Ready is unknown") {
  const auto old_one = Pod("demo-old-1").of("demo-old").ready();
  const auto new_one = Pod().app(runs_unready());
  const auto made = status(plain_spec(2), observed({2, 3, 1, 2, 2}, {old_one, new_one}));
  CHECK(text_of(made) ==
        std::string("Unknown RollingOut: 1 of 2 replicas are of the newest revision") + how);
  CHECK(text_of(made, "Available") ==
        "True MinimumReplicasAvailable: 2 of 2 replicas are available at "
        "http://demo.team.svc.cluster.local");
}

TEST_CASE("a rollout that Kubernetes gave up without a known cause says so") {
  auto world = observed({1, 1, 1, 0, 0}, {Pod().app(runs_unready())});
  world.deployment =
      with_condition(*world.deployment, "Progressing", "False", "ProgressDeadlineExceeded",
                     "ReplicaSet \"demo-new\" has timed out progressing.");
  CHECK(text_of(status(plain_spec(), world)) ==
        std::string("False ProgressDeadlineExceeded: 1 of 1 replica is of the newest revision") +
            how +
            ", and nothing has moved for longer than the Deployment's deadline; pod demo-new-1: "
            "container app runs but is not ready yet");
}

TEST_CASE("a rollout that may lack a pod is available without it, but never without any") {
  const auto that_may_lack_one = [](gradient::Observed world) {
    auto deployment = *world.deployment;
    deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] = Json(1);
    world.deployment = deployment;
    return world;
  };
  auto world = that_may_lack_one(observed({3, 3, 1, 2, 2}, {}));
  CHECK(text_of(status(plain_spec(3), world), "Available") ==
        "True MinimumReplicasAvailable: 2 of 3 replicas are available at "
        "http://demo.team.svc.cluster.local");
  world = that_may_lack_one(observed({1, 1, 1, 0, 0}, {}));
  CHECK(text_of(status(plain_spec(), world), "Available") ==
        "False MinimumReplicasUnavailable: 0 of 1 replica is available");
}

TEST_CASE("under autoscaling the lower bound is what must be available") {
  auto spec = plain_spec(2);
  spec.resources.autoscaling = gradient::Autoscaling{
      .max_replicas = 5, .metrics = {{.metric = gradient::Metric::Cpu, .value = 50}}};
  const std::vector<Json> pods{Pod("demo-new-1").ready(), Pod("demo-new-2").ready(),
                               Pod("demo-new-3").app(waits("ContainerCreating"))};
  CHECK(text_of(status(spec, observed({3, 3, 3, 2, 2}, pods))) ==
        "True Ready: 2 of 3 replicas are available at http://demo.team.svc.cluster.local");
}

TEST_CASE("a deployment that is switched off is ready, and says by what") {
  auto off = plain_spec();
  off.enabled = false;
  const auto made = status(off, observed({0, 0, 0, 0, 0}, {}));
  CHECK(text_of(made) == "True Disabled: 0 replicas: switched off, as spec.enabled is false");
  CHECK(text_of(made, "Available") == "False Disabled: 0 replicas: nothing answers");
  CHECK(text_of(status(plain_spec(0), observed({0, 1, 1, 1, 1}, {}))) ==
        "True Disabled: 0 replicas: switched off, as spec.resources.replicas is 0; 1 pod to end");
  CHECK(text_of(status(content_spec(0), observed({0, 0, 0, 0, 0}, {})), "ContentSynced") ==
        "Unknown Disabled: 0 replicas: nothing is fetched");
}

TEST_CASE("a name that belongs to somebody else decides before the pods") {
  const auto made =
      status_with({.refused = {{"NameConflict",
                                "Service team/demo exists and is not managed by this operator"}}},
                  plain_spec(), serving());
  CHECK(text_of(made) ==
        "False NameConflict: Service team/demo exists and is not managed by this operator");
  CHECK(text_of(made, "ReferencesResolved") == text_of(made));
  CHECK(text_of(made, "Available").substr(0, 4) == "True");
}

TEST_CASE("a Deployment whose name is taken makes no progress") {
  const auto made =
      status_with({.refused = {{"NameConflict", "Deployment team/demo exists and is theirs"}}},
                  plain_spec(), {});
  CHECK(text_of(made, "Progressing") ==
        "False NameConflict: Deployment team/demo exists and is theirs");
}

TEST_CASE("a change that the API server refuses is no progress, but what runs is available") {
  const auto made = status_with(
      {.refused = {{"QuotaExceeded", "Service team/demo was refused: exceeded quota: services"}}},
      plain_spec(), serving());
  CHECK(text_of(made) ==
        "False QuotaExceeded: Service team/demo was refused: exceeded quota: services");
  CHECK(text_of(made, "Progressing") == text_of(made));
  CHECK(text_of(made, "ReferencesResolved") == "True Resolved: all that the spec names exists");
  CHECK(text_of(made, "Available").substr(0, 4) == "True");
}

TEST_CASE("a Deployment that was refused altogether is told without one to look at") {
  const auto made =
      status_with({.refused = {{"AdmissionRefused", "Deployment team/demo was refused: no"}}},
                  plain_spec(), {});
  CHECK(text_of(made) == "False AdmissionRefused: Deployment team/demo was refused: no");
}

TEST_CASE("a metric that the operator's configuration does not name is told, and pods serve on") {
  const auto made = status(by_duration(), serving());
  const std::string what =
      "MetricNotConfigured: spec.resources.autoscaling.metrics: requestDuration has no effect, as "
      "the operator's configuration names no metric for it, so nothing is scaled; set "
      "metrics.requestDuration.name there, or scale by cpu or memory";
  CHECK(text_of(made, "SpecValid") == "False " + what);
  CHECK(text_of(made) == "True " + what);

  auto configured = settings();
  configured.request_duration_metric = "request_duration_seconds";
  CHECK(text_of(status_with({.settings = configured}, by_duration(), serving()), "SpecValid") ==
        "True Valid: the spec is accepted");
}

TEST_CASE("a pod that cannot come up is told before a metric that is missing") {
  const auto world = observed({1, 1, 1, 0, 0}, {Pod().app(backs_off(1, "Error"))});
  CHECK(text_of(status(by_duration(), world)).substr(0, 16) == "False CrashLoop:");
}

TEST_CASE("what is reached from outside says so once its Ingress is there") {
  Given given;
  given.settings.endpoint =
      gradient::Endpoint{.domain = "apps.example.com", .ingress_class = "nginx", .https = true};
  auto world = serving();
  CHECK(json::string_at(status_with(given, plain_spec(), world), {"endpoint"}) ==
        "http://demo.team.svc.cluster.local");
  world.has_ingress = true;
  const auto made = status_with(given, plain_spec(), world);
  CHECK(json::string_at(made, {"endpoint"}) == "https://demo-team.apps.example.com");
  CHECK(text_of(made) ==
        "True Ready: 1 of 1 replica is available at https://demo-team.apps.example.com");
}
