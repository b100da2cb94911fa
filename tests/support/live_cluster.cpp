#include "support/live_cluster.h"

#include "base/files.h"
#include "json/yaml.h"
#include "kube/config/config.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <random>

namespace live {
namespace {

constexpr kube::Kind namespaces{"v1", "Namespace", "namespaces"};
constexpr kube::Kind crds{"apiextensions.k8s.io/v1", "CustomResourceDefinition",
                          "customresourcedefinitions"};
constexpr std::chrono::seconds patience{30};
constexpr std::chrono::milliseconds look_again{100};

std::string fresh_name() {
  std::random_device random;
  return "test-" + std::to_string(random());
}

bool is_established(const json::Json& crd) {
  for (const auto& condition : json::elements_at(crd, {"status", "conditions"})) {
    if (json::string_at(condition, {"type"}) == "Established") {
      return json::string_at(condition, {"status"}) == "True";
    }
  }
  return false;
}

}  // namespace

kube::Response ObservedTransport::send(const kube::Request& request, const std::stop_token& stop,
                                       std::chrono::milliseconds total) {
  if (before_) before_(request);
  const auto is_about = [&](const char* kind) {
    return request.path.find(kind) != std::string::npos;
  };
  if (request.method != kube::Method::Get && !is_about("/events") && !is_about("/leases")) {
    const std::lock_guard lock(mutex_);
    written_.push_back(std::string(kube::to_string(request.method)) + " " + request.path);
  }
  return inner_.send(request, stop, total);
}

kube::Response ObservedTransport::stream(const kube::Request& request,
                                         const std::function<void(std::string_view)>& on_line,
                                         const std::stop_token& stop,
                                         std::chrono::milliseconds idle) {
  return inner_.stream(request, on_line, stop, idle);
}

std::string ready_reason(const json::Json& object) {
  for (const auto& condition : json::elements_at(object, {"status", "conditions"})) {
    if (json::string_at(condition, {"type"}) == "Ready") {
      return json::string_at(condition, {"reason"});
    }
  }
  return {};
}

Cluster::Cluster()
    : transport_(kube::make_transport(kube::load_config({}, {}))),
      client_(*transport_),
      ns_(fresh_name()),
      runner_(*transport_, clock_) {
  install_crds();
  client_.create(namespaces, "",
                 json::object({{"apiVersion", "v1"},
                               {"kind", "Namespace"},
                               {"metadata", json::object({{"name", ns_}})}}));
  for (const auto& kind :
       {reconcile::gradient_deployments, reconcile::datasets, reconcile::models,
        reconcile::registries, kube::deployments, kube::services, kube::autoscalers, kube::budgets,
        kube::claims, kube::ingresses, kube::routes}) {
    watch(kind);
  }
  watching_ = std::jthread([this](const std::stop_token& stop) { runner_.run(stop); });
}

Cluster::~Cluster() {
  watching_ = {};
  try {
    client_.remove(namespaces, {"", ns_}, kube::uid_of(*client_.get(namespaces, {"", ns_})));
  } catch (const std::exception& error) {
    WARN("namespace " << ns_ << " stays: " << error.what());
  }
}

void Cluster::install_crds() {
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(SOURCE_DIR "/crds")) {
    const auto document =
        json::parse_single_yaml(base::read_file(file.path()), file.path().string());
    const auto crd = client_.apply(crds, document, "test", kube::Force::Yes);
    names.push_back(kube::key_of(crd).name);
  }
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (const auto& name : names) {
    while (!is_established(*client_.get(crds, {"", name}))) {
      REQUIRE(std::chrono::steady_clock::now() < deadline);
      std::this_thread::yield();
    }
  }
}

void Cluster::watch(const kube::Kind& kind) {
  auto& added = watches_.emplace_back(
      client_, *seen_.of(kind), clock_,
      kube::WatchOptions{
          .kind = kind, .ns = ns_, .selector = {}, .may_be_absent = kind == kube::routes},
      [this, kind](const kube::Key&, const json::Json& object) {
        const std::lock_guard lock(mutex_);
        if (kind == kube::deployments && on_deployment_) on_deployment_(object);
        ++changes_;
        changed_.notify_all();
      });
  runner_.add(added);
}

json::Json Cluster::apply(const kube::Kind& kind, const std::string& name, const std::string& body,
                          const std::string& manager) {
  auto object = json::parse(body);
  object["apiVersion"] = json::Json(std::string(kind.api_version));
  object["kind"] = json::Json(std::string(kind.kind));
  object["metadata"]["name"] = json::Json(name);
  object["metadata"]["namespace"] = json::Json(ns_);
  return client_.apply(kind, object, manager, kube::Force::Yes);
}

void Cluster::remove(const kube::Kind& kind, const std::string& name) {
  client_.remove(kind, key(name), kube::uid_of(*client_.get(kind, key(name))));
}

void Cluster::await(const std::string& what, const std::function<bool()>& holds,
                    std::chrono::seconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  std::unique_lock lock(mutex_);
  while (true) {
    const auto seen = changes_;
    lock.unlock();
    if (holds()) return;
    lock.lock();
    changed_.wait_for(lock, look_again, [&] { return changes_ != seen; });
    if (std::chrono::steady_clock::now() > deadline) FAIL("awaited in vain: " << what);
  }
}

std::string Cluster::why(const std::string& name) {
  const auto object = seen_.gradient_deployments.find(key(name));
  return object ? ready_reason(*object) : "";
}

}  // namespace live
