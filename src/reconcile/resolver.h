#pragma once

#include "gradient/spec/found.h"
#include "gradient/spec/needs.h"
#include "gradient/spec/settings.h"
#include "reconcile/hash_key.h"
#include "reconcile/polling_cache.h"
#include "reconcile/references.h"
#include "reconcile/stores.h"

#include <set>
#include <stop_token>

namespace reconcile {

/// Resolves the object references of a spec. Datasets, Models and ContainerRegistries come from the
/// informers' caches, Secrets and claims that are not ours through the PollingCache. What was
/// looked up, found or not, is noted in References, so that its change enqueues the dependent
/// (controller-runtime does that with a field index and EnqueueRequestsFromMapFunc). Safe to share
/// between threads.
class Resolver {
 public:
  /// All of it has to outlive this.
  struct Parts {
    const gradient::Settings& settings;
    Stores& stores;
    References& references;
    PollingCache& polled;
    HashKey& hash_key;
  };
  explicit Resolver(const Parts& parts) : parts_(parts) {}

  gradient::Found resolve(const gradient::Parent& parent, const gradient::DeploymentSpec& spec,
                          const std::stop_token& stop);

  gradient::Found resolve(const gradient::Parent& parent, const gradient::ModelSpec& spec,
                          const std::stop_token& stop);

 private:
  /// One resolve in progress: whose, and what it has referred to so far.
  struct Lookup;

  void add_dataset(Lookup& lookup, const std::string& name, const std::string& used_by);
  void add_model(Lookup& lookup, const std::string& id);
  void add_model_references(Lookup& lookup, gradient::FoundModel& model,
                            const std::string& used_by);
  /// Nothing when there is none that can be used; then `lookup` has why.
  json::Shared ready_registry(Lookup& lookup, const std::string& name, const std::string& used_by);
  void add_secret(Lookup& lookup, const gradient::SecretNeed& need);
  /// Those that only the pod's own template names, where not every Secret may be named.
  void add_template_secrets(Lookup& lookup, const gradient::PodTemplate& pod_template);
  void add_secrets_hash(Lookup& lookup, const gradient::DeploymentSpec& spec);
  void add_host(Lookup& lookup, const std::string& host);
  void add_certificate(Lookup& lookup, const gradient::Endpoint& endpoint);
  json::Shared find_secret(Lookup& lookup, const std::string& name);
  /// Why the Secret does not serve; empty when it does. `needs_label`: where a spec names it, and
  /// not every Secret may be named.
  std::optional<gradient::Blocker> lack(Lookup& lookup, const gradient::SecretNeed& need,
                                        bool needs_label);

  Parts parts_;
};

}  // namespace reconcile
