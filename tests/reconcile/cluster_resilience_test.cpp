// An operator over time, on a real API server (KUBECONFIG): at rest, started again, one of two,
// before its definitions are there, and with Secrets that change.

#include "reconcile/running.h"
#include "support/blocking_transport.h"
#include "support/log.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <future>

using live::Cluster;

namespace {

constexpr const char* plain =
    R"({"spec":{"image":"example.com/app:1","resources":{"instanceType":"C4"}}})";

const std::vector<std::string> nothing;

/// A deployment that uses everything, with all that it names.
void apply_everything(Cluster& cluster) {
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
}

/// The controller manager's writes are over as well, so nothing is left to react to.
bool is_settled(Cluster& cluster) {
  const auto deployment = cluster.seen().deployments.find(cluster.key("demo"));
  const auto demo = cluster.seen().gradient_deployments.find(cluster.key("demo"));
  return deployment && demo && cluster.seen().budgets.find(cluster.key("demo")) &&
         cluster.seen().autoscalers.find(cluster.key("demo")) &&
         json::integer_at(*deployment, {"status", "unavailableReplicas"}) == 2 &&
         json::integer_at(*demo, {"status", "updatedReplicas"}) == 2;
}

/// First in, first out: when the status of an object made now is there, all others have been looked
/// at. Its pod waits for ever, as there are no nodes.
void look_at_another(Cluster& cluster, const std::string& name) {
  cluster.apply(reconcile::gradient_deployments, name, plain);
  cluster.await("a later deployment", [&] {
    const auto object = cluster.seen().gradient_deployments.find(cluster.key(name));
    return object && json::integer_at(*object, {"status", "updatedReplicas"}) == 1 &&
           json::text(*object).find(" waits for a node") != std::string::npos;
  });
}

std::vector<std::string> without(std::vector<std::string> paths, const std::string& part) {
  std::erase_if(paths,
                [&](const std::string& path) { return path.find(part) != std::string::npos; });
  return paths;
}

/// Without our definitions until they are `installed`.
class WithoutDefinitions final : public BlockingTransport {
 public:
  explicit WithoutDefinitions(kube::Transport& inner) : inner_(inner) {}

  std::atomic<bool> installed = false;

  kube::Response send(const kube::Request& request, const std::stop_token& stop,
                      std::chrono::milliseconds total) override {
    return is_served(request) ? inner_.send(request, stop, total) : missing();
  }
  kube::Response stream(const kube::Request& request,
                        const std::function<void(std::string_view)>& on_line,
                        const std::stop_token& stop, std::chrono::milliseconds idle) override {
    return is_served(request) ? inner_.stream(request, on_line, stop, idle) : missing();
  }

 private:
  bool is_served(const kube::Request& request) const {
    return installed || request.path.find("/gradient-operator.dev/") == std::string::npos;
  }
  static kube::Response missing() { return {.status = 404, .body = "404 page not found\n"}; }

  kube::Transport& inner_;
};

}  // namespace

TEST_CASE("an operator at rest or started again writes nothing") {
  Cluster cluster;
  apply_everything(cluster);
  {
    std::atomic<bool> is_minute_over = false;
    std::promise<void> polled;
    live::Running running(cluster, {.before = [&](const kube::Request& request) {
                            const bool is_secret = request.path.ends_with("/gradient-secrets");
                            if (is_secret && is_minute_over.exchange(false)) polled.set_value();
                          }});
    cluster.await("everything applied", [&] { return is_settled(cluster); });
    const auto written = running.written();
    is_minute_over = true;
    running.clock().skip(std::chrono::minutes(1));
    REQUIRE(polled.get_future().wait_for(std::chrono::seconds(30)) == std::future_status::ready);
    look_at_another(cluster, "first");
    CHECK(without(running.written(), "/first") == written);
    CHECK(running.written().size() > written.size());
  }
  const live::Running again(cluster);
  look_at_another(cluster, "second");
  CHECK(without(again.written(), "/second") == nothing);
}

TEST_CASE("of two operators with one Lease only one writes, and the other takes over") {
  Cluster cluster;
  std::optional<live::Running> first;
  first.emplace(cluster, live::RunningOptions{.contends_as = "first"});
  look_at_another(cluster, "before");
  const live::Running second(cluster, {.contends_as = "second"});
  cluster.await("a standby that knows everything", [&] { return second.ready(); });
  look_at_another(cluster, "during");
  CHECK(second.written() == nothing);

  first.reset();
  look_at_another(cluster, "after");
  CHECK(without(second.written(), "/after") == nothing);
}

TEST_CASE("an operator without its definitions says so, and goes on when they appear") {
  Cluster cluster;
  WithoutDefinitions transport(cluster.transport());
  const Log log;
  live::Running running(cluster, {.transport = &transport});
  cluster.apply(reconcile::gradient_deployments, "demo", plain);
  running.clock().skip(std::chrono::seconds(5));
  CHECK(log.await("not ready: waiting for the lists of ContainerRegistry, Dataset, "));
  CHECK(log.await("; missing CRDs are installed with kubectl apply -f crds/"));
  CHECK_FALSE(running.ready());
  transport.installed = true;
  cluster.await("status", [&] { return !cluster.why("demo").empty(); });
  CHECK(running.ready());
}

TEST_CASE("a Secret that is created later is noticed within a minute") {
  Cluster cluster;
  live::Running running(cluster);
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
  const Log log;
  Cluster cluster;
  {
    const live::Running running(cluster);
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
  std::string all = log.text();
  for (const auto& kind : {reconcile::gradient_deployments, reconcile::registries,
                           kube::deployments, kube::services, kube::events, kube::pods}) {
    for (const auto& object : cluster.client().list(kind, cluster.ns(), {})) {
      all += json::text(object);
    }
  }
  CHECK(all.find(canary) == std::string::npos);
  CHECK(all.find("Y2FuYXJ5LTdmM2E5Yw") == std::string::npos);  // in base64
}
