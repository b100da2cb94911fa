// HTTPRoutes on a real API server, with and without the definitions of the Gateway API. They are
// not ours: GRADIENT_GATEWAY_API names a file with them.

#include "base/files.h"
#include "gradient/spec/names.h"
#include "json/yaml.h"
#include "reconcile/running.h"
#include "support/skip.h"

#include <catch2/catch.hpp>

#include <cstdlib>

using live::Cluster;

namespace {

constexpr const char* plain =
    R"({"spec":{"image":"example.com/app:1","resources":{"instanceType":"C4"}}})";
constexpr kube::Kind definitions{"apiextensions.k8s.io/v1", "CustomResourceDefinition",
                                 "customresourcedefinitions"};

/// The definitions, absent or there.
class GatewayApi {
 public:
  GatewayApi(Cluster& cluster, const std::string& file) : cluster_(cluster) {
    const auto read = json::parse_yaml(base::read_file(file, 4U << 20U));
    for (const auto& problem : read.problems)
      FAIL(file << ":" << problem.line << ": " << problem.message);
    for (const auto& document : read.documents)
      documents_.push_back(document.value);
  }

  void install() {
    for (const auto& document : documents_)
      cluster_.client().apply(definitions, document, "test", kube::Force::Yes);
  }
  void remove() {
    for (const auto& document : documents_) {
      const auto live = cluster_.client().get(definitions, kube::key_of(document));
      if (live) cluster_.client().remove(definitions, kube::key_of(document), kube::uid_of(*live));
    }
    cluster_.await("the end of HTTPRoutes", [&] {
      try {
        cluster_.client().list(kube::routes, cluster_.ns(), {});
        return false;
      } catch (const kube::ApiError& error) {
        return error.kind_not_served();
      }
    });
  }

 private:
  Cluster& cluster_;
  std::vector<json::Json> documents_;
};

gradient::Settings by_gateway() {
  auto settings = gradient::default_settings();
  settings.endpoint = gradient::Endpoint{
      .domain = "a.example", .gateway_namespace = "infra", .gateway_name = "public", .https = true};
  return settings;
}

}  // namespace

TEST_CASE("without the Gateway API a deployment says so, and with it there is a route") {
  const char* file = std::getenv("GRADIENT_GATEWAY_API");
  if (file == nullptr) {
    support::skip("GRADIENT_GATEWAY_API names no file");
    return;
  }
  Cluster cluster;
  GatewayApi api(cluster, file);
  api.remove();
  cluster.apply(reconcile::gradient_deployments, "demo", plain);
  const auto routes = [&] { return cluster.client().list(kube::routes, cluster.ns(), {}); };
  {
    const live::Running running(cluster, {.settings = by_gateway()});
    cluster.await("the condition", [&] { return cluster.why("demo") == "GatewayAPIMissing"; });
    CHECK(running.ready());

    api.install();
    gradient::Parent parent;
    parent.ns = cluster.ns();
    parent.name = "demo";
    const auto has_url = [&] {
      const auto demo = cluster.seen().gradient_deployments.find(cluster.key("demo"));
      return json::string_at(*demo, {"status", "endpoint"}) ==
             "https://" + gradient::names::host(parent, "a.example");
    };
    cluster.await("the URL", has_url,
                  std::chrono::seconds(120));  // a kind is looked for each minute
    CHECK(routes().size() == 1);
  }
  const live::Running running(cluster);
  cluster.await("no route", [&] { return routes().empty(); });
}
