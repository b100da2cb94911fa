// What gives a deployment its URL, against a real API server (KUBECONFIG).

#include "gradient/spec/names.h"
#include "reconcile/running.h"

#include <catch2/catch.hpp>

using live::Cluster;

namespace {

constexpr const char* plain =
    R"({"spec":{"image":"example.com/app:1","resources":{"instanceType":"C4"}}})";

gradient::Settings below(const std::string& domain) {
  auto settings = gradient::default_settings();
  settings.endpoint = gradient::Endpoint{.domain = domain, .ingress_class = "test"};
  return settings;
}

std::string endpoint(Cluster& cluster) {
  const auto demo = cluster.seen().gradient_deployments.find(cluster.key("demo"));
  return demo ? json::string_at(*demo, {"status", "endpoint"}) : "";
}

std::string host_below(const std::string& domain, Cluster& cluster) {
  gradient::Parent parent;
  parent.ns = cluster.ns();
  parent.name = "demo";
  return gradient::names::host(parent, domain);
}

std::string host(Cluster& cluster) {
  const auto ingress = cluster.seen().ingresses.find(cluster.key("demo"));
  if (!ingress) return "";
  const auto& rules = json::elements_at(*ingress, {"spec", "rules"});
  return rules.size() == 1 ? json::string_at(rules.at(0), {"host"}) : "";
}

}  // namespace

TEST_CASE("an Ingress is made, changed with the configuration, and removed when it is taken away") {
  Cluster cluster;
  const auto one = host_below("one.example", cluster);
  const auto two = host_below("two.example", cluster);
  cluster.apply(reconcile::gradient_deployments, "demo", plain);
  {
    const live::Running running(cluster, {.settings = below("one.example")});
    cluster.await("the URL", [&] { return endpoint(cluster) == "http://" + one; });
    cluster.await("the Ingress", [&] { return host(cluster) == one; });
  }
  {
    const live::Running running(cluster, {.settings = below("two.example")});
    cluster.await("the other URL", [&] { return endpoint(cluster) == "http://" + two; });
    cluster.await("the other host", [&] { return host(cluster) == two; });
    CHECK(cluster.seen().ingresses.keys().size() == 1);
  }
  const live::Running running(cluster);
  cluster.await("no Ingress", [&] { return cluster.seen().ingresses.keys().empty(); });
  cluster.await("the URL within the cluster", [&] {
    return endpoint(cluster) == "http://demo." + cluster.ns() + ".svc.cluster.local";
  });
}

TEST_CASE("an Ingress that somebody else made is left alone, switched on and off") {
  Cluster cluster;
  const auto foreign =
      cluster.apply(kube::ingresses, "demo",
                    R"({"metadata":{"labels":{"gradient-operator.dev/deployment":"demo"}},
                        "spec":{"defaultBackend":{"service":{"name":"x","port":{"number":1}}}}})",
                    "them");
  cluster.apply(reconcile::gradient_deployments, "demo", plain);
  {
    const live::Running running(cluster, {.settings = below("one.example")});
    cluster.await("the conflict", [&] { return cluster.why("demo") == "NameConflict"; });
    CHECK(endpoint(cluster) == "http://demo." + cluster.ns() + ".svc.cluster.local");
  }
  const live::Running running(cluster);
  cluster.await("no conflict", [&] { return cluster.why("demo") != "NameConflict"; });
  CHECK(kube::resource_version_of(*cluster.client().get(kube::ingresses, cluster.key("demo"))) ==
        kube::resource_version_of(foreign));
}

TEST_CASE("a host is handed over between namespaces when whoever has it goes") {
  constexpr const char* chat = R"({"spec":{"image":"example.com/app:1",
      "resources":{"instanceType":"C4"},"endpoint":{"host":"chat.one.example"}}})";
  Cluster cluster;
  Cluster other;
  auto settings = below("one.example");
  settings.endpoint->allowed_hosts["*"] = {"chat"};
  const live::Running running(cluster, {.settings = settings, .namespaces = {other.ns()}});
  cluster.apply(reconcile::gradient_deployments, "demo", chat);
  cluster.await("the URL", [&] { return endpoint(cluster) == "http://chat.one.example"; });

  other.apply(reconcile::gradient_deployments, "demo", chat);
  other.await("the refusal", [&] { return other.why("demo") == "HostTaken"; });
  CHECK(other.seen().ingresses.keys().empty());
  const auto refused = *other.seen().gradient_deployments.find(other.key("demo"));
  CHECK(json::text(json::at(refused, {"status"})).find(cluster.ns()) == std::string::npos);
  CHECK(endpoint(other) == "http://demo." + other.ns() + ".svc.cluster.local");

  SECTION("as it is deleted") {
    cluster.remove(reconcile::gradient_deployments, "demo");
  }
  SECTION("as it asks for another") {
    cluster.apply(reconcile::gradient_deployments, "demo", plain);
  }
  other.await("the host", [&] {
    return endpoint(other) == "http://chat.one.example" && host(other) == "chat.one.example";
  });
}

TEST_CASE("a restart with an endpoint writes nothing") {
  Cluster cluster;
  cluster.apply(reconcile::gradient_deployments, "demo", plain);
  const auto is_told = [&] {
    const auto demo = cluster.seen().gradient_deployments.find(cluster.key("demo"));
    return demo && json::integer_at(*demo, {"status", "updatedReplicas"}) == 1 &&
           endpoint(cluster).ends_with(".one.example");
  };
  {
    const live::Running running(cluster, {.settings = below("one.example")});
    cluster.await("the URL", is_told);
  }
  const live::Running running(cluster, {.settings = below("one.example")});
  cluster.apply(reconcile::gradient_deployments, "next", plain);
  cluster.await("the next one", [&] { return !cluster.why("next").empty(); });
  auto written = running.written();
  std::erase_if(written, [](const auto& path) { return path.find("/next") != std::string::npos; });
  CHECK(written == std::vector<std::string>{});
}
