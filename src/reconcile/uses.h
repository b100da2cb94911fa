#pragma once

#include "gradient/spec/content_use.h"
#include "kube/guarded.h"
#include "kube/object.h"

#include <map>

namespace reconcile {

/// What deployments were given of the content of Datasets, until the Datasets' statuses say it:
/// those are looked at once a minute, and a deployment may come and go in between. Safe to share
/// between threads.
class Uses {
 public:
  void add(const kube::Key& dataset, const gradient::ContentUse& content);
  /// What was added and is not in `written`; the rest is forgotten.
  gradient::ContentUse besides(const kube::Key& dataset, const gradient::ContentUse& written);
  void forget(const kube::Key& dataset);

 private:
  kube::Guarded<std::map<kube::Key, gradient::ContentUse>> by_dataset_;
};

}  // namespace reconcile
