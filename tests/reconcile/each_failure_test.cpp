// Whatever goes wrong with whichever request, the world ends up the same.

#include "base/base64.h"
#include "gradient/spec/names.h"
#include "reconcile/controllers.h"
#include "reconcile/fake_server.h"
#include "reconcile/reconcilers.h"
#include "support/manual_clock.h"

#include <catch2/catch.hpp>
#include <spdlog/spdlog.h>

namespace {

using namespace std::chrono_literals;
using json::Json;
using reconcile::Ref;

/// All four controllers, stores that follow the server as watches would, and a clock that only
/// moves when nothing is left to do.
class Simulation {
 public:
  FakeServer server;

  void settle(std::chrono::seconds time = 3min) {
    for (auto passed = 0s; passed < time; passed += 5s) {
      work();
      clock_.advance(5s);
      polled_.refresh([&](const Ref& ref) { return dependents_.any(ref); }, {});
    }
    work();
  }

  /// Every object by kind and name, without what no two runs have in common.
  std::map<std::string, std::string> world() const {
    std::map<std::string, std::string> all;
    for (const auto& kind : kinds) {
      for (auto object : server.objects(kind)) {
        for (const char* const varying : {"uid", "resourceVersion"})
          object["metadata"].erase(varying);
        if (object.has_field("status") && object["status"].has_field("conditions")) {
          for (auto& condition : object["status"]["conditions"].as_array())
            condition.erase("lastTransitionTime");
        }
        all[std::string(kind.kind) + " " + kube::key_of(object).name] = json::text(object);
      }
    }
    return all;
  }

 private:
  static constexpr std::array kinds{reconcile::gradient_deployments,
                                    reconcile::datasets,
                                    reconcile::models,
                                    reconcile::registries,
                                    kube::deployments,
                                    kube::services,
                                    kube::autoscalers,
                                    kube::budgets,
                                    kube::ingresses,
                                    kube::claims,
                                    kube::secrets};

  void work() {
    bool is_busy = true;
    while (is_busy) {
      deliver();
      is_busy = reconcile_next(reconcile::datasets) || reconcile_next(reconcile::models) ||
                reconcile_next(reconcile::registries) ||
                reconcile_next(reconcile::gradient_deployments) || reader_.read_next({});
      events_.write_recorded();
    }
  }

  bool reconcile_next(const kube::Kind& kind) {
    return controllers_.of(kind.kind).reconcile_next({});
  }

  void deliver() {
    if (std::exchange(delivered_, server.version()) == server.version()) return;
    for (const auto& kind : kinds) {
      auto* const store = stores_.of(kind);
      if (store == nullptr) continue;
      std::set<kube::Key> listed;
      for (const auto& object : server.objects(kind)) {
        listed.insert(kube::key_of(object));
        if (store->put(object) == kube::Store::Change::Stored) changed(kind, object);
      }
      for (const auto& gone : store->finish_replace(listed, "", server.version()))
        changed(kind, gone);
    }
  }

  void changed(const kube::Kind& kind, const Json& object) {
    const auto key = kube::key_of(object);
    if (kind == kube::claims) {
      enqueue(reconcile::datasets, kube::label_of(object, gradient::names::dataset_label));
    } else if (kind.api_version != reconcile::api_version) {
      enqueue(reconcile::gradient_deployments,
              kube::label_of(object, gradient::names::deployment_label));
    } else {
      enqueue(kind, key.name);
      notify({std::string(kind.kind), key});
    }
  }

  void enqueue(const kube::Kind& kind, const std::string& name) {
    controllers_.enqueue({std::string(kind.kind), {"ns", name}});
  }

  void notify(const Ref& target) {
    for (const auto& dependent : dependents_.of(target))
      controllers_.enqueue(dependent);
  }

  std::string delivered_;  ///< version up to which the stores follow
  ManualClock clock_;
  kube::Client client_{server};
  kube::EventRecorder events_{client_, clock_, "gradient-operator"};
  const gradient::Settings settings_ = [] {
    auto settings = gradient::default_settings();
    settings.endpoint = gradient::Endpoint{.domain = "apps.example.com", .ingress_class = "nginx"};
    return settings;
  }();
  const std::string own_namespace_ = "gradient-system";
  reconcile::Stores stores_;
  reconcile::Dependents dependents_;
  reconcile::PollingCache polled_{client_, clock_, [this](const Ref& ref) { notify(ref); }};
  reconcile::BackgroundReader reader_{clock_,
                                      [this](const Ref& ref) { controllers_.enqueue(ref); }};
  reconcile::ContentReferences content_references_;
  const reconcile::Triggers triggers_{
      .enqueue = [this](const Ref& ref) { controllers_.enqueue(ref); },
      .enqueue_dependents = [this](const Ref& ref) { notify(ref); }};
  reconcile::Reconcilers reconcilers_{{.client = client_,
                                       .clock = clock_,
                                       .settings = settings_,
                                       .own_namespace = own_namespace_,
                                       .events = events_,
                                       .stores = stores_,
                                       .dependents = dependents_,
                                       .polled = polled_,
                                       .reader = reader_,
                                       .content_references = content_references_,
                                       .triggers = triggers_}};
  reconcile::Controllers controllers_{reconcilers_, clock_, 1,
                                      [](const std::string&) { return true; }};
};

std::string deployment(const std::string& image, const std::string& resources) {
  return R"({"spec":{"image":")" + image + R"(","containerRegistry":"r","models":[{"id":"m"}],
      "env":[{"name":"TOKEN","value":"SECRET:token"}],
      "repositories":{"dataset":"data","repositories":[
      {"url":"https://git.example/a.git","name":"a"}]},"resources":)" +
         resources + "}}";
}

/// A deployment that uses everything, with all that it names.
void begin(FakeServer& server) {
  server.put(kube::secrets, "gradient-secrets", R"({"data":{"password":"eA==","token":"eA=="}})");
  server.put(kube::secrets, "s3", R"({"data":{"accessKeyId":"eA==","secretAccessKey":"eA=="}})");
  server.put(reconcile::gradient_deployments, "demo",
             deployment("example.com/app:1", R"({"instanceType":"C4","replicas":2,"autoscaling":
                        {"maxReplicas":5,"metrics":[{"metric":"cpu","value":50}]}})"));
  server.put(reconcile::datasets, "data", R"({"spec":{"size":"1Gi"}})");
  server.put(reconcile::models, "m",
             R"({"spec":{"source":{"url":"s3://bucket/m","secretName":"s3"}}})");
  server.put(reconcile::registries, "r",
             R"({"spec":{"server":"example.com","username":"u","password":"SECRET:password"}})");
}

/// Takes away what `begin` asked for: the autoscaler, the disruption budget, the pull secret.
void change(FakeServer& server) {
  server.put(kube::secrets, "mine",
             R"({"type":"kubernetes.io/dockerconfigjson","data":{".dockerconfigjson":")" +
                 base::base64_encode(R"({"auths":{"example.com":{"auth":"dTpw"}}})") + "\"}}");
  server.put(reconcile::registries, "r", R"({"spec":{"secretName":"mine"}})");
  server.put(reconcile::gradient_deployments, "demo",
             deployment("example.com/app:2", R"({"instanceType":"C5"})"));
}

kube::Response refusal(int code, const std::string& reason, const std::string& message) {
  return {.status = code,
          .body = json::text(json::object(
              {{"kind", "Status"}, {"code", code}, {"reason", reason}, {"message", message}}))};
}

std::vector<Fault> faults() {
  using enum kube::Method;
  const std::set<kube::Method> any{Get, Post, Put, Patch, Delete};
  auto throttled = refusal(429, "TooManyRequests", "slow down");
  throttled.retry_after_seconds = 10;
  return {
      {"no answer, nothing done", any, false, {}},
      {"the answer is lost", any, true, {}},
      {"500", any, false, refusal(500, "InternalError", "etcd is away")},
      {"504 after all", any, true, refusal(504, "Timeout", "too late")},
      {"429", any, false, throttled},
      {"an answer cut off", any, true, kube::Response{.status = 200, .body = "{"}},
      {"a quota", {Patch}, false, refusal(403, "Forbidden", "x is forbidden: exceeded quota: q")},
      {"a webhook says no", {Patch}, false, refusal(422, "Invalid", "denied")},
      {"somebody was faster", {Patch}, false, refusal(409, "Conflict", "modified meanwhile")},
      {"not there for a moment", {Get}, false, refusal(404, "NotFound", "not found")},
  };
}

/// What of `world` is not as `wanted`.
std::string difference(std::map<std::string, std::string> world,
                       std::map<std::string, std::string> wanted) {
  std::string text;
  world.merge(wanted);  // leaves in `wanted` what both have
  for (const auto& [name, object] : wanted) {
    if (world.at(name) != object) text += name + ": " + world.at(name) + "\nnot " + object + "\n";
    world.erase(name);
  }
  for (const auto& [name, object] : world)
    text += name + " is in one alone\n";
  return text;
}

/// A simulation up to where the requests under test begin.
using Stage = std::function<void(Simulation&)>;

void check_every_request(const Stage& stage) {
  Simulation undisturbed;
  stage(undisturbed);
  const int before = undisturbed.server.requests();
  const int writes_before = undisturbed.server.writes();
  undisturbed.settle(50s);  // from the first minute on it only looks again at Secrets
  const int requests = undisturbed.server.requests() - before;
  undisturbed.settle();
  const auto wanted = undisturbed.world();
  const int writes = undisturbed.server.writes() - writes_before;
  REQUIRE(writes > 5);

  for (const auto& fault : faults()) {
    for (int after = 0; after < requests; ++after) {
      INFO(fault.name << " instead of the answer to request " << after);
      Simulation simulation;
      stage(simulation);
      const int begun = simulation.server.writes();
      simulation.server.fail(after, fault);
      simulation.settle();
      CHECK(difference(simulation.world(), wanted) == "");
      // A status may be told that the undisturbed run does not come to, and taken back.
      CHECK(simulation.server.writes() - begun <= writes + 4);
    }
  }
}

/// Hundreds of failures on purpose are no news.
struct Quiet {
  Quiet() { spdlog::set_level(spdlog::level::off); }
  ~Quiet() { spdlog::set_level(spdlog::level::info); }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;
};

}  // namespace

TEST_CASE("a failure of any request of the first round leads to the same world in the end") {
  const Quiet quiet;
  check_every_request([](Simulation& simulation) { begin(simulation.server); });
}

TEST_CASE("a failure of any request of a change leads to the same world in the end") {
  const Quiet quiet;
  check_every_request([](Simulation& simulation) {
    begin(simulation.server);
    simulation.settle();
    change(simulation.server);
  });
}

TEST_CASE("nothing is written at rest") {
  const Quiet quiet;
  Simulation simulation;
  begin(simulation.server);
  simulation.settle();
  const int writes = simulation.server.writes();
  simulation.settle();
  CHECK(simulation.server.writes() == writes);
}
