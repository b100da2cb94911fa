// What is printed is applied to a real control plane (KUBECONFIG), whose garbage collector runs.

#include "cli/exit_code.h"
#include "cli/render.h"
#include "cli/support/session.h"
#include "json/yaml.h"
#include "reconcile/kinds.h"
#include "reconcile/running.h"

#include <catch2/catch.hpp>

using json::Json;

namespace {

constexpr const char* deployment = R"({"spec": {"image": "app:1",
  "resources": {"instanceType": "C4", "replicas": 2},
  "repositories": {"dataset": "code", "repositories": [{"url": "https://h/r", "name": "r"}]}}})";
constexpr const char* dataset =
    R"({"spec": {"size": "1Gi", "accessModes": ["ReadWriteMany"], "reclaimPolicy": "Delete"}})";

Json object(const live::Cluster& cluster, const kube::Kind& kind, const std::string& name,
            const std::string& body) {
  auto result = json::parse(body);
  result["apiVersion"] = Json(std::string(kind.api_version));
  result["kind"] = Json(std::string(kind.kind));
  result["metadata"] = json::object({{"name", name}, {"namespace", cluster.ns()}});
  return result;
}

/// As it comes out of the command for objects as kubectl prints them.
std::vector<Json> rendered(const std::vector<Json>& objects) {
  const session::Folder folder;
  std::string text;
  for (const auto& object : objects)
    text += "---\n" + json::yaml_text(object);
  const auto outcome =
      session::run([&] { return cli::render({.files = {folder.add("f.yaml", text)}}); });
  REQUIRE(outcome.code == cli::Fine);
  CHECK(outcome.messages.empty());
  std::vector<Json> result;
  for (const auto& document : json::parse_yaml(outcome.output).documents)
    result.push_back(document.value);
  return result;
}

void apply(live::Cluster& cluster, const std::vector<Json>& objects, const std::string& manager) {
  for (const auto& object : objects)
    cluster.client().apply(reconcile::kind_of(object), object, manager, kube::Force::No);
}

bool has_owner(const Json& object) {
  return json::elements_at(object, {"metadata", "ownerReferences"}).size() > 0;
}

/// Returns when the garbage collector has removed an object whose owner is not there.
void await_garbage_collector(live::Cluster& cluster) {
  const auto owner = json::object({{"apiVersion", "gradient-operator.dev/v1alpha1"},
                                   {"kind", "GradientDeployment"},
                                   {"name", "nobody"},
                                   {"uid", "00000000-0000-0000-0000-000000000000"}});
  auto child = object(cluster, kube::services, "child-of-nobody",
                      R"({"spec": {"ports": [{"port": 80}], "clusterIP": "None"}})");
  child["metadata"]["ownerReferences"] = json::array({owner});
  cluster.client().create(kube::services, cluster.ns(), child);
  const auto is_gone = [&] {
    return !cluster.client().get(kube::services, cluster.key("child-of-nobody"));
  };
  // It looks for new kinds twice a minute.
  cluster.await("the garbage collector", is_gone, std::chrono::seconds(90));
}

/// `kubectl delete --cascade=orphan`
void orphan(live::Cluster& cluster, const kube::Kind& kind, const std::string& name) {
  const auto uid = kube::uid_of(*cluster.client().get(kind, cluster.key(name)));
  auto request = kube::delete_request(kind, cluster.key(name), uid);
  auto options = json::parse(request.body);
  options["propagationPolicy"] = Json("Orphan");
  request.body = json::text(options);
  CHECK(cluster.transport().send(request, {}, std::chrono::seconds(30)).status == 200);
  cluster.await(name + " to go", [&] { return !cluster.client().get(kind, cluster.key(name)); });
}

}  // namespace

TEST_CASE("what is printed can be applied as it is, and the garbage collector leaves it") {
  live::Cluster cluster;
  const auto objects =
      rendered({object(cluster, reconcile::datasets, "code", dataset),
                object(cluster, reconcile::gradient_deployments, "demo", deployment)});
  REQUIRE(objects.size() == 4);
  apply(cluster, objects, "kubectl");
  await_garbage_collector(cluster);
  for (const auto& object : objects) {
    const auto live = cluster.client().get(reconcile::kind_of(object), kube::key_of(object));
    INFO(json::string_at(object, {"kind"}));
    REQUIRE(live);
    CHECK_FALSE(has_owner(*live));
    CHECK(json::string_at(*live, {"metadata", "deletionTimestamp"}).empty());
  }
}

TEST_CASE("an operator leaves what was applied so to who applied it") {
  live::Cluster cluster;
  const auto gdep = object(cluster, reconcile::gradient_deployments, "demo",
                           R"({"spec": {"image": "app:1", "resources": {"instanceType": "C4"}}})");
  apply(cluster, rendered({gdep}), "kubectl");
  const auto before = cluster.client().get(kube::deployments, cluster.key("demo"));
  const live::Running running(cluster);
  cluster.client().create(reconcile::gradient_deployments, cluster.ns(), gdep);
  cluster.await("the conflict", [&] { return cluster.why("demo") == "NameConflict"; });
  const auto after = cluster.client().get(kube::deployments, cluster.key("demo"));
  CHECK(json::equal(json::at(*before, {"spec"}), json::at(*after, {"spec"})));
  CHECK_FALSE(has_owner(*after));
}

TEST_CASE("one leaves the operator without a pod being replaced or a file being lost") {
  live::Cluster cluster;
  live::Running running(cluster);
  cluster.apply(reconcile::datasets, "code", dataset);
  cluster.apply(reconcile::gradient_deployments, "demo", deployment);
  cluster.await("the children", [&] {
    const auto claim = cluster.client().get(kube::claims, cluster.key("code"));
    return claim && has_owner(*claim) && cluster.seen().budgets.find(cluster.key("demo"));
  });
  const auto objects =
      rendered({*cluster.client().get(reconcile::datasets, cluster.key("code")),
                *cluster.client().get(reconcile::gradient_deployments, cluster.key("demo"))});
  REQUIRE(objects.size() == 4);
  std::vector<Json> before;
  for (const auto& object : objects)
    before.push_back(*cluster.client().get(reconcile::kind_of(object), kube::key_of(object)));

  orphan(cluster, reconcile::gradient_deployments, "demo");
  orphan(cluster, reconcile::datasets, "code");
  apply(cluster, objects, "gradient-operator");
  await_garbage_collector(cluster);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const auto live =
        cluster.client().get(reconcile::kind_of(objects[i]), kube::key_of(objects[i]));
    INFO(json::string_at(objects[i], {"kind"}));
    REQUIRE(live);
    CHECK(kube::uid_of(*live) == kube::uid_of(before[i]));
    CHECK(json::string_at(*live, {"metadata", "deletionTimestamp"}).empty());
    CHECK_FALSE(has_owner(*live));
    CHECK(kube::annotation_of(*live, "gradient-operator.dev/applied").empty());
    CHECK(json::text(json::at(*live, {"spec"})) == json::text(json::at(before[i], {"spec"})));
  }
}
