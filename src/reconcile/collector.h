#pragma once

#include "gradient/render/clean_up_job.h"
#include "gradient/spec/settings.h"
#include "gradient/status/dataset_content.h"
#include "kube/clock.h"
#include "kube/control/events.h"
#include "kube/guarded.h"
#include "kube/http/client.h"
#include "reconcile/collection_state.h"
#include "reconcile/content_references.h"
#include "reconcile/stores.h"

#include <map>
#include <stop_token>

namespace reconcile {

/// The garbage collector of Datasets' volumes: has a Job remove what nobody uses any more. The
/// driver of CollectionState, which decides what is done when.
///
/// The Dataset's status knows what its users were seen to use. Once some of it is no longer asked
/// for by any spec, and collectAfter has passed, ReplicaSets and pods are read from the server:
/// what they have stays, for what may still run and for a rollback. Of the rest a Job is made, one
/// at a time, and its result noted.
class Collector {
 public:
  /// All of it has to outlive this.
  struct Parts {
    kube::Client& client;
    const kube::Clock& clock;
    const gradient::Settings& settings;
    kube::EventRecorder& events;
    Stores& stores;
    ContentReferences& content_references;
  };
  explicit Collector(const Parts& parts) : parts_(parts) {}

  /// How soon a Dataset that is Bound should be looked at again.
  static constexpr std::chrono::minutes period{1};

  /// What the Dataset's status is to say of content. Its claim is bound.
  json::Json content(const json::Json& dataset, const gradient::FoundDataset& found,
                     const std::stop_token& stop);
  void forget(const kube::Key& dataset);

 private:
  using Step = CollectionState::Step;
  struct Visit;

  gradient::ContentUse wanted(const kube::Key& claim) const;
  /// Calls `ask` with the Dataset's state, under the lock; makes one if there is none.
  template <class Ask>
  auto ask(const kube::Key& dataset, const Ask& ask);
  gradient::DatasetContent advance(const Visit& visit, gradient::DatasetContent content,
                                   const std::stop_token& stop);
  gradient::DatasetContent finish(const Visit& visit, const gradient::DatasetContent& content,
                                  const json::Json& job, const std::stop_token& stop);
  gradient::DatasetContent begin(const Visit& visit, gradient::DatasetContent content,
                                 const std::stop_token& stop);
  std::optional<gradient::Blocker> refusal_of(const json::Json& job, const std::stop_token& stop);
  void report(const Visit& visit, gradient::DatasetContent& content, gradient::Blocker problem);

  Parts parts_;
  kube::Guarded<std::map<kube::Key, CollectionState>> states_;
};

}  // namespace reconcile
