// An operator of several namespaces, with a Role in each (KUBECONFIG of somebody who may grant them
// and act for others).

#include "reconcile/rights.h"
#include "reconcile/running.h"
#include "support/log.h"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;

namespace {

constexpr kube::Kind namespaces{"v1", "Namespace", "namespaces"};

json::Json deployment(const std::string& ns, int replicas) {
  return json::object(
      {{"apiVersion", std::string(reconcile::api_version)},
       {"kind", std::string(reconcile::gradient_deployments.kind)},
       {"metadata", json::object({{"name", "web"}, {"namespace", ns}})},
       {"spec", json::object({{"image", "registry.example/a:1"},
                              {"resources",
                               json::object({{"instanceType", "C4"}, {"replicas", replicas}})}})}});
}

/// A second namespace, which a test may delete and make again.
class Other {
 public:
  explicit Other(live::Cluster& cluster) : cluster_(cluster), name_(cluster.ns() + "-other") {
    make();
  }
  ~Other() {
    try {
      remove();
    } catch (const std::exception& error) {
      WARN("namespace " << name_ << " stays: " << error.what());
    }
  }
  Other(const Other&) = delete;
  Other& operator=(const Other&) = delete;

  void make() {
    cluster_.client().create(namespaces, "",
                             json::object({{"apiVersion", "v1"},
                                           {"kind", "Namespace"},
                                           {"metadata", json::object({{"name", name_}})}}));
    live::grant(cluster_.client(), name_);
  }
  void remove() {
    const auto object = cluster_.client().get(namespaces, {"", name_});
    if (object) cluster_.client().remove(namespaces, {"", name_}, kube::uid_of(*object));
  }
  bool is_there() { return cluster_.client().get(namespaces, {"", name_}).has_value(); }
  const std::string& name() const { return name_; }

 private:
  live::Cluster& cluster_;
  std::string name_;
};

}  // namespace

TEST_CASE("a namespace that was deleted keeps back no other, and is served when it is made again") {
  live::Cluster cluster;
  live::grant(cluster.client(), cluster.ns());
  Other other(cluster);
  const auto transport = live::granted_transport();
  auto& client = cluster.client();
  const auto apply = [&](const std::string& ns, int replicas) {
    client.apply(reconcile::gradient_deployments, deployment(ns, replicas), "test",
                 kube::Force::Yes);
  };
  const auto replicas = [&](const std::string& ns) {
    const auto live = client.get(kube::deployments, {ns, "web"});
    return live ? json::integer_at(*live, {"spec", "replicas"}) : 0;
  };
  const live::RunningOptions options{
      .transport = transport.get(), .contends_as = "somebody", .namespaces = {other.name()}};
  {
    const live::Running running(cluster, options);
    apply(cluster.ns(), 1);
    apply(other.name(), 1);
    cluster.await("both",
                  [&] { return replicas(cluster.ns()) == 1 && replicas(other.name()) == 1; });
    other.remove();
    cluster.await(
        "no such namespace", [&] { return !other.is_there(); }, 60s);
    apply(cluster.ns(), 2);
    cluster.await(
        "an edit beside it", [&] { return replicas(cluster.ns()) == 2; }, 5s);
  }
  const live::Running again(cluster, options);
  apply(cluster.ns(), 3);
  cluster.await(
      "an edit after a restart", [&] { return replicas(cluster.ns()) == 3; }, 5s);
  CHECK(again.ready());

  other.make();
  apply(other.name(), 4);
  cluster.await(
      "the other once more", [&] { return replicas(other.name()) == 4; }, 90s);
}
