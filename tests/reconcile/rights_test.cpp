// The rights of manifests/ are the least that the operator needs. That they are enough is shown by
// cluster_rights_test.cpp, where an API server enforces them; tests/e2e/scenarios/rights.sh
// compares them with the API server's audit log.

#include "kube/control/events.h"
#include "kube/control/lease.h"
#include "kube/guarded.h"
#include "reconcile/fetching.h"
#include "reconcile/operator.h"
#include "support/blocking_transport.h"
#include "support/granted_rights.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <thread>

namespace {

using namespace std::chrono_literals;
using Names = std::set<std::string>;

/// "get pods/log": what a request for ".../namespaces/NS/PLURAL[/NAME[/SUBRESOURCE]]" needs.
std::string resource_of(const std::string& path) {
  constexpr std::string_view marker = "/namespaces/";
  const auto ns = path.find(marker) + marker.size();
  const auto plural = path.find('/', ns) + 1;
  const auto name = path.find('/', plural);
  const auto subresource = name == std::string::npos ? name : path.find('/', name + 1);
  auto resource = path.substr(plural, name == std::string::npos ? name : name - plural);
  return subresource == std::string::npos ? resource : resource + path.substr(subresource);
}

bool is_collection(const std::string& path) {
  return path.ends_with("/" + resource_of(path));
}

/// An apply that may create needs the right to do so.
bool may_create(const kube::Request& request) {
  return request.content_type.find("apply") != std::string::npos &&
         json::at(json::parse(request.body), {"metadata", "uid"}).is_null();
}

/// Notes the rights that requests need.
class Recording final : public BlockingTransport {
 public:
  explicit Recording(kube::Transport& server) : server_(server) {}

  kube::Response send(const kube::Request& request, const std::stop_token& stop,
                      std::chrono::milliseconds total) override {
    note(verb_of(request), request);
    if (may_create(request)) note("create", request);
    return server_.send(request, stop, total);
  }
  kube::Response stream(const kube::Request& request,
                        const std::function<void(std::string_view)>& on_line,
                        const std::stop_token& stop, std::chrono::milliseconds idle) override {
    note("watch", request);
    return server_.stream(request, on_line, stop, idle);
  }

  Names used() const {
    return used_.with([](const Names& names) { return names; });
  }

 private:
  static std::string verb_of(const kube::Request& request) {
    switch (request.method) {
      case kube::Method::Get:
        return is_collection(request.path) ? "list" : "get";
      case kube::Method::Post:
        return "create";
      case kube::Method::Put:
        return "update";
      case kube::Method::Patch:
        return "patch";
      case kube::Method::Delete:
        return "delete";
    }
    return "";
  }
  void note(const std::string& verb, const kube::Request& request) {
    used_.with([&](Names& names) { names.insert(verb + " " + resource_of(request.path)); });
  }

  kube::Transport& server_;
  kube::Guarded<Names> used_;
};

/// An operator that watches namespace "ns" while it lives.
class Operating {
 public:
  Operating(kube::Transport& server, const gradient::Endpoint& endpoint)
      : settings_(with(endpoint)),
        client_(server),
        operator_(client_, clock_, settings_, {.namespaces = {"ns"}}),
        watching_([this](const std::stop_token& stop) { operator_.watch(stop); }),
        reconciling_([this](const std::stop_token& stop) { operator_.reconcile(stop); }) {}
  ~Operating() {
    reconciling_.request_stop();
    watching_.request_stop();
  }
  Operating(const Operating&) = delete;
  Operating& operator=(const Operating&) = delete;

 private:
  static gradient::Settings with(const gradient::Endpoint& endpoint) {
    auto settings = gradient::default_settings();
    settings.endpoint = endpoint;
    settings.collect_after = 0;
    return settings;
  }

  const gradient::Settings settings_;
  kube::SteadyClock clock_;
  kube::Client client_;
  reconcile::Operator operator_;
  std::jthread watching_, reconciling_;
};

constexpr std::array child_kinds{kube::deployments, kube::services,  kube::autoscalers,
                                 kube::budgets,     kube::ingresses, kube::routes};

constexpr const char* with_all_children =
    R"("spec":{"image":"example.com/app:1","resources":{"instanceType":"C4","replicas":2,
       "autoscaling":{"maxReplicas":5,"metrics":[{"metric":"cpu","value":50}]}}}})";

/// "metadata" of what belongs to an object with that UID.
std::string owned_by(const std::string& kind, const std::string& name, const std::string& uid) {
  return R"("metadata":{"labels":{"gradient-operator.dev/deployment":")" + name +
         R"("},"ownerReferences":[{"kind":")" + kind + R"(","name":")" + name + R"(","uid":")" +
         uid + R"(","controller":true}]})";
}

/// All children are made for `demo`, one has its name taken by others for each kind, and one of
/// each kind is no longer wanted.
void put_deployments(WatchedServer& server) {
  const std::string spec = with_all_children;
  server.put(reconcile::gradient_deployments, "demo", R"({"metadata":{"uid":"demo-uid"},)" + spec);
  for (const auto& kind : child_kinds) {
    const auto taken = "no-" + std::string(kind.plural);
    server.put(reconcile::gradient_deployments, taken, "{" + spec);
    server.put(kind, taken, R"({"spec":{}})");
    server.put(kind, "old",
               "{" + owned_by("GradientDeployment", "demo", "demo-uid") + R"(,"spec":{}})");
  }
}

void put_datasets(WatchedServer& server) {
  const auto claim = [&](const std::string& name, const std::string& phase) {
    server.put(
        kube::claims, name,
        R"({"spec":{"accessModes":["ReadWriteMany"]},"status":{"phase":")" + phase + R"("}})");
    server.put(reconcile::datasets, name,
               R"({"spec":{"claimName":")" + name +
                   R"("},"status":{"content":{"checkouts":["u-1-a-unused"]}}})");
  };
  claim("bound", "Bound");
  claim("pending", "Pending");
  server.put(reconcile::datasets, "made", R"({"spec":{"size":"1Gi"}})");
}

void put_registries(WatchedServer& server) {
  server.put(kube::secrets, "gradient-secrets", R"({"data":{"password":"eA=="}})");
  server.put(
      reconcile::registries, "by-password",
      R"({"spec":{"server":"registry.example","username":"u","password":"SECRET:password"}})");
  server.put(reconcile::registries, "by-secret",
             R"({"metadata":{"uid":"registry-uid"},"spec":{"secretName":"mine"}})");
  server.put(kube::secrets, "mine", "{}");
  server.put(kube::secrets, "by-secret-pull",
             "{" + owned_by("ContainerRegistry", "by-secret", "registry-uid") + "}");
}

/// The same event twice, as of a deployment that fails, recovers and fails again.
void repeat_event(kube::Transport& server) {
  kube::Client client(server);
  const kube::SteadyClock clock;
  kube::EventRecorder events(client, clock, "gradient-operator");
  const auto object = json::parse(R"({"kind":"Pod","metadata":{"name":"a","namespace":"ns"}})");
  for (int i = 0; i < 2; ++i)
    events.record(object, kube::EventType::Warning, "Failed", "again");
  events.write_recorded();
}

/// Leads until the Lease has been renewed.
void lead(Recording& server) {
  kube::Client client(server);
  const kube::SteadyClock clock;
  const kube::LeaseOptions options{.key = {"ns", "lease"}, .identity = "a", .retry_period = 10ms};
  std::stop_source stop;
  const auto leading = [&](const std::stop_token& ended) {
    while (!server.used().contains("update leases") && clock.wait(5ms, ended)) {
    }
    stop.request_stop();
  };
  kube::lead_with_lease(
      client, clock, options, leading, [] {}, stop.get_token());
}

Names without(Names left, const Names& right) {
  for (const auto& each : right)
    left.erase(each);
  return left;
}

}  // namespace

TEST_CASE("the manifests grant no right that the operator never uses") {
  auto granted = granted_rights();
  // No request needs these: an admission plugin (OwnerReferencesPermissionEnforcement) asks for
  // them where an owner reference has blockOwnerDeletion.
  const auto never_sent =
      std::erase_if(granted, [](const auto& right) { return right.ends_with("/finalizers"); });
  CHECK(never_sent == 4);

  WatchedServer server;
  Recording recording(server);
  put_deployments(server);
  put_datasets(server);
  put_registries(server);
  server.put(reconcile::models, "m",
             R"({"metadata":{"annotations":{"gradient-operator.dev/sync":"1"}},
                 "spec":{"source":{"url":"s3://bucket/m"}}})");
  put_fetching(server, "fetching", "node", 1);
  repeat_event(recording);
  lead(recording);
  const auto run = [&](const gradient::Endpoint& endpoint, const Names& awaited) {
    const Operating running(recording, endpoint);
    take_up(server, "fetching");
    return server.await([&] { return without(awaited, recording.used()).empty(); });
  };
  // An endpoint needs one of the two kinds; of the other it only deletes what was left over.
  Names of_routes;
  std::copy_if(granted.begin(), granted.end(), std::inserter(of_routes, of_routes.end()),
               [](const auto& right) { return right.ends_with(" httproutes"); });
  run({.domain = "a.example", .ingress_class = "nginx"}, without(granted, of_routes));
  run({.domain = "a.example", .gateway_namespace = "ns", .gateway_name = "g"}, granted);

  CHECK(without(granted, recording.used()) == Names{});
  CHECK(without(recording.used(), granted) == Names{});
}
