// What an admission policy or an older API server makes of what is written.

#include "reconcile/deployment_reconciler.h"
#include "reconcile/drift.h"
#include "reconcile/world.h"
#include "support/log.h"

#include <catch2/catch.hpp>

namespace {

const std::string deployment_path = "/apis/apps/v1/namespaces/ns/deployments/demo";

json::Json& image_of(json::Json& deployment) {
  return deployment["spec"]["template"]["spec"]["containers"][0]["image"];
}

/// Of a Deployment whose image belongs to "platform".
constexpr const char* of_platform = R"([{"manager":"platform","operation":"Apply",
    "apiVersion":"apps/v1","fieldsV1":{"f:spec":{"f:template":{"f:spec":{"f:containers":
    {"k:{\"name\":\"app\"}":{"f:image":{}}}}}}}}])";

/// A deployment whose images a policy rewrites, and which has been written.
struct Rewritten : World {
  reconcile::DeploymentReconciler& reconciler = reconcilers.deployments();

  Rewritten() {
    put(reconcile::gradient_deployments, "demo",
        R"({"spec":{"image":"example.com/app:1","resources":{"instanceType":"C4"}}})");
    expect_apply("/api/v1/namespaces/ns/services/demo");
    expect_rewritten();
    expect_status("/apis/gradient-operator.dev/v1alpha1/namespaces/ns/gradientdeployments/demo",
                  reconcile::gradient_deployments, "demo");
    look(reconciler, "demo");
    server.finish();
  }

  void expect_rewritten() {
    server.expect("PATCH " + deployment_path + "?fieldManager=gradient-operator&*")
        .reply([](const kube::Request& request) {
          auto object = json::parse(request.body);
          image_of(object) = json::Json("mirror.example/app:1");
          object["metadata"]["uid"] = json::Json("uid-of-demo");
          object["metadata"]["resourceVersion"] = json::Json("200");
          return kube::Response{.status = 200, .body = json::text(object)};
        });
  }

  void expect_get(const std::string& managed_fields) {
    auto fresh = *stores.deployments.find({"ns", "demo"});
    fresh["metadata"]["managedFields"] = json::parse(managed_fields);
    server.expect("GET " + deployment_path).answer(200, json::text(fresh));
  }
  void change(const std::function<void(json::Json&)>& edit) {
    auto live = *stores.deployments.find({"ns", "demo"});
    edit(live);
    live["metadata"]["resourceVersion"] = json::Json("201");
    stores.deployments.put(live);
  }
};

}  // namespace

TEST_CASE_METHOD(Rewritten, "what an admission policy changed is not written again") {
  look(reconciler, "demo");
}

TEST_CASE_METHOD(Rewritten, "what a policy adds later is not written again either") {
  change([](json::Json& live) {
    live["spec"]["template"]["spec"]["containers"][1] = json::parse(R"({"name":"side"})");
  });
  look(reconciler, "demo");
}

TEST_CASE_METHOD(Rewritten, "another change of what a policy had changed is written again") {
  change([](json::Json& live) { image_of(live) = json::Json("elsewhere.example/app:1"); });
  expect_get(of_platform);
  expect_rewritten();
  expect_event("DriftCorrected");
  look(reconciler, "demo");
}

TEST_CASE_METHOD(Rewritten, "what a policy does again is nobody's change") {
  reconcile::Reconcilers restarted{{.client = client,
                                    .clock = clock,
                                    .settings = settings,
                                    .own_namespace = own_namespace,
                                    .events = events,
                                    .stores = stores,
                                    .dependents = dependents,
                                    .polled = polled,
                                    .reader = reader,
                                    .content_references = content_references,
                                    .triggers = triggers}};
  expect_get(of_platform);  // where it came with a request of somebody else
  expect_rewritten();
  look(restarted.deployments(), "demo");
}

TEST_CASE_METHOD(Rewritten, "a Deployment of that name that is another object is written") {
  change([](json::Json& live) { live["metadata"]["uid"] = json::Json("another"); });
  expect_get("[]");
  expect_rewritten();
  look(reconciler, "demo");
}

TEST_CASE_METHOD(World, "a field that the API server drops is told once, and not written again") {
  const Log log;
  put(reconcile::gradient_deployments, "demo",
      R"({"spec":{"image":"example.com/app:1","resources":{"instanceType":"C4"}}})");
  expect_apply("/api/v1/namespaces/ns/services/demo");
  server.expect("PATCH " + deployment_path + "?fieldManager=gradient-operator&*")
      .reply([](const kube::Request& request) {
        auto object = json::parse(request.body);
        object["spec"]["template"]["spec"]["containers"][0]["lifecycle"].erase("preStop");
        object["metadata"]["uid"] = json::Json("uid-of-demo");
        object["metadata"]["resourceVersion"] = json::Json("200");
        return kube::Response{.status = 200, .body = json::text(object)};
      });
  expect_status("/apis/gradient-operator.dev/v1alpha1/namespaces/ns/gradientdeployments/demo",
                reconcile::gradient_deployments, "demo");
  for (int looks = 0; looks < 3; ++looks)
    look(reconcilers.deployments(), "demo");
  const auto text = log.text();
  const std::string told =
      "object=Deployment ns/demo "
      "fields=\"spec.template.spec.containers[app].lifecycle.preStop\"";
  CHECK(text.find(told) != std::string::npos);
  CHECK(text.find(told) == text.rfind(told));
}

TEST_CASE("the part of an object that is intended has its values, and nothing beside them") {
  const auto part = [](const char* live, const char* wanted) {
    return json::text(reconcile::part_of(json::parse(live), json::parse(wanted)));
  };
  CHECK(part(R"({"a":2,"b":3})", R"({"a":1})") == R"({"a":2})");
  CHECK(part(R"({"limits":{"cpu":"1"}})", R"({"limits":{"cpu":"1000m"}})") ==
        R"({"limits":{"cpu":"1000m"}})");
  CHECK(part(R"({})", R"({"a":1})") == R"({"a":null})");
  CHECK(part(R"({"containers":[{"name":"side"},{"name":"app","image":"b","tty":true}]})",
             R"({"containers":[{"name":"app","image":"a"},{"name":"gone"}]})") ==
        R"({"containers":[{"image":"b","name":"app"}]})");
  CHECK(part(R"({"args":["x","a"]})", R"({"args":["a"]})") == R"({"args":["a"]})");
  CHECK(part(R"({"args":["x"]})", R"({"args":["a"]})") == R"({"args":["x"]})");
}
