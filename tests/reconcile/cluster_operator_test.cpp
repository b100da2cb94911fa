// The operator against a real API server and controller manager (KUBECONFIG). No nodes: pods stay
// pending, which is enough to see what the operator writes and what it leaves alone.

#include "gradient/spec/names.h"
#include "reconcile/running.h"

#include <catch2/catch.hpp>

#include <future>

using live::Cluster;

namespace {

constexpr const char* plain =
    R"({"spec":{"image":"example.com/app:1","resources":{"instanceType":"C4"}}})";

bool has_status(Cluster& cluster, const std::string& name) {
  return !cluster.why(name).empty();
}

std::string controller_uid(const json::Json& object) {
  return json::string_at(kube::controller_of(object), {"uid"});
}

}  // namespace

TEST_CASE("a spec becomes a Deployment and a Service that it owns, and deleting it deletes them") {
  Cluster cluster;
  const live::Running running(cluster);
  const auto demo = cluster.apply(reconcile::gradient_deployments, "demo", plain);
  cluster.await("status", [&] { return has_status(cluster, "demo"); });
  CHECK(controller_uid(*cluster.client().get(kube::deployments, cluster.key("demo"))) ==
        kube::uid_of(demo));
  CHECK(controller_uid(*cluster.client().get(kube::services, cluster.key("demo"))) ==
        kube::uid_of(demo));

  cluster.remove(reconcile::gradient_deployments, "demo");
  cluster.await("no children", [&] {
    return !cluster.seen().deployments.find(cluster.key("demo")) &&
           !cluster.seen().services.find(cluster.key("demo"));
  });
}

TEST_CASE(
    "a Service of the same name that somebody else made is left alone, and the status says so") {
  Cluster cluster;
  const auto foreign = cluster.apply(
      kube::services, "demo", R"({"spec":{"selector":{"app":"x"},"ports":[{"port":81}]}})", "them");
  const live::Running running(cluster);
  cluster.apply(reconcile::gradient_deployments, "demo", plain);
  cluster.await("the conflict", [&] { return cluster.why("demo") == "NameConflict"; });
  CHECK(kube::resource_version_of(*cluster.client().get(kube::services, cluster.key("demo"))) ==
        kube::resource_version_of(foreign));
}

TEST_CASE("a Service that somebody creates between our look and our write is left alone") {
  Cluster cluster;
  std::promise<std::string> version;
  const live::Running running(
      cluster, {.before = live::before_first_write("/services/demo", [&] {
                  version.set_value(kube::resource_version_of(cluster.apply(
                      kube::services, "demo",
                      R"({"spec":{"selector":{"a":"x"},"ports":[{"port":81}]}})", "them")));
                })});
  cluster.apply(reconcile::gradient_deployments, "demo", plain);
  cluster.await("the conflict", [&] { return cluster.why("demo") == "NameConflict"; });
  CHECK(kube::resource_version_of(*cluster.client().get(kube::services, cluster.key("demo"))) ==
        version.get_future().get());
}

TEST_CASE("a spec deleted while it is reconciled leaves no children") {
  Cluster cluster;
  const live::Running running(
      cluster, {.before = live::before_first_write("/apps/v1/namespaces/" + cluster.ns(), [&] {
                  cluster.remove(reconcile::gradient_deployments, "demo");
                })});
  cluster.apply(reconcile::gradient_deployments, "demo", plain);
  cluster.await("the Deployment made for nothing",
                [&] { return !cluster.seen().deployments.keys().empty(); });
  cluster.await("its removal", [&] {
    return cluster.seen().deployments.keys().empty() && cluster.seen().services.keys().empty();
  });
}

TEST_CASE("a Dataset that appears later lets a waiting deployment go on") {
  Cluster cluster;
  const live::Running running(cluster);
  cluster.apply(reconcile::gradient_deployments, "demo", R"({"spec":{"image":"example.com/app:1",
      "repositories":{"dataset":"data","repositories":[{"url":"https://git.example/a","name":"a"}]},
      "resources":{"instanceType":"C4"}}})");
  cluster.await("the missing Dataset", [&] { return cluster.why("demo") == "DatasetNotFound"; });
  CHECK(cluster.seen().deployments.keys().empty());
  cluster.apply(reconcile::datasets, "data", R"({"spec":{"size":"1Gi"}})");
  cluster.await("the Deployment", [&] { return !cluster.seen().deployments.keys().empty(); });
}

TEST_CASE("a Dataset deleted and made again keeps its claim") {
  Cluster cluster;
  const live::Running running(cluster);
  const auto is_ready = [&] {
    const auto dataset = cluster.seen().datasets.find(cluster.key("data"));
    return dataset && live::ready_reason(*dataset) == "Ready";
  };
  cluster.apply(reconcile::datasets, "data", R"({"spec":{"size":"1Gi"}})");
  cluster.await("the claim", is_ready);
  const auto claim = cluster.client().get(kube::claims, cluster.key("data"));
  cluster.remove(reconcile::datasets, "data");
  cluster.await("no Dataset", [&] { return !cluster.seen().datasets.find(cluster.key("data")); });
  cluster.apply(reconcile::datasets, "data", R"({"spec":{"size":"1Gi"}})");
  cluster.await("the adopted claim", is_ready);
  CHECK(kube::uid_of(*cluster.client().get(kube::claims, cluster.key("data"))) ==
        kube::uid_of(*claim));
}

TEST_CASE("a claim of the same name that is not the Dataset's is left alone") {
  Cluster cluster;
  const auto foreign = cluster.apply(kube::claims, "data", R"({"spec":{"accessModes":
      ["ReadWriteOnce"],"resources":{"requests":{"storage":"5Gi"}}}})",
                                     "them");
  const live::Running running(cluster);
  cluster.apply(reconcile::datasets, "data", R"({"spec":{"size":"1Gi"}})");
  cluster.await("the conflict", [&] {
    const auto dataset = cluster.seen().datasets.find(cluster.key("data"));
    return dataset && live::ready_reason(*dataset) == "NameConflict";
  });
  const auto live = cluster.client().get(kube::claims, cluster.key("data"));
  CHECK(json::equal(json::at(*live, {"spec", "resources"}),
                    json::at(foreign, {"spec", "resources"})));
  CHECK(kube::label_of(*live, gradient::names::dataset_label).empty());
}

TEST_CASE("an invalid edit of a deployment changes nothing but its status") {
  Cluster cluster;
  const live::Running running(cluster);
  cluster.apply(reconcile::gradient_deployments, "demo", plain);
  cluster.await("status", [&] { return has_status(cluster, "demo"); });
  const auto before = cluster.client().get(kube::deployments, cluster.key("demo"));
  const auto written = running.written().size();
  cluster.apply(reconcile::gradient_deployments, "demo",
                R"({"spec":{"image":"example.com/app:2","resources":{"instanceType":"Z99"}}})");
  cluster.await("the refusal", [&] { return cluster.why("demo") == "UnknownInstanceType"; });
  const auto after = cluster.client().get(kube::deployments, cluster.key("demo"));
  CHECK(json::equal(json::at(*before, {"spec"}), json::at(*after, {"spec"})));
  const auto all = running.written();
  for (auto path = all.begin() + static_cast<std::ptrdiff_t>(written); path != all.end(); ++path)
    CHECK(path->ends_with("/gradientdeployments/demo/status"));
}

TEST_CASE(
    "an edit right before a status is written is looked at, though the answer has it already") {
  Cluster cluster;
  const auto mend = [&] { cluster.apply(reconcile::gradient_deployments, "demo", plain); };
  const live::Running running(cluster, {.before = live::before_first_write("/demo/status", mend)});
  cluster.apply(reconcile::gradient_deployments, "demo",
                R"({"spec":{"image":"example.com/app:1","resources":{"instanceType":"Z99"}}})");
  cluster.await("the Deployment", [&] { return !cluster.seen().deployments.keys().empty(); });
}

TEST_CASE("a deployment deleted and made again at once comes up") {
  Cluster cluster;
  const live::Running running(cluster);
  cluster.apply(reconcile::gradient_deployments, "demo", plain);
  cluster.await("the Deployment", [&] { return !cluster.seen().deployments.keys().empty(); });
  cluster.remove(reconcile::gradient_deployments, "demo");
  const auto again = cluster.apply(reconcile::gradient_deployments, "demo", plain);
  const auto is_of_the_second = [&](const kube::Store& store) {
    const auto child = store.find(cluster.key("demo"));
    return child && controller_uid(*child) == kube::uid_of(again);
  };
  cluster.await("children of the second", [&] {
    return is_of_the_second(cluster.seen().deployments) &&
           is_of_the_second(cluster.seen().services) && cluster.why("demo") != "NameConflict";
  });
}

TEST_CASE("what somebody changes in a child is put back, what they add is kept") {
  Cluster cluster;
  const live::Running running(cluster);
  cluster.apply(reconcile::gradient_deployments, "demo", plain);
  cluster.await("the Service", [&] { return !cluster.seen().services.keys().empty(); });
  cluster.client().merge_patch(kube::services, cluster.key("demo"),
                               json::parse(R"({"metadata":{"labels":{"theirs":"yes"}},
                      "spec":{"selector":{"gradient-operator.dev/deployment":"other"}}})"),
                               "them");
  cluster.await("the selector as intended", [&] {
    const auto service = cluster.seen().services.find(cluster.key("demo"));
    return service && kube::label_of(*service, "theirs") == "yes" &&
           json::string_at(*service, {"spec", "selector", gradient::names::deployment_label}) ==
               "demo";
  });
}

TEST_CASE("a child that is deleted comes back") {
  Cluster cluster;
  const live::Running running(cluster);
  cluster.apply(reconcile::gradient_deployments, "demo", plain);
  cluster.await("the Service", [&] { return !cluster.seen().services.keys().empty(); });
  const auto first = kube::uid_of(*cluster.client().get(kube::services, cluster.key("demo")));
  cluster.remove(kube::services, "demo");
  cluster.await("another Service", [&] {
    const auto service = cluster.seen().services.find(cluster.key("demo"));
    return service && kube::uid_of(*service) != first;
  });
}
