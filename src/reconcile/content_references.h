#pragma once

#include "gradient/spec/content_use.h"
#include "kube/guarded.h"
#include "kube/object.h"

#include <map>

namespace reconcile {

/// Which content of Datasets deployments refer to, until it is recorded in the Datasets' statuses:
/// Datasets are reconciled once a minute, and a deployment may come and go in between, leaving
/// content that nobody would know of. Safe to share between threads.
class ContentReferences {
 public:
  void add(const kube::Key& dataset, const gradient::ContentUse& content);
  /// What was added and is not in `recorded`; the rest is forgotten.
  gradient::ContentUse unrecorded(const kube::Key& dataset, const gradient::ContentUse& recorded);
  void forget(const kube::Key& dataset);

 private:
  kube::Guarded<std::map<kube::Key, gradient::ContentUse>> by_dataset_;
};

}  // namespace reconcile
