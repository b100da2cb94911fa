// What others write into a child beside the operator, or against it.

#include "gradient/status/condition.h"
#include "reconcile/deployment_reconciler.h"
#include "reconcile/world.h"

#include <catch2/catch.hpp>

namespace {

const std::string our_path =
    "/apis/gradient-operator.dev/v1alpha1/namespaces/ns/gradientdeployments/demo";
const std::string deployment_path = "/apis/apps/v1/namespaces/ns/deployments/demo";

/// A plain deployment whose children were applied.
struct Scenario : World {
  Scenario() {
    put(reconcile::gradient_deployments, "demo",
        R"({"spec":{"image":"example.com/app:1","resources":{"instanceType":"C4"}}})");
    expect_apply("/api/v1/namespaces/ns/services/demo");
    expect_apply(deployment_path);
    expect_status();
    reconcile();
    server.finish();
    live = *stores.deployments.find({"ns", "demo"});
  }

  kube::Outcome reconcile() { return look(reconcilers.deployments(), "demo"); }
  void expect_status() { World::expect_status(our_path, reconcile::gradient_deployments, "demo"); }
  /// A GET of the Deployment with those who own its fields.
  void expect_get(const std::string& managed_fields) {
    auto fresh = *stores.deployments.find({"ns", "demo"});
    fresh["metadata"]["managedFields"] = json::parse(managed_fields);
    server.expect("GET " + deployment_path).answer(200, json::text(fresh));
  }

  json::Json live;
};

/// Of a Deployment beside which "platform" has applied a preStop hook.
const std::string with_rival = R"([{"manager":"gradient-operator","operation":"Apply",
    "apiVersion":"apps/v1","fieldsV1":{"f:spec":{}}},{"manager":"platform","operation":"Apply",
    "apiVersion":"apps/v1","fieldsV1":{"f:spec":{"f:template":{"f:spec":{"f:containers":
    {"k:{\"name\":\"app\"}":{"f:lifecycle":{"f:preStop":{"f:exec":{"f:command":{}}}}}}}}}}}])";
constexpr const char* two_handlers =
    R"({"kind":"Status","reason":"Invalid","code":422,"message":"Deployment.apps \"demo\" is )"
    R"(invalid: spec.template.spec.containers[0].lifecycle.preStop.sleep: Forbidden: may not )"
    R"(specify more than 1 handler type"})";

struct Rival : Scenario {
  /// A change of the spec, so that all is applied.
  void change(const std::string& spec) { put(reconcile::gradient_deployments, "demo", spec); }
  void expect_refusal() {
    server.expect("PATCH " + deployment_path + "?fieldManager=gradient-operator&force=true*")
        .answer(422, two_handlers);
  }
  void expect_transfer() {
    auto ours = live;
    ours["metadata"]["resourceVersion"] = json::Json("300");
    ours["metadata"]["annotations"]["gradient-operator.dev/applied"] = json::Json("");
    server.expect("PATCH " + deployment_path + "?fieldManager=gradient-operator&*")
        .answer(200, json::text(ours));
  }

  const std::string next =
      R"({"spec":{"image":"example.com/app:2","resources":{"instanceType":"C4"}}})";
};

}  // namespace

TEST_CASE_METHOD(Rival, "what excludes ours is taken from whoever applied it, and told") {
  change(next);
  expect_refusal();
  expect_get(with_rival);
  expect_transfer();
  expect_apply(deployment_path);
  expect_status();
  expect_event("DriftCorrected");
  reconcile();
  const auto requests = server.requests();
  const auto transfer = json::parse(requests[requests.size() - 4].body);
  CHECK(json::string_at(transfer, {"metadata", "resourceVersion"}) ==
        json::string_at(live, {"metadata", "resourceVersion"}));
  CHECK(transfer.size() == 1);
  CHECK(json::string_at(json::parse(requests.back().body), {"message"}) ==
        "what platform (spec.template.spec.containers[app].lifecycle.preStop.exec) has applied to "
        "Deployment ns/demo is removed, as it excludes what the operator sets there; have it apply "
        "no such field, and set it in the GradientDeployment");
}

TEST_CASE_METHOD(Rival, "a port that another manager has applied with a name of ours is removed") {
  change(R"({"spec":{"image":"example.com/app:1","resources":{"instanceType":"C4"},
             "endpoint":{"ports":[{"name":"metrics","port":9090}]}}})");
  live = *stores.deployments.find({"ns", "demo"});
  auto& ports = live["spec"]["template"]["spec"]["containers"][0]["ports"];
  ports[ports.size()] = json::parse(R"({"containerPort":9100,"protocol":"TCP","name":"metrics"})");
  live["metadata"]["resourceVersion"] = json::Json("201");
  stores.deployments.put(live);

  expect_apply("/api/v1/namespaces/ns/services/demo");
  server.expect("PATCH " + deployment_path + "?fieldManager=gradient-operator&force=true*")
      .answer(422, R"({"kind":"Status","reason":"Invalid","code":422,"message":"Deployment.apps )"
                   R"(\"demo\" is invalid: spec.template.spec.containers[0].ports[2].name: )"
                   R"(Duplicate value: \"metrics\""})");
  expect_get(R"([{"manager":"gradient-operator","operation":"Apply","apiVersion":"apps/v1",
      "fieldsV1":{"f:spec":{}}},{"manager":"platform","operation":"Apply","apiVersion":"apps/v1",
      "fieldsV1":{"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"app\"}":
      {"f:ports":{"k:{\"containerPort\":9100,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{},
      "f:name":{}}}}}}}}}}])");
  expect_transfer();
  expect_apply(deployment_path);
  expect_status();
  expect_event("DriftCorrected");
  reconcile();
  CHECK(json::string_at(json::parse(server.requests().back().body), {"message"}) ==
        "what platform (spec.template.spec.containers[app].ports[9100/TCP]) has applied to "
        "Deployment ns/demo is removed, as it excludes what the operator sets there; have it apply "
        "no such field, and set it in the GradientDeployment");
}

TEST_CASE_METHOD(Rival, "a refusal names whoever else has applied what it is about") {
  const std::string refusal =
      R"({"kind":"Status","reason":"Invalid","code":422,"message":"Deployment.apps \"demo\" is )"
      R"(invalid: spec.template.spec.containers[0].volumeMounts[0].name: Not found: \"data\""})";
  live["spec"]["template"]["spec"]["containers"][0]["volumeMounts"] =
      json::parse(R"([{"mountPath":"/data","name":"data"}])");
  live["metadata"]["resourceVersion"] = json::Json("201");
  stores.deployments.put(live);
  const auto expect_owner = [&] {
    expect_get(R"([{"manager":"gradient-operator","operation":"Apply","apiVersion":"apps/v1",
        "fieldsV1":{"f:spec":{}}},{"manager":"platform","operation":"Apply","apiVersion":"apps/v1",
        "fieldsV1":{"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"app\"}":
        {"f:volumeMounts":{"k:{\"mountPath\":\"/data\"}":{".":{},"f:name":{}}}}}}}}}}])");
  };
  SECTION("of a spec") {
    change(next);
  }
  SECTION("and not the podTemplate") {
    change(R"({"spec":{"image":"example.com/app:2","resources":{"instanceType":"C4"},
               "podTemplate":{"spec":{"priorityClassName":"high"}}}})");
    server
        .expect("PATCH " + deployment_path +
                "?fieldManager=gradient-operator&force=true&fieldValidation=Strict&dryRun=All")
        .answer(422, refusal);
    expect_owner();
  }
  server.expect("PATCH " + deployment_path + "?fieldManager=gradient-operator&force=true*")
      .answer(422, refusal);
  expect_owner();
  expect_status();
  expect_event("AdmissionRefused");
  reconcile();
  const auto object = stores.gradient_deployments.find({"ns", "demo"});
  const auto told =
      json::string_at(gradient::condition(json::at(*object, {"status"}), "Ready"), {"message"});
  CHECK(told ==
        "Deployment ns/demo was refused: apply Deployment ns/demo: 422 Invalid: Deployment.apps "
        "\"demo\" is invalid: spec.template.spec.containers[0].volumeMounts[0].name: Not found: "
        "\"data\"; it may be "
        "what platform (spec.template.spec.containers[app].volumeMounts[/data]) has applied beside "
        "the operator: have it apply what fits the spec, or no such field");
}

TEST_CASE_METHOD(Rival, "a refusal that nobody else has made stays one") {
  change(next);
  expect_refusal();
  expect_get("[]");
  expect_status();
  expect_event("AdmissionRefused");
  CHECK(reconcile().requeue_after == std::chrono::minutes(1));
}

TEST_CASE_METHOD(Rival, "what is still refused without the other field is told, not tried on") {
  change(next);
  expect_refusal();
  expect_get(with_rival);
  expect_transfer();
  expect_refusal();
  expect_status();
  expect_event("AdmissionRefused");
  reconcile();
}

TEST_CASE_METHOD(Rival, "a podTemplate is not blamed for what others have applied") {
  change(R"({"spec":{"image":"example.com/app:2","resources":{"instanceType":"C4"},
             "podTemplate":{"spec":{"priorityClassName":"high"}}}})");
  server
      .expect("PATCH " + deployment_path +
              "?fieldManager=gradient-operator&force=true&fieldValidation=Strict&dryRun=All")
      .answer(422, two_handlers);
  expect_get(with_rival);
  expect_refusal();
  expect_get(with_rival);
  expect_transfer();
  expect_apply(deployment_path);
  expect_status();
  expect_event("DriftCorrected");
  reconcile();
}

namespace {

/// A child in which somebody has changed something that is wanted.
struct Drifted : Scenario {
  /// What a watch brings when `live` has become so, and the requests that follow.
  void expect_correction(const std::string& managed_fields) {
    put(kube::deployments, "demo", json::text(live));
    expect_get(managed_fields);
    expect_apply(deployment_path);
  }
  json::Json& app() { return live["spec"]["template"]["spec"]["containers"][0]; }
  /// Those of the last events.
  std::vector<std::string> messages(std::size_t count) {
    const auto requests = server.requests();
    std::vector<std::string> found;
    for (auto at = requests.size() - count; at < requests.size(); ++at)
      found.push_back(json::string_at(json::parse(requests[at].body), {"message"}));
    return found;
  }
};

std::string entry(const std::string& manager, const std::string& operation,
                  const std::string& app_fields) {
  return R"({"manager":")" + manager + R"(","operation":")" + operation +
         R"(","apiVersion":"apps/v1","fieldsV1":{"f:spec":{"f:template":{"f:spec":{
         "f:containers":{"k:{\"name\":\"app\"}":{".":{},"f:name":{},)" +
         app_fields + R"(}}}}}}})";
}

}  // namespace

TEST_CASE_METHOD(Drifted, "what another manager has taken over is told with the field to use") {
  app()["image"] = json::Json("example.com/theirs:1");
  app()["lifecycle"]["preStop"]["sleep"]["seconds"] = json::Json(1);
  expect_correction("[" + entry("gradient-operator", "Apply", R"("f:command":{})") + "," +
                    entry("platform", "Apply",
                          R"("f:image":{},"f:lifecycle":{"f:preStop":{"f:sleep":
                          {"f:seconds":{}}}},"f:tty":{})") +
                    "]");
  expect_event("DriftCorrected");
  reconcile();
  CHECK(messages(1) ==
        std::vector<std::string>{
            "what platform changed in Deployment ns/demo is reverted: "
            "spec.template.spec.containers[app].image, "
            "spec.template.spec.containers[app].lifecycle.preStop.sleep.seconds; change "
            "spec.image, spec.podTemplate.spec.containers[app].lifecycle of GradientDeployment "
            "demo instead"});
  server.finish();
  CHECK_FALSE(reconcile().requeue_after);
}

TEST_CASE_METHOD(Drifted, "what somebody removed is told without a manager, as it has none") {
  app()["resources"].erase("limits");
  app()["ports"] = json::parse(R"([{"containerPort":81,"protocol":"TCP","name":"http"}])");
  expect_correction("[" +
                    entry("kubectl-edit", "Update",
                          R"("f:ports":{"k:{\"containerPort\":81,\"protocol\":\"TCP\"}":)"
                          R"({".":{},"f:containerPort":{},"f:name":{}}})") +
                    "]");
  expect_event("DriftCorrected");
  expect_event("DriftCorrected");
  reconcile();
  CHECK(messages(2) ==
        std::vector<std::string>{
            "what kubectl-edit changed in Deployment ns/demo is reverted: "
            "spec.template.spec.containers[app].ports[81/TCP]; change spec.port or "
            "spec.endpoint.ports of GradientDeployment demo instead",
            "what somebody removed from Deployment ns/demo is back: "
            "spec.template.spec.containers[app].ports[80/TCP], "
            "spec.template.spec.containers[app].resources.limits; change spec.port or "
            "spec.endpoint.ports, spec.resources.instanceType of GradientDeployment demo "
            "instead"});
}

TEST_CASE_METHOD(Drifted, "what nobody else owns is put back without a word") {
  app()["image"] = json::Json("example.com/of-a-policy:1");
  expect_correction("[" + entry("gradient-operator", "Update", R"("f:image":{})") + "]");
  reconcile();
}

namespace {

struct Scaled : Scenario {
  /// What a watch brings when `manager` has set that number of replicas.
  void scale(const std::string& manager, int replicas) {
    auto scaled = *stores.deployments.find({"ns", "demo"});
    scaled["spec"]["replicas"] = json::Json(replicas);
    put(kube::deployments, "demo", json::text(scaled));
    expect_get(R"([{"manager":"gradient-operator","operation":"Apply","time":"2026-01-02T10:00:00Z",
        "fieldsV1":{"f:spec":{"f:template":{}}}},{"manager":")" +
               manager + R"(","operation":"Update","subresource":"scale",
        "time":"2026-01-02T10:00:01Z","fieldsV1":{"f:spec":{"f:replicas":{}}}}])");
    expect_apply(deployment_path);
  }
  /// Of the status as last published.
  json::Json conflict() {
    const auto object = stores.gradient_deployments.find({"ns", "demo"});
    return gradient::condition(json::at(*object, {"status"}), "ScaledByOthers");
  }
};

const std::string autoscaler = "kube-controller-manager";

}  // namespace

TEST_CASE_METHOD(Scaled, "a single scale of the Deployment is taken back with an event") {
  scale("kubectl", 5);
  expect_event("DriftCorrected");
  CHECK_FALSE(reconcile().requeue_after);
  CHECK(json::string_at(json::parse(server.requests().back().body), {"message"}) ==
        "the replicas of Deployment ns/demo are 1 again, after kubectl set 5; scale "
        "GradientDeployment demo, and have an autoscaler aim at it and not at the Deployment");
  clock.advance(std::chrono::minutes(6));
  scale("kubectl", 4);
  expect_event("DriftCorrected");
  reconcile();
}

TEST_CASE_METHOD(Scaled,
                 "an autoscaler that aims at the Deployment is told once, while it fights") {
  scale(autoscaler, 5);
  expect_event("DriftCorrected");
  reconcile();
  clock.advance(std::chrono::seconds(15));
  scale(autoscaler, 5);
  expect_status();
  server.expect("PATCH /api/v1/namespaces/ns/events/*").answer(200, "{}");
  CHECK(reconcile().requeue_after == reconcile::ScaleConflicts::quiet);
  CHECK(json::string_at(conflict(), {"status"}) == "True");
  CHECK(json::string_at(conflict(), {"message"}) ==
        "a HorizontalPodAutoscaler, which may be a ScaledObject's, sets the replicas of Deployment "
        "demo again and again, and the operator sets them back; have it aim at GradientDeployment "
        "demo of gradient-operator.dev/v1alpha1, or remove it and use spec.resources.autoscaling");

  clock.advance(std::chrono::seconds(15));
  scale(autoscaler, 7);
  expect_event("DriftCorrected");
  reconcile();  // the status stays as it is
  server.finish();

  clock.advance(std::chrono::minutes(4));
  CHECK(reconcile().requeue_after == std::chrono::minutes(1));
  clock.advance(std::chrono::minutes(1));
  expect_status();
  CHECK_FALSE(reconcile().requeue_after);
  CHECK(conflict().is_null());
}

TEST_CASE_METHOD(Scaled, "replicas that are taken back again and again are not told each time") {
  const auto fight = [&] {
    scale(autoscaler, 5);
    clock.advance(std::chrono::seconds(15));
  };
  fight();
  expect_event("DriftCorrected");
  reconcile();
  fight();
  expect_status();
  server.expect("PATCH /api/v1/namespaces/ns/events/*").answer(200, "{}");
  reconcile();
  server.finish();

  auto counted = *stores.deployments.find({"ns", "demo"});
  counted["status"] = json::parse(R"({"replicas":5,"readyReplicas":5})");
  put(kube::deployments, "demo", json::text(counted));
  CHECK(reconcile().requeue_after == std::chrono::seconds(5));
}

TEST_CASE_METHOD(Scaled, "an operator that starts keeps what was told of a scaler, for a while") {
  auto told = *stores.gradient_deployments.find({"ns", "demo"});
  auto& conditions = told["status"]["conditions"];
  conditions[conditions.size()] = json::parse(R"({"type":"ScaledByOthers","status":"True",
      "reason":"ScaledByOthers","message":"as it was","observedGeneration":1,
      "lastTransitionTime":"2026-01-02T10:00:00Z"})");
  auto& told_of = conditions[conditions.size() - 1];
  told_of["observedGeneration"] = told["metadata"]["generation"];
  put(reconcile::gradient_deployments, "demo", json::text(told));
  SECTION("until it has been quiet") {
    CHECK(reconcile().requeue_after == reconcile::ScaleConflicts::quiet);
    CHECK(json::string_at(conflict(), {"message"}) == "as it was");
    clock.advance(reconcile::ScaleConflicts::quiet);
    expect_status();
    CHECK_FALSE(reconcile().requeue_after);
    CHECK(conflict().is_null());
  }
  SECTION("also when the first that it sees is the next scaling") {
    scale("keda", 5);
    expect_event("DriftCorrected");
    CHECK(reconcile().requeue_after == reconcile::ScaleConflicts::quiet);
    CHECK(json::string_at(conflict(), {"message"}) == "as it was");
  }
}

TEST_CASE_METHOD(Scaled, "a number of replicas that nobody else has set is no drift") {
  auto scaled = *stores.deployments.find({"ns", "demo"});
  scaled["spec"]["replicas"] = json::Json(0);
  put(kube::deployments, "demo", json::text(scaled));
  expect_get(R"([{"manager":"gradient-operator","operation":"Update",
                  "fieldsV1":{"f:spec":{"f:replicas":{}}}}])");
  expect_apply(deployment_path);
  reconcile();
}

TEST_CASE_METHOD(Scaled, "a scale to 0, whose manager the server does not keep, is told as well") {
  const auto scale_to_none = [&] {
    auto scaled = *stores.deployments.find({"ns", "demo"});
    scaled["spec"]["replicas"] = json::Json(0);
    put(kube::deployments, "demo", json::text(scaled));
    expect_get(R"([{"manager":"gradient-operator","operation":"Apply",
                    "fieldsV1":{"f:spec":{"f:template":{}}}}])");
    expect_apply(deployment_path);
  };
  scale_to_none();
  expect_event("DriftCorrected");
  reconcile();
  CHECK(json::string_at(json::parse(server.requests().back().body), {"message"})
            .starts_with("the replicas of Deployment ns/demo are 1 again, after somebody set 0; "));
  clock.advance(std::chrono::seconds(30));
  scale_to_none();
  expect_status();
  server.expect("PATCH /api/v1/namespaces/ns/events/*").answer(200, "{}");
  reconcile();
  CHECK(json::string_at(conflict(), {"message"})
            .starts_with("what scales to 0, such as a ScaledObject, sets the replicas of "
                         "Deployment demo again and again, "));
}
