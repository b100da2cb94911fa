#include "reconcile/hosts.h"

#include <catch2/catch.hpp>

namespace {

constexpr const char* host = "chat.a.example";

/// Deployments of namespaces `a` to `z` that may all choose any host.
struct Fixture {
  reconcile::Stores stores;
  gradient::Settings settings = gradient::default_settings();
  int version = 0;

  Fixture() {
    settings.endpoint = gradient::Endpoint{
        .domain = "a.example", .ingress_class = "c", .allowed_hosts = {{"*", {"*"}}}};
  }

  json::Json object(const kube::Kind& kind, const kube::Key& key, const std::string& rest) {
    auto object = json::parse(rest);
    object["apiVersion"] = json::Json(std::string(kind.api_version));
    object["kind"] = json::Json(std::string(kind.kind));
    auto& metadata = object["metadata"];
    metadata["name"] = json::Json(key.name);
    metadata["namespace"] = json::Json(key.ns);
    metadata["resourceVersion"] = json::Json(std::to_string(++version));
    return object;
  }
  /// `metadata` continues that of the object, and begins with a comma.
  void ask(const kube::Key& key, const std::string& created, const std::string& metadata = "",
           const std::string& machine = "C4") {
    stores.gradient_deployments.put(
        object(reconcile::gradient_deployments, key,
               R"({"metadata":{"creationTimestamp":")" + created + R"(","uid":"uid-of-)" + key.ns +
                   "-" + key.name + R"(")" + metadata +
                   R"(},"spec":{"image":"app","endpoint":{"host":"chat.a.example"},)"
                   R"("resources":{"instanceType":")" +
                   machine + R"("}}})"));
  }
  std::string owned(const kube::Key& key, const std::string& kind = "GradientDeployment") {
    return R"({"metadata":{"labels":{"gradient-operator.dev/deployment":")" + key.name +
           R"("},"ownerReferences":[{"controller":true,"kind":")" + kind + R"(","name":")" +
           key.name + R"(","uid":"uid-of-)" + key.ns + "-" + key.name + R"("}]},)";
  }
  void serve(const kube::Key& key, const std::string& kind = "GradientDeployment") {
    stores.ingresses.put(
        object(kube::ingresses, key,
               owned(key, kind) + R"("spec":{"rules":[{"host":"chat.a.example"}]}})"));
  }
  void route(const kube::Key& key) {
    stores.routes.put(
        object(kube::routes, key, owned(key) + R"("spec":{"hostnames":["chat.a.example"]}})"));
  }

  std::string holder() {
    const auto found = reconcile::holder_of(host, stores, settings);
    return found ? kube::to_string(*found) : "";
  }
};

constexpr const char* january = "2026-01-01T00:00:00Z";
constexpr const char* february = "2026-02-01T00:00:00Z";

}  // namespace

TEST_CASE_METHOD(Fixture, "of those that ask for a host the oldest has it") {
  CHECK(holder().empty());
  ask({"a", "young"}, february);
  CHECK(holder() == "a/young");
  ask({"b", "old"}, january);
  CHECK(holder() == "b/old");
  ask({"a", "as-old"}, january);
  CHECK(holder() == "a/as-old");  // by namespace and name
}

TEST_CASE_METHOD(Fixture,
                 "a deployment that serves a host keeps it when an older one asks for it") {
  ask({"a", "young"}, february);
  ask({"b", "old"}, january);
  SECTION("by an Ingress") {
    serve({"a", "young"});
  }
  SECTION("by an HTTPRoute") {
    route({"a", "young"});
  }
  CHECK(holder() == "a/young");
}

TEST_CASE_METHOD(Fixture, "of two that serve it the older keeps it") {
  for (const auto* name : {"young", "old"})
    serve({"a", name});
  ask({"a", "young"}, february);
  ask({"a", "old"}, january);
  CHECK(holder() == "a/old");
}

TEST_CASE_METHOD(Fixture, "a deployment that is gone has its host until its Ingress is gone") {
  ask({"a", "new"}, february);
  serve({"b", "gone"});
  CHECK(holder() == "b/gone");
  stores.ingresses.erase(object(kube::ingresses, {"b", "gone"}, R"({"metadata":{}})"));
  CHECK(holder() == "a/new");
}

TEST_CASE_METHOD(Fixture, "whoever cannot get a host keeps it from nobody") {
  ask({"b", "young"}, february);
  SECTION("as it is being deleted") {
    ask({"a", "old"}, january, R"(,"deletionTimestamp":"2026-03-01T00:00:00Z")");
  }
  SECTION("as it is paused") {
    ask({"a", "old"}, january, R"(,"annotations":{"gradient-operator.dev/paused":"true"})");
  }
  SECTION("as its spec is refused") {
    ask({"a", "old"}, january, "", "no-such-machine");
  }
  SECTION("as its namespace may not have it") {
    settings.endpoint->allowed_hosts = {{"b", {"chat"}}};
    ask({"a", "old"}, january);
  }
  SECTION("as it is no deployment's") {
    serve({"a", "old"}, "Other");
  }
  CHECK(holder() == "b/young");
}
