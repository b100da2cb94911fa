#pragma once

#include "gradient/render/collector.h"
#include "gradient/status/collection.h"
#include "kube/guarded.h"
#include "reconcile/context.h"

#include <map>
#include <stop_token>

namespace reconcile {

/// Has a Job remove what nobody uses any more from the volumes of Datasets.
///
/// The Dataset's status knows what its users were seen to use. Once some of it is no longer asked
/// for by any spec, and collectAfter has passed, ReplicaSets and pods are read from the server:
/// what they have stays, for what may still run and for a rollback. Of the rest a Job is made, one
/// at a time, and its result noted. What stays is looked at again once an hour: ReplicaSets go
/// without an event to us.
class Collector {
 public:
  explicit Collector(Context& context) : context_(context) {}

  /// How soon a Dataset that is Bound should be looked at again.
  static constexpr std::chrono::minutes period{1};

  /// What the Dataset's status is to say of content. Its claim is bound.
  json::Json content(const json::Json& dataset, const gradient::FoundDataset& found,
                     const std::stop_token& stop);
  void forget(const kube::Key& dataset);

 private:
  struct Waiting {
    gradient::ContentUse unused;
    kube::Clock::TimePoint until;
  };
  struct Visit;

  gradient::ContentUse wanted(const kube::Key& claim) const;
  bool is_due(const kube::Key& dataset, const gradient::ContentUse& unused);
  void wait(const kube::Key& dataset, std::chrono::milliseconds time);
  gradient::DatasetContent advance(const Visit& visit, gradient::DatasetContent content,
                                   const std::stop_token& stop);
  gradient::DatasetContent finish(const Visit& visit, const gradient::DatasetContent& content,
                                  const json::Json& job, const std::stop_token& stop);
  gradient::DatasetContent begin(const Visit& visit, gradient::DatasetContent content,
                                 const std::stop_token& stop);

  Context& context_;
  kube::Guarded<std::map<kube::Key, Waiting>> waiting_;
};

}  // namespace reconcile
