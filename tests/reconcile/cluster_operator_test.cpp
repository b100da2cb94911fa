// The operator against a real API server and controller manager (KUBECONFIG). No nodes: pods stay
// pending, which is enough to see what the operator writes and what it leaves alone.

#include "gradient/spec/names.h"
#include "gradient/spec/read_settings.h"
#include "reconcile/operator.h"
#include "support/live_cluster.h"

#include <catch2/catch.hpp>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

using live::Cluster;
using live::ObservedTransport;

namespace {

constexpr const char* plain =
    R"({"spec":{"image":"example.com/app:1","resources":{"instanceType":"C4"}}})";

/// Time that a test can move forward, for what happens once a minute.
class SkippingClock final : public kube::Clock {
 public:
  TimePoint now() const override { return std::chrono::steady_clock::now() + skipped_.load(); }
  std::chrono::system_clock::time_point wall() const override {
    return std::chrono::system_clock::now();
  }
  bool wait(std::chrono::milliseconds delay, const std::stop_token& stop) const override {
    return kube::SteadyClock().wait(delay, stop);
  }
  void skip(std::chrono::seconds time) { skipped_ = skipped_.load() + time; }

 private:
  std::atomic<std::chrono::seconds> skipped_{std::chrono::seconds(0)};
};

/// An operator that looks after one namespace while it lives.
class Running {
 public:
  explicit Running(Cluster& cluster, ObservedTransport::Before before = {})
      : transport_(cluster.transport(), std::move(before)),
        client_(transport_),
        operator_(client_, clock_, settings_, {.namespaces = {cluster.ns()}, .workers = 4}),
        watching_([this](const std::stop_token& stop) { operator_.watch(stop); }),
        reconciling_([this](const std::stop_token& stop) { operator_.reconcile(stop); }) {}
  ~Running() {
    reconciling_.request_stop();
    watching_.request_stop();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  int writes() const { return transport_.writes(); }
  SkippingClock& clock() { return clock_; }

 private:
  const gradient::Settings settings_ = gradient::default_settings();
  SkippingClock clock_;
  ObservedTransport transport_;
  kube::Client client_;
  reconcile::Operator operator_;
  std::jthread watching_, reconciling_;
};

bool has_status(Cluster& cluster, const std::string& name) {
  return !cluster.why(name).empty();
}

std::string controller_uid(const json::Json& object) {
  return json::string_at(kube::controller_of(object), {"uid"});
}

std::string ready_reason(const json::Json& object) {
  for (const auto& condition : json::elements_at(object, {"status", "conditions"})) {
    if (json::string_at(condition, {"type"}) == "Ready") {
      return json::string_at(condition, {"reason"});
    }
  }
  return {};
}

}  // namespace

TEST_CASE("a spec becomes a Deployment and a Service that it owns, and deleting it deletes them") {
  Cluster cluster;
  const Running running(cluster);
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

TEST_CASE("an operator that is started again writes nothing") {
  Cluster cluster;
  cluster.apply(kube::secrets, "gradient-secrets", R"({"data":{"password":"c2VjcmV0"}})");
  cluster.apply(reconcile::datasets, "data", R"({"spec":{"size":"1Gi"}})");
  cluster.apply(reconcile::models, "model", R"({"spec":{"source":{"url":"https://x.example/m"}}})");
  cluster.apply(reconcile::registries, "registry", R"({"spec":{"server":"registry.example",
      "username":"u","password":"SECRET:password"}})");
  cluster.apply(reconcile::gradient_deployments, "demo", R"({"spec":{"image":"registry.example/a:1",
      "containerRegistry":"registry","models":[{"id":"model"}],"repositories":{"dataset":"data",
      "repositories":[{"url":"https://git.example/a.git","name":"a"}]},
      "resources":{"instanceType":"C4","replicas":2,"autoscaling":{"maxReplicas":3,
      "metrics":[{"metric":"cpu","value":50}]}}}})");
  const auto settled = [&] {
    const auto deployment = cluster.seen().deployments.find(cluster.key("demo"));
    const auto demo = cluster.seen().gradient_deployments.find(cluster.key("demo"));
    // The controller manager's writes are over as well, so nothing is left to react to.
    return deployment && demo && cluster.seen().budgets.find(cluster.key("demo")) &&
           cluster.seen().autoscalers.find(cluster.key("demo")) &&
           json::integer_at(*deployment, {"status", "unavailableReplicas"}) == 2 &&
           json::integer_at(*demo, {"status", "updatedReplicas"}) == 2;
  };
  {
    const Running running(cluster);
    cluster.await("everything applied", settled);
  }
  std::mutex mutex;
  std::vector<std::string> written;
  const Running again(cluster, [&](const kube::Request& request) {
    if (request.method == kube::Method::Get) return;
    const std::lock_guard lock(mutex);
    written.push_back(request.path);
  });
  // First in, first out: when the status of an object made afterwards is there, all others have
  // been looked at.
  cluster.apply(reconcile::gradient_deployments, "after", plain);
  cluster.await("a later deployment", [&] { return has_status(cluster, "after"); });
  const std::lock_guard lock(mutex);
  for (const auto& path : written) {
    INFO(path);
    CHECK((path.find("/after") != std::string::npos || path.ends_with("/events")));
  }
}

TEST_CASE(
    "a Service of the same name that somebody else made is left alone, and the status says so") {
  Cluster cluster;
  const auto foreign = cluster.apply(
      kube::services, "demo", R"({"spec":{"selector":{"app":"x"},"ports":[{"port":81}]}})", "them");
  const Running running(cluster);
  cluster.apply(reconcile::gradient_deployments, "demo", plain);
  cluster.await("the conflict", [&] { return cluster.why("demo") == "NameConflict"; });
  CHECK(kube::resource_version_of(*cluster.client().get(kube::services, cluster.key("demo"))) ==
        kube::resource_version_of(foreign));
}

TEST_CASE("a Service that somebody creates between our look and our write is left alone") {
  Cluster cluster;
  std::once_flag once;
  std::string version;
  const Running running(cluster, [&](const kube::Request& request) {
    if (request.method == kube::Method::Get ||
        request.path.find("/services/demo") == std::string::npos) {
      return;
    }
    std::call_once(once, [&] {
      version = kube::resource_version_of(
          cluster.apply(kube::services, "demo",
                        R"({"spec":{"selector":{"a":"x"},"ports":[{"port":81}]}})", "them"));
    });
  });
  cluster.apply(reconcile::gradient_deployments, "demo", plain);
  cluster.await("the conflict", [&] { return cluster.why("demo") == "NameConflict"; });
  CHECK(kube::resource_version_of(*cluster.client().get(kube::services, cluster.key("demo"))) ==
        version);
}

TEST_CASE("a spec deleted while it is reconciled leaves no children") {
  Cluster cluster;
  std::once_flag once;
  const Running running(cluster, [&](const kube::Request& request) {
    if (request.path.find("/deployments/demo") == std::string::npos ||
        request.method != kube::Method::Patch || request.path.find("/apps/") == std::string::npos) {
      return;
    }
    std::call_once(once, [&] { cluster.remove(reconcile::gradient_deployments, "demo"); });
  });
  cluster.apply(reconcile::gradient_deployments, "demo", plain);
  cluster.await("the Deployment made for nothing",
                [&] { return !cluster.seen().deployments.keys().empty(); });
  cluster.await("its removal", [&] {
    return cluster.seen().deployments.keys().empty() && cluster.seen().services.keys().empty();
  });
}

TEST_CASE("a Dataset that appears later lets a waiting deployment go on") {
  Cluster cluster;
  const Running running(cluster);
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
  const Running running(cluster);
  const auto is_ready = [&] {
    const auto dataset = cluster.seen().datasets.find(cluster.key("data"));
    return dataset && ready_reason(*dataset) == "Ready";
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
  const Running running(cluster);
  cluster.apply(reconcile::datasets, "data", R"({"spec":{"size":"1Gi"}})");
  cluster.await("the conflict", [&] {
    const auto dataset = cluster.seen().datasets.find(cluster.key("data"));
    return dataset && ready_reason(*dataset) == "NameConflict";
  });
  const auto live = cluster.client().get(kube::claims, cluster.key("data"));
  CHECK(json::equal(json::at(*live, {"spec", "resources"}),
                    json::at(foreign, {"spec", "resources"})));
  CHECK(kube::label_of(*live, gradient::names::dataset_label).empty());
}

TEST_CASE("an invalid edit of a deployment changes nothing but its status") {
  Cluster cluster;
  const Running running(cluster);
  cluster.apply(reconcile::gradient_deployments, "demo", plain);
  cluster.await("status", [&] { return has_status(cluster, "demo"); });
  const auto before = cluster.client().get(kube::deployments, cluster.key("demo"));
  cluster.apply(reconcile::gradient_deployments, "demo",
                R"({"spec":{"image":"example.com/app:2","resources":{"instanceType":"Z99"}}})");
  cluster.await("the refusal", [&] { return cluster.why("demo") == "UnknownInstanceType"; });
  const auto after = cluster.client().get(kube::deployments, cluster.key("demo"));
  CHECK(json::equal(json::at(*before, {"spec"}), json::at(*after, {"spec"})));
}

TEST_CASE("what somebody changes in a child is put back, what they add is kept") {
  Cluster cluster;
  const Running running(cluster);
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
  const Running running(cluster);
  cluster.apply(reconcile::gradient_deployments, "demo", plain);
  cluster.await("the Service", [&] { return !cluster.seen().services.keys().empty(); });
  const auto first = kube::uid_of(*cluster.client().get(kube::services, cluster.key("demo")));
  cluster.remove(kube::services, "demo");
  cluster.await("another Service", [&] {
    const auto service = cluster.seen().services.find(cluster.key("demo"));
    return service && kube::uid_of(*service) != first;
  });
}

TEST_CASE("autoscaling comes and goes without a dip, and its replicas are left to it") {
  Cluster cluster;
  const Running running(cluster);
  std::atomic<std::int64_t> least{1000};
  const auto spec = [](const std::string& image, const std::string& autoscaling) {
    return R"({"spec":{"image":")" + image + R"(","resources":{"instanceType":"C4","replicas":3)" +
           autoscaling + "}}}";
  };
  const std::string on =
      R"(,"autoscaling":{"maxReplicas":6,"metrics":[{"metric":"cpu","value":50}]})";
  const auto replicas = [&] {
    const auto live = cluster.seen().deployments.find(cluster.key("demo"));
    return live ? json::integer_at(*live, {"spec", "replicas"}) : -1;
  };
  cluster.apply(reconcile::gradient_deployments, "demo", spec("example.com/app:1", ""));
  cluster.await("three replicas", [&] { return replicas() == 3; });
  cluster.on_deployment = [&](const json::Json& deployment) {
    least = std::min(least.load(), json::integer_at(deployment, {"spec", "replicas"}));
  };

  cluster.apply(reconcile::gradient_deployments, "demo", spec("example.com/app:1", on));
  cluster.await("the autoscaler", [&] { return !cluster.seen().autoscalers.keys().empty(); });
  cluster.client().merge_patch(kube::deployments, cluster.key("demo"),
                               json::parse(R"({"spec":{"replicas":5}})"), "autoscaler");
  cluster.apply(reconcile::gradient_deployments, "demo", spec("example.com/app:2", on));
  cluster.await("the new image", [&] {
    const auto live = cluster.seen().deployments.find(cluster.key("demo"));
    return json::string_at(
               json::elements_at(*live, {"spec", "template", "spec", "containers"}).at(0),
               {"image"}) == "example.com/app:2";
  });
  CHECK(replicas() == 5);

  cluster.apply(reconcile::gradient_deployments, "demo", spec("example.com/app:2", ""));
  cluster.await("three replicas again and no autoscaler",
                [&] { return replicas() == 3 && cluster.seen().autoscalers.keys().empty(); });
  CHECK(least >= 3);
}

TEST_CASE("a new autoscaled deployment starts at its lower bound") {
  Cluster cluster;
  const Running running(cluster);
  cluster.apply(reconcile::gradient_deployments, "demo", R"({"spec":{"image":"example.com/app:1",
      "resources":{"instanceType":"C4","replicas":3,"autoscaling":{"maxReplicas":6,
      "metrics":[{"metric":"cpu","value":50}]}}}})");
  cluster.await("three replicas", [&] {
    const auto live = cluster.seen().deployments.find(cluster.key("demo"));
    return live && json::integer_at(*live, {"spec", "replicas"}) == 3;
  });
}

TEST_CASE("a Secret that is created later is noticed within a minute") {
  Cluster cluster;
  Running running(cluster);
  cluster.apply(reconcile::gradient_deployments, "demo", R"({"spec":{"image":"example.com/app:1",
      "env":[{"name":"TOKEN","value":"SECRET:API_TOKEN"}],"resources":{"instanceType":"C4"}}})");
  cluster.await("the missing Secret", [&] { return cluster.why("demo") == "SecretNotFound"; });
  cluster.apply(kube::secrets, "gradient-secrets", R"({"data":{"OTHER":"eA=="}})");
  running.clock().skip(std::chrono::minutes(1));
  cluster.await("the missing key", [&] { return cluster.why("demo") == "SecretKeyNotFound"; });
  cluster.apply(kube::secrets, "gradient-secrets", R"({"data":{"API_TOKEN":"eA=="}})");
  running.clock().skip(std::chrono::minutes(1));
  cluster.await("the Deployment", [&] { return !cluster.seen().deployments.keys().empty(); });
}

TEST_CASE("no secret value appears in an object, an event, a status or the log") {
  constexpr const char* canary = "canary-7f3a9c";
  const auto sink_text = std::make_shared<std::ostringstream>();
  const auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(*sink_text);
  spdlog::default_logger()->sinks().push_back(sink);
  Cluster cluster;
  {
    const Running running(cluster);
    cluster.apply(kube::secrets, "gradient-secrets",
                  R"({"stringData":{"password":"canary-7f3a9c","token":"canary-7f3a9c"}})");
    cluster.apply(reconcile::registries, "registry", R"({"spec":{"server":"registry.example",
        "username":"u","password":"SECRET:password"}})");
    cluster.apply(reconcile::gradient_deployments, "demo",
                  R"({"spec":{"image":"registry.example/a:1",
        "containerRegistry":"registry","env":[{"name":"TOKEN","value":"SECRET:token"}],
        "resources":{"instanceType":"C4"}}})");
    cluster.await("the Deployment", [&] { return !cluster.seen().deployments.keys().empty(); });
  }
  spdlog::default_logger()->sinks().pop_back();
  std::string all = sink_text->str();
  for (const auto& kind : {reconcile::gradient_deployments, reconcile::registries,
                           kube::deployments, kube::services, kube::events, kube::pods}) {
    for (const auto& object : cluster.client().list(kind, cluster.ns(), {})) {
      all += json::text(object);
    }
  }
  CHECK(all.find(canary) == std::string::npos);
  CHECK(all.find("Y2FuYXJ5LTdmM2E5Yw") == std::string::npos);  // in base64
}
