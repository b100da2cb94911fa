#pragma once

#include "gradient/spec/blocker.h"
#include "gradient/spec/spec.h"
#include "kube/control/events.h"
#include "kube/http/client.h"
#include "reconcile/answers.h"
#include "reconcile/polling_cache.h"
#include "reconcile/scale_conflicts.h"
#include "reconcile/stores.h"

#include <optional>
#include <stop_token>
#include <vector>

namespace reconcile {

/// Whether `live` was last applied from this very intent, by its annotation.
bool has_same_intent(const json::Json& live, const json::Json& wanted);

/// Brings children to what was rendered: server-side apply, only where the intent changed, an
/// intended field is live neither as it is nor as the server made it of the last apply, or somebody
/// edited the spec by hand; removal of what is no longer wanted. Objects that are not the parent's
/// own (by controller reference, or for claims by label) are never written. Who owns which field of
/// a child is in ownership.h.
class Applier {
 public:
  /// All of it has to outlive this.
  Applier(kube::Client& client, kube::EventRecorder& events, Stores& stores, PollingCache& polled,
          ScaleConflicts& scale_conflicts)
      : client_(client),
        events_(events),
        stores_(stores),
        polled_(polled),
        scale_conflicts_(scale_conflicts) {}

  /// In the given order; what comes after a Deployment, only with it. What could not be applied and
  /// why, for the user. Throws ApiError and TransportError for what a retry may mend.
  std::vector<gradient::Blocker> apply(const gradient::Parent& parent,
                                       const std::vector<json::Json>& wanted,
                                       const std::stop_token& stop);

  /// Deletes the parent's children that are not in `wanted`. Autoscalers, disruption budgets and
  /// what exposes a Service only: each deployment has the rest, or it is never deleted.
  void prune(const gradient::Parent& parent, const std::vector<json::Json>& wanted,
             const std::stop_token& stop);

  /// Deletes the Secret of a registry that now names another one, `in_use`.
  void remove_pull_secret(const gradient::Parent& registry, const std::string& in_use,
                          const std::stop_token& stop);

  /// Turns pods off (0), or on again where they are off, without touching anything else: for a spec
  /// that cannot be rendered.
  void scale(const gradient::Parent& parent, int replicas, const std::stop_token& stop);

  /// The object of that name has gone, and its children go.
  void forget(const kube::Key& key) { answers_.forget(key); }

 private:
  bool is_current(const json::Json& live, const json::Json& wanted) const;
  bool matches(const json::Json& live, const json::Json& wanted) const;
  std::optional<gradient::Blocker> try_to_apply(const gradient::Parent& parent,
                                                const json::Json& wanted, std::int64_t min_replicas,
                                                const std::stop_token& stop);
  std::optional<gradient::Blocker> apply_one(const gradient::Parent& parent,
                                             const json::Json& wanted, std::int64_t min_replicas,
                                             const std::stop_token& stop);
  struct Written {
    json::Shared answer = {};
    std::optional<gradient::Blocker> refused = {};  ///< because of what others have applied
  };
  Written write_over_rivals(const gradient::Parent& parent, const json::Json& wanted,
                            const json::Json& current, const std::stop_token& stop);
  json::Shared live(const kube::Kind& kind, const kube::Key& key, const std::stop_token& stop);
  /// The new object, or the one that has the name already.
  json::Shared create(const kube::Kind& kind, const json::Json& wanted,
                      const std::stop_token& stop);
  json::Shared update(const kube::Kind& kind, const json::Json& wanted, const json::Json& live,
                      const std::stop_token& stop);
  /// So that what the server made of it is not written again. What it has dropped, as an older one
  /// does with fields that it does not know, is logged.
  void keep_answer(const kube::Kind& kind, const json::Json& wanted, const json::Json& answer);
  /// What others changed in the spec of `fresh` by plain updates becomes ours, for the update to
  /// remove; the object as it is then. `live` where that is nothing.
  json::Shared own_edits(const json::Json& fresh, const json::Shared& live,
                         const std::stop_token& stop);
  /// As the server has it now, with those who own its fields; nothing where that is not watched,
  /// or no child of the parent's.
  std::optional<json::Json> fresh_child(const gradient::Parent& parent, const json::Json& wanted,
                                        const std::stop_token& stop);
  /// What others have applied and the server does not take beside what is wanted becomes ours as
  /// well. Whose and which; empty where there is no such field.
  std::string own_rivals(const json::Json& fresh, const json::Json& wanted,
                         const std::stop_token& stop);
  json::Shared take_over(const kube::Kind& kind, const json::Json& fresh,
                         const json::Json& managed_fields, const std::stop_token& stop);
  /// What others had changed in `drifted` and `answer` has again as it is wanted.
  void tell_drift(const gradient::Parent& parent, const json::Json& wanted,
                  const json::Json& drifted, const json::Json& answer);
  void tell_scaling(const gradient::Parent& parent, const json::Json& wanted,
                    const json::Json& drifted);
  void record_drift(const gradient::Parent& parent, const std::string& what);
  void hand_over_replicas(const json::Json& live, const json::Json& wanted,
                          std::int64_t min_replicas, const std::stop_token& stop);
  void apply_replicas(const json::Json& live, std::int64_t replicas, const std::stop_token& stop);
  /// Applies it and keeps the answer before its event can be seen.
  json::Shared write(const kube::Kind& kind, const json::Json& intent, const char* manager,
                     kube::Force force, const std::stop_token& stop);

  kube::Client& client_;
  kube::EventRecorder& events_;
  Stores& stores_;
  PollingCache& polled_;
  ScaleConflicts& scale_conflicts_;
  Answers answers_;
};

}  // namespace reconcile
