// A node whose kubelet does not answer, as the real API server meets it.

#include "reconcile/running.h"
#include "support/log.h"

#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace std::chrono_literals;

namespace {

constexpr kube::Kind nodes{"v1", "Node", "nodes"};

/// A port of this machine where connections are taken and nobody ever says a word, or none are
/// taken.
class Port {
 public:
  explicit Port(bool listens) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(bind(socket_, any, size) == 0);
    REQUIRE(getsockname(socket_, any, &size) == 0);
    if (listens) REQUIRE(listen(socket_, 128) == 0);
    number_ = ntohs(address.sin_port);
  }
  ~Port() { close(socket_); }
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;
  int number() const { return number_; }

 private:
  int socket_;
  int number_ = 0;
};

class Node {
 public:
  Node(kube::Client& client, std::string name, const Port& kubelet)
      : client_(client), name_(std::move(name)) {
    client_.create(
        nodes, "",
        json::object(
            {{"apiVersion", "v1"},
             {"kind", "Node"},
             {"metadata", json::object({{"name", name_}})},
             {"status",
              json::object({{"addresses", json::array({json::object({{"type", "InternalIP"},
                                                                     {"address", "127.0.0.1"}})})},
                            {"daemonEndpoints",
                             json::object({{"kubeletEndpoint",
                                            json::object({{"Port", kubelet.number()}})}})}})}}));
  }
  ~Node() {
    try {
      if (const auto node = client_.get(nodes, {"", name_}))
        client_.remove(nodes, {"", name_}, kube::uid_of(*node));
    } catch (const std::exception& error) {
      WARN("node " << name_ << " stays: " << error.what());
    }
  }
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// As a scheduler and this node's kubelet do: the model is being fetched.
  void run(const json::Json& pod) {
    const auto key = kube::key_of(pod);
    const kube::Request bind{
        .method = kube::Method::Post,
        .path = "/api/v1/namespaces/" + key.ns + "/pods/" + key.name + "/binding",
        .content_type = "application/json",
        .body = json::text(
            json::object({{"apiVersion", "v1"},
                          {"kind", "Binding"},
                          {"metadata", json::object({{"name", key.name}})},
                          {"target", json::object({{"kind", "Node"}, {"name", name_}})}}))};
    REQUIRE(client_.transport().send(bind, {}).status == 201);
    client_.patch_status(kube::pods, key, json::parse(R"({"status":{"phase":"Pending",
        "initContainerStatuses":[{"name":"sync-m","image":"a","imageID":"","restartCount":0,
        "ready":false,"started":false,
        "state":{"running":{"startedAt":"2026-01-01T00:00:02Z"}}}]}})"),
                         "test");
  }

 private:
  kube::Client& client_;
  std::string name_;
};

}  // namespace

TEST_CASE("edits have effect within a second while a kubelet does not answer") {
  live::Cluster cluster;
  auto& client = cluster.client();
  const Port kubelet(GENERATE(true, false));
  Node node(client, cluster.ns(), kubelet);
  const Log log;
  std::atomic<int> logs_asked_for = 0;
  const live::Running running(cluster, {.before = [&](const kube::Request& request) {
                                if (request.path.ends_with("/log")) ++logs_asked_for;
                              }});
  cluster.apply(reconcile::models, "m",
                R"({"spec":{"source":{"url":"s3://bucket/m"},"refreshInterval":"1h"}})");
  for (int i = 0; i < 10; ++i) {
    cluster.apply(reconcile::gradient_deployments, "fetching-" + std::to_string(i),
                  R"({"spec":{"image":"example.com/app:1","models":[{"id":"m"}],
                      "resources":{"instanceType":"C4","replicas":2}}})");
  }
  std::vector<json::Json> pods;
  cluster.await("all pods", [&] {
    pods = client.list(kube::pods, cluster.ns(), {});
    return pods.size() == 20;
  });
  for (const auto& pod : pods)
    node.run(pod);
  cluster.await("a log that is asked for", [&] { return logs_asked_for > 0; });

  for (const auto* const name : {"plain-1", "plain-2", "plain-3", "plain-4", "plain-5"}) {
    cluster.apply(reconcile::gradient_deployments, name,
                  R"({"spec":{"image":"example.com/app:1","resources":{"instanceType":"C4"}}})");
    const auto is_there = [&] {
      return cluster.seen().deployments.find(cluster.key(name)).has_value();
    };
    cluster.await("a new Deployment", is_there, 1s);
  }
  CHECK(log.await("cannot read logs of a node"));
  CHECK(log.await("node=" + cluster.ns()));
  CHECK(logs_asked_for < 3);  // the second before the first had failed, at most
}
