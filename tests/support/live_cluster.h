#pragma once

#include "kube/cache/watch.h"
#include "kube/cache/watch_runner.h"
#include "kube/http/client.h"
#include "reconcile/stores.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

/// Tests against the real API server that KUBECONFIG names. Nothing of it is simulated.
namespace live {

/// Passes everything on; notes writes and lets a test act right before a request is sent.
class ObservedTransport final : public kube::Transport {
 public:
  using Before = std::function<void(const kube::Request&)>;

  explicit ObservedTransport(kube::Transport& inner, Before before = {})
      : inner_(inner), before_(std::move(before)) {}

  kube::Response send(const kube::Request& request, const std::stop_token& stop,
                      std::chrono::milliseconds total) override;
  kube::Response stream(const kube::Request& request,
                        const std::function<void(std::string_view)>& on_line,
                        const std::stop_token& stop, std::chrono::milliseconds idle) override;
  std::unique_ptr<kube::Streams> make_streams() override { return inner_.make_streams(); }

  /// "PATCH /api/...": requests other than GET, without events and Leases.
  std::vector<std::string> written() const {
    const std::lock_guard lock(mutex_);
    return written_;
  }

 private:
  kube::Transport& inner_;
  Before before_;
  mutable std::mutex mutex_;
  std::vector<std::string> written_;
};

/// The reason of the condition Ready; empty when there is none.
std::string ready_reason(const json::Json& object);

/// A namespace of the test's own on the real server, with our CRDs, and what is in it as watches
/// see it. The namespace is deleted at the end.
class Cluster {
 public:
  Cluster();
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  const std::string& ns() const { return ns_; }
  kube::Key key(const std::string& name) const { return {ns_, name}; }
  kube::Client& client() { return client_; }
  kube::Transport& transport() { return *transport_; }
  reconcile::Stores& seen() { return seen_; }

  /// Creates or replaces by server-side apply as somebody who is not the operator.
  json::Json apply(const kube::Kind& kind, const std::string& name, const std::string& body,
                   const std::string& manager = "test");
  void remove(const kube::Kind& kind, const std::string& name);

  /// Waits until `holds()`, looked at after every change in the namespace and ten times a second.
  /// Fails the test after `patience`, saying `what` was awaited.
  void await(const std::string& what, const std::function<bool()>& holds,
             std::chrono::seconds patience = std::chrono::seconds(30));

  /// The Ready condition's reason of a GradientDeployment as last seen.
  std::string why(const std::string& name);

  using OnObject = std::function<void(const json::Json&)>;
  /// Calls it on every change of a Deployment from now on, before await looks.
  void on_deployment(OnObject use) {
    const std::lock_guard lock(mutex_);
    on_deployment_ = std::move(use);
  }

 private:
  void install_crds();
  void watch(const kube::Kind& kind);

  kube::SteadyClock clock_;
  std::unique_ptr<kube::Transport> transport_;
  kube::Client client_;
  std::string ns_;
  reconcile::Stores seen_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t changes_ = 0;
  OnObject on_deployment_;
  std::list<kube::Watch> watches_;
  kube::WatchRunner runner_;
  std::jthread watching_;
};

}  // namespace live
