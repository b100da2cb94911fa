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

/// A volume of 10Gi in class "fixed" for that claim, while it lives.
class Volume {
 public:
  Volume(Cluster& cluster, const std::string& claim)
      : cluster_(cluster),
        volume_(cluster.client().create(
            kind, "",
            json::parse(R"({
            "apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":")" +
                        cluster.ns() +
                        R"("},"spec":{"capacity":{"storage":"10Gi"},"accessModes":["ReadWriteOnce"],
            "storageClassName":"fixed","hostPath":{"path":"/nowhere"},
            "claimRef":{"namespace":")" +
                        cluster.ns() + R"(","name":")" + claim + R"("}}})"))) {}
  ~Volume() { cluster_.client().remove(kind, kube::key_of(volume_), kube::uid_of(volume_)); }
  Volume(const Volume&) = delete;
  Volume& operator=(const Volume&) = delete;

 private:
  static constexpr kube::Kind kind{"v1", "PersistentVolume", "persistentvolumes"};
  Cluster& cluster_;
  json::Json volume_;
};

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

TEST_CASE("a size that the class cannot grow to leaves the Dataset usable and can be taken back") {
  Cluster cluster;
  const live::Running running(cluster);
  cluster.apply(reconcile::datasets, "data",
                R"({"spec":{"size":"1Gi","storageClassName":"fixed"}})");
  const auto dataset = [&] {
    const auto found = cluster.seen().datasets.find(cluster.key("data"));
    return found ? *found : json::Json();
  };
  const Volume volume(cluster, "data");
  cluster.await("the capacity", [&] {
    return json::string_at(dataset(), {"status", "capacity"}) == "10Gi";
  });

  const auto with_size = [&](const std::string& size) {
    cluster.apply(reconcile::datasets, "data",
                  R"({"spec":{"size":")" + size + R"(","storageClassName":"fixed"}})");
  };
  with_size("20Gi");
  cluster.await("the refusal", [&] { return live::ready_reason(dataset()) == "AdmissionRefused"; });
  const auto refused = dataset();
  const auto& ready = *json::elements_at(refused, {"status", "conditions"}).begin();
  CHECK(json::string_at(ready, {"status"}) == "True");
  CHECK_THROWS_AS(with_size("512Mi"), kube::ApiError);
  with_size("1Gi");
  cluster.await("the size as it was", [&] { return live::ready_reason(dataset()) == "Ready"; });
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

TEST_CASE("what somebody changes in a child is put back, what they add to its metadata is kept") {
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

TEST_CASE("a spec that was edited by hand, or undone to an earlier one, is put back whole") {
  Cluster cluster;
  const live::Running running(cluster);
  cluster.apply(kube::secrets, "gradient-secrets", R"({"stringData":{"a":"x"}})");
  cluster.apply(reconcile::gradient_deployments, "demo",
                R"({"spec":{"image":"example.com/app:1","env":[{"name":"A","value":"SECRET:a"}],
                    "resources":{"instanceType":"C4","replicas":2}}})");
  cluster.await("all children", [&] {
    return cluster.seen().budgets.size() == 1 && cluster.seen().deployments.size() == 1 &&
           has_status(cluster, "demo");
  });
  const auto intended = [&](const kube::Kind& kind) {
    return json::at(*cluster.client().get(kind, cluster.key("demo")), {"spec"});
  };
  const auto edit = [&](const kube::Kind& kind, const json::Json& spec) {
    cluster.client().merge_patch(kind, cluster.key("demo"), json::object({{"spec", spec}}),
                                 "kubectl-edit");
  };
  const auto await_as_before = [&](const kube::Kind& kind, const json::Json& before) {
    cluster.await("the spec as it was", [&] { return json::equal(intended(kind), before); });
  };

  SECTION("a container, a volume, a toleration, a command and a pause more") {
    const auto before = intended(kube::deployments);
    auto spec = before;
    auto& pod = spec["template"]["spec"];
    pod["containers"][1] = json::parse(R"({"name":"more","image":"example.com/more"})");
    pod["volumes"] = json::parse(R"([{"name":"more","emptyDir":{}}])");
    pod["tolerations"] = json::parse(R"([{"key":"gpu","operator":"Exists"}])");
    pod["containers"][0]["command"] = json::parse(R"(["sleep"])");
    spec["paused"] = json::Json(true);
    edit(kube::deployments, spec);
    await_as_before(kube::deployments, before);
  }
  SECTION("a value that cannot stand beside ours") {
    const auto before = intended(kube::deployments);
    auto spec = before;
    spec["template"]["spec"]["containers"][0]["env"] =
        json::parse(R"([{"name":"A","value":"in plain text"}])");
    edit(kube::deployments, spec);
    await_as_before(kube::deployments, before);
  }
  SECTION("another port of that name") {
    const auto before = intended(kube::services);
    edit(kube::services,
         json::parse(R"({"ports":[{"name":"http","port":8080,"targetPort":"http"}]})"));
    await_as_before(kube::services, before);
  }
  SECTION("another kind of budget") {
    const auto before = intended(kube::budgets);
    edit(kube::budgets, json::parse(R"({"maxUnavailable":null,"minAvailable":2})"));
    await_as_before(kube::budgets, before);
  }
}

TEST_CASE("a restart by kubectl and what another manager applies stay") {
  Cluster cluster;
  const live::Running running(cluster);
  cluster.apply(reconcile::gradient_deployments, "demo", plain);
  cluster.await("status", [&] { return has_status(cluster, "demo"); });
  cluster.client().merge_patch(
      kube::deployments, cluster.key("demo"),
      json::parse(R"({"spec":{"template":{"metadata":{"annotations":{"restartedAt":"now"}}}}})"),
      "kubectl-rollout");
  cluster.apply(kube::deployments, "demo", R"({"spec":{"template":{"spec":{"containers":
      [{"name":"app","env":[{"name":"THEIRS","value":"1"}]}]}}}})",
                "platform");
  // Another edit shows that the operator has seen both.
  cluster.client().merge_patch(kube::deployments, cluster.key("demo"),
                               json::parse(R"({"spec":{"paused":true}})"), "kubectl-rollout");
  cluster.await("the pause taken back", [&] {
    const auto live = cluster.client().get(kube::deployments, cluster.key("demo"));
    return json::at(*live, {"spec", "paused"}).is_null();
  });
  const auto live = *cluster.client().get(kube::deployments, cluster.key("demo"));
  const auto& pods = json::at(live, {"spec", "template"});
  CHECK(json::string_at(pods, {"metadata", "annotations", "restartedAt"}) == "now");
  CHECK(json::at(pods, {"spec", "containers"}).as_array().at(0).at("env").size() == 1);
}

TEST_CASE("what others apply and our next change excludes is removed, and told") {
  Cluster cluster;
  auto settings = gradient::default_settings();
  settings.drain_seconds = 0;
  const std::string by_platform = R"({"spec":{"template":{"spec":{"containers":[{"name":"app",
      "env":[{"name":"A","value":"theirs"},{"name":"THEIRS","value":"1"}],
      "lifecycle":{"preStop":{"exec":{"command":["true"]}}},
      "readinessProbe":{"tcpSocket":{"port":80},"successThreshold":2}}],
      "volumes":[{"name":"extra","configMap":{"name":"theirs"}}]}}}})";
  {
    const live::Running before(cluster, {.settings = settings});
    cluster.apply(reconcile::gradient_deployments, "demo", plain);
    cluster.await("status", [&] { return has_status(cluster, "demo"); });
    cluster.apply(kube::deployments, "demo", by_platform, "platform");
  }
  const live::Running running(cluster);
  cluster.apply(kube::secrets, "gradient-secrets", R"({"stringData":{"a":"x"}})");
  cluster.apply(reconcile::gradient_deployments, "demo",
                R"({"spec":{"image":"example.com/app:2","env":[{"name":"A","value":"SECRET:a"}],
                    "healthChecks":{"readiness":{"path":"/ready"}},"resources":{"instanceType":"C4"},
                    "podTemplate":{"spec":{"volumes":[{"name":"extra","emptyDir":{}}]}}}})");
  const auto app = [&] {
    const auto live = *cluster.client().get(kube::deployments, cluster.key("demo"));
    return json::elements_at(live, {"spec", "template", "spec", "containers"}).at(0);
  };
  cluster.await("the change",
                [&] { return json::string_at(app(), {"image"}) == "example.com/app:2"; });
  const auto container = app();
  CHECK(json::at(container, {"lifecycle", "preStop", "exec"}).is_null());
  CHECK_FALSE(json::at(container, {"lifecycle", "preStop", "sleep"}).is_null());
  CHECK(json::at(container, {"readinessProbe", "tcpSocket"}).is_null());
  CHECK_FALSE(json::at(container, {"readinessProbe", "httpGet"}).is_null());
  CHECK(json::integer_at(container, {"readinessProbe", "successThreshold"}) == 2);
  const auto& env = json::at(container, {"env"});
  CHECK(json::string_at(json::element_with(env, "name", "THEIRS"), {"value"}) == "1");
  const auto& ours = json::element_with(env, "name", "A");
  CHECK(json::at(ours, {"value"}).is_null());
  CHECK_FALSE(json::at(ours, {"valueFrom", "secretKeyRef"}).is_null());
  cluster.await("an event that names manager and fields", [&] {
    const auto events = cluster.client().list(kube::events, cluster.ns(), {});
    return std::any_of(events.begin(), events.end(), [](const json::Json& event) {
      const auto message = json::string_at(event, {"message"});
      return json::string_at(event, {"reason"}) == "DriftCorrected" &&
             message.find("platform (") != std::string::npos &&
             message.find("containers[app].lifecycle.preStop.exec") != std::string::npos &&
             message.find("volumes[extra].configMap") != std::string::npos;
    });
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
