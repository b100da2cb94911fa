#pragma once

#include "gradient/spec/settings.h"
#include "kube/control/lease.h"
#include "reconcile/operator.h"
#include "support/live_cluster.h"
#include "support/skipping_clock.h"

#include <cstdlib>

namespace live {

struct RunningOptions {
  ObservedTransport::Before before{};
  kube::Transport* transport = nullptr;  ///< null: the cluster's own
  std::string contends_as{};             ///< not empty: leads only with the namespace's Lease
  gradient::Settings settings = gradient::default_settings();
  std::vector<std::string> namespaces{};  ///< besides the cluster's own
};

/// Runs `act` right before the first write to a path with this part.
inline ObservedTransport::Before before_first_write(std::string part, std::function<void()> act) {
  return [part = std::move(part), act = std::move(act),
          once = std::make_shared<std::once_flag>()](const kube::Request& request) {
    if (request.method == kube::Method::Get) return;
    if (request.path.find(part) != std::string::npos) std::call_once(*once, act);
  };
}

/// An operator that watches one namespace while it lives.
class Running {
 public:
  explicit Running(Cluster& cluster, RunningOptions options = {})
      : settings_(std::move(options.settings)),
        transport_(options.transport == nullptr ? cluster.transport() : *options.transport,
                   std::move(options.before)),
        lease_{.key = cluster.key("gradient-operator"),
               .identity = options.contends_as,
               .retry_period = std::chrono::milliseconds(200),
               .is_ready = [this] { return operator_.ready(); }},
        operator_(client_, clock_, settings_,
                  {.namespaces = with(std::move(options.namespaces), cluster.ns()), .workers = 4}),
        watching_([this](const std::stop_token& stop) { operator_.watch(stop); }),
        reconciling_([this](const std::stop_token& stop) { reconcile(stop); }) {}
  ~Running() {
    reconciling_.request_stop();
    watching_.request_stop();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  SkippingClock& clock() { return clock_; }
  bool ready() const { return operator_.ready(); }
  std::vector<std::string> written() const { return transport_.written(); }

 private:
  static std::vector<std::string> with(std::vector<std::string> names, const std::string& one) {
    names.push_back(one);
    return names;
  }
  void reconcile(const std::stop_token& stop) {
    if (lease_.identity.empty()) return operator_.reconcile(stop);
    const kube::SteadyClock clock;
    const auto lead = [this](const std::stop_token& leading) { operator_.reconcile(leading); };
    kube::lead_with_lease(
        client_, clock, lease_, lead, [] { std::abort(); }, stop);
  }

  const gradient::Settings settings_;
  SkippingClock clock_;
  ObservedTransport transport_;
  kube::Client client_{transport_};
  kube::LeaseOptions lease_;
  reconcile::Operator operator_;
  std::jthread watching_, reconciling_;
};

}  // namespace live
