#include "reconcile/deployment_reconciler.h"
#include "reconcile/world.h"

#include <catch2/catch.hpp>

namespace {

const std::string our_path =
    "/apis/gradient-operator.dev/v1alpha1/namespaces/ns/gradientdeployments/demo";
const std::string deployment_path = "/apis/apps/v1/namespaces/ns/deployments/demo";
const std::string service_path = "/api/v1/namespaces/ns/services/demo";
const std::string ingress_path = "/apis/networking.k8s.io/v1/namespaces/ns/ingresses/demo";
const std::string route_path = "/apis/gateway.networking.k8s.io/v1/namespaces/ns/httproutes/demo";

constexpr const char* inside = "http://demo.ns.svc.cluster.local";
constexpr const char* ours = R"({"metadata":{"labels":{"gradient-operator.dev/deployment":"demo"},
    "ownerReferences":[{"uid":"uid-of-demo","controller":true}]}})";

/// A deployment "demo".
struct Demo : World {
  reconcile::DeploymentReconciler& reconciler = reconcilers.deployments();

  Demo() { put_deployment("demo", "2026-01-02T00:00:00Z"); }

  void put_deployment(const std::string& name, const std::string& created,
                      const std::string& endpoint = "null") {
    put(reconcile::gradient_deployments, name,
        R"({"metadata":{"creationTimestamp":")" + created + R"("},"spec":{"endpoint":)" + endpoint +
            R"(,"image":"example.com/app:1","resources":{"instanceType":"C4"}}})");
  }
  void by_ingress() {
    settings.endpoint = gradient::Endpoint{.domain = "a.example", .ingress_class = "c"};
  }
  void by_gateway() {
    settings.endpoint =
        gradient::Endpoint{.domain = "a.example", .gateway_namespace = "n", .gateway_name = "g"};
  }
  void expect_status() { World::expect_status(our_path, reconcile::gradient_deployments, "demo"); }
  kube::Outcome reconcile() { return look(reconciler, "demo"); }

  std::string status(std::initializer_list<std::string_view> path) {
    return json::string_at(*stores.gradient_deployments.find({"ns", "demo"}), path);
  }
  /// "Reason: message" of a condition, as last published.
  std::string why(const std::string& type) {
    const auto object = stores.gradient_deployments.find({"ns", "demo"});
    for (const auto& found : json::elements_at(*object, {"status", "conditions"})) {
      if (json::string_at(found, {"type"}) == type)
        return json::string_at(found, {"reason"}) + ": " + json::string_at(found, {"message"});
    }
    return {};
  }
  std::string endpoint() { return status({"status", "endpoint"}); }

  /// But for what exposes it.
  void expect_children() {
    expect_apply(service_path);
    expect_apply(deployment_path);
  }
};

struct Scenario : Demo {
  Scenario() { expect_children(); }
};

}  // namespace

TEST_CASE_METHOD(Scenario, "an Ingress is applied after the rest, and its URL told") {
  by_ingress();
  expect_apply(ingress_path);
  expect_status();
  reconcile();
  CHECK(endpoint() == "http://demo-ns.a.example");
  server.finish();
  CHECK_FALSE(reconcile().requeue_after);  // and writes nothing
}

TEST_CASE_METHOD(Scenario, "what an earlier configuration made is removed, and its URL with it") {
  put(kube::ingresses, "demo", ours);
  put(kube::routes, "demo", ours);
  server.expect("DELETE " + ingress_path);
  server.expect("DELETE " + route_path);
  expect_status();
  reconcile();
  CHECK(endpoint() == inside);
}

TEST_CASE_METHOD(Scenario, "an Ingress that a webhook refuses is told in its words") {
  by_ingress();
  server.expect("PATCH " + ingress_path + "*")
      .answer(400, R"({"kind":"Status","reason":"BadRequest","code":400,"message":
          "admission webhook \"validate.nginx\" denied the request: host is already defined"})");
  expect_status();
  expect_event("AdmissionRefused");
  CHECK(reconcile().requeue_after == std::chrono::minutes(1));
  CHECK(endpoint() == inside);
}

TEST_CASE_METHOD(Demo, "a certificate that is not there is told, and looked for again") {
  const std::string secret_path = "/api/v1/namespaces/ns/secrets/wildcard";
  by_ingress();
  settings.endpoint->tls_secret = "wildcard";
  server.expect("GET " + secret_path).answer(404, R"({"kind":"Status","code":404})");
  expect_children();
  expect_apply(ingress_path);
  expect_status();
  expect_event("SecretNotFound");
  CHECK_FALSE(reconcile().requeue_after);  // the Secret brings it back
  CHECK(why("ReferencesResolved") ==
        "SecretNotFound: endpoint.tls.secretName of the operator's configuration: there is no "
        "Secret wildcard in namespace ns; create it; until then the ingress controller shows a "
        "certificate of its own, or none");
  CHECK(why("Progressing").starts_with("RollingOut"));
  server.finish();

  const auto look_again = [&](const std::string& data, const std::string& version) {
    clock.advance(std::chrono::seconds(60));
    server.expect("GET " + secret_path)
        .answer(200, R"({"metadata":{"name":"wildcard","namespace":"ns","resourceVersion":")" +
                         version + R"("},"data":)" + data + "}");
    polled.refresh([&](const reconcile::Ref& ref) { return dependents.any(ref); }, {});
    CHECK(notified.back() == reconcile::Ref{"Secret", {"ns", "wildcard"}});
    expect_status();
  };
  look_again(R"({"tls.crt":"YQ=="})", "1");
  expect_event("SecretKeyNotFound");
  reconcile();
  CHECK(why("ReferencesResolved")
            .starts_with("SecretKeyNotFound: endpoint.tls.secretName of the operator's "
                         "configuration: Secret wildcard in namespace ns has no key tls.key; add "
                         "it; until then"));
  look_again(R"({"tls.crt":"YQ==","tls.key":"YQ=="})", "2");
  reconcile();
  CHECK(why("ReferencesResolved").starts_with("Resolved"));
}

TEST_CASE_METHOD(Scenario, "without the Gateway API's definitions nothing is tried again in vain") {
  by_gateway();
  server.expect("PATCH " + route_path + "*").answer(404, "404 page not found\n");
  expect_status();
  expect_event("GatewayAPIMissing");
  CHECK(reconcile().requeue_after != std::chrono::minutes(1));
  CHECK(endpoint() == inside);
}

TEST_CASE_METHOD(Scenario, "a route that its Gateway refuses is told") {
  by_gateway();
  expect_apply(route_path);
  expect_status();
  CHECK(reconcile().requeue_after == std::chrono::minutes(1));  // whether anybody looks at it
  CHECK(endpoint() == "http://demo-ns.a.example");
  server.finish();

  auto route = *stores.routes.find({"ns", "demo"});
  route["status"] = json::parse(R"({"parents":[{"parentRef":{"namespace":"n","name":"g"},
      "conditions":[{"type":"Accepted","status":"False","reason":"NoMatchingListenerHostname",
      "message":"no listener"}]}]})");
  route["metadata"]["resourceVersion"] = json::Json("900");
  stores.routes.put(route);
  expect_status();
  expect_event("RouteNotAccepted");
  reconcile();
}

TEST_CASE_METHOD(Scenario, "a route whose Gateway does not exist is told after a minute") {
  by_gateway();
  expect_apply(route_path);
  expect_status();
  reconcile();
  server.finish();
  clock.advance(std::chrono::seconds(61));
  expect_status();
  expect_event("RouteNotAccepted");
  reconcile();
}

TEST_CASE_METHOD(Demo, "a host that an older deployment has is handed over when that has gone") {
  const std::string chat = R"({"host":"chat.a.example"})";
  const reconcile::Ref other{"GradientDeployment", {"ns", "other"}};
  const reconcile::Ref demo{"GradientDeployment", {"ns", "demo"}};
  by_ingress();
  settings.endpoint->allowed_hosts["ns"] = {"chat"};
  put_deployment("demo", "2026-01-02T00:00:00Z", chat);
  put_deployment("other", "2026-01-01T00:00:00Z", chat);
  put(kube::ingresses, "demo", ours);  // with another host, of before
  expect_children();
  server.expect("DELETE " + ingress_path);
  expect_status();
  expect_event("HostTaken");
  reconcile();
  CHECK(why("Ready") ==
        "HostTaken: spec.endpoint.host: GradientDeployment other has chat.a.example; choose "
        "another host, or remove it there");
  CHECK(why("ReferencesResolved").starts_with("HostTaken"));
  CHECK(why("Progressing").starts_with("RollingOut"));
  CHECK(endpoint() == inside);
  CHECK(dependents.of(other) == std::vector<reconcile::Ref>{demo});  // brings it back
  CHECK(enqueued.empty());
  server.finish();

  auto gone = *stores.gradient_deployments.find(other.key);
  gone["metadata"]["resourceVersion"] = json::Json("900");
  stores.gradient_deployments.erase(gone);
  server.expect("GET /apis/gradient-operator.dev/v1alpha1/namespaces/ns/gradientdeployments?*")
      .answer(200,
              R"({"items":[)" + json::text(*stores.gradient_deployments.find(demo.key)) + "]}");
  expect_apply(ingress_path);
  expect_status();
  reconcile();
  CHECK(endpoint() == "http://chat.a.example");
  CHECK(why("ReferencesResolved").starts_with("Resolved"));
  CHECK(dependents.of(other).empty());
}

TEST_CASE_METHOD(Scenario, "who gets a host has the others that ask for it look again") {
  const std::string chat = R"({"host":"chat.a.example"})";
  by_ingress();
  settings.endpoint->allowed_hosts["*"] = {"*"};
  put_deployment("demo", "2026-01-02T00:00:00Z", chat);
  put_deployment("other", "2026-01-03T00:00:00Z", chat);
  expect_apply(ingress_path);
  expect_status();
  reconcile();
  CHECK(endpoint() == "http://chat.a.example");
  CHECK(enqueued == std::vector<reconcile::Ref>{{"GradientDeployment", {"ns", "other"}}});
}
