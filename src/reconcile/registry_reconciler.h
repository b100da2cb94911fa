#pragma once

#include "gradient/spec/needs.h"
#include "kube/control/controller.h"
#include "reconcile/applier.h"
#include "reconcile/publisher.h"
#include "reconcile/references.h"

#include <string>
#include <variant>
#include <vector>

namespace reconcile {

/// The reconciler of ContainerRegistries: ContainerRegistry -> the dockerconfigjson Secret that
/// pods pull with, status. Safe to share between threads.
class RegistryReconciler {
 public:
  /// All of it has to outlive this.
  struct Parts {
    const gradient::Settings& settings;
    Stores& stores;
    References& references;
    PollingCache& polled;
    Applier& applier;
    Publisher& publisher;
  };
  explicit RegistryReconciler(const Parts& parts) : parts_(parts) {}

  kube::Outcome reconcile(const kube::Key& key, const std::stop_token& stop);

 private:
  using Servers = std::vector<std::string>;

  json::Json used_by(const json::Json& object) const;
  void publish_blocked(const json::Json& object, const gradient::Blocker& blocker,
                       const std::stop_token& stop);
  void publish_ready(const json::Json& object, const gradient::RegistrySpec& spec,
                     const Servers& servers, const std::stop_token& stop);

  /// What pods can pull from with the pull secret, or why they cannot.
  std::variant<Servers, gradient::Blocker> ensure(const gradient::Parent& parent,
                                                  const gradient::RegistrySpec& spec,
                                                  const std::stop_token& stop);
  std::variant<Servers, gradient::Blocker> check_existing(const gradient::Parent& parent,
                                                          const gradient::SecretNeed& need,
                                                          const json::Json& secret);
  std::variant<Servers, gradient::Blocker> make(const gradient::Parent& parent,
                                                const gradient::RegistrySpec& spec,
                                                const gradient::SecretNeed& need,
                                                const json::Json& secret,
                                                const std::stop_token& stop);

  Parts parts_;
};

}  // namespace reconcile
