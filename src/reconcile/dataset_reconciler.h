#pragma once

#include "gradient/status/dataset_status.h"
#include "kube/control/controller.h"
#include "reconcile/applier.h"
#include "reconcile/background_reader.h"
#include "reconcile/collector.h"
#include "reconcile/publisher.h"
#include "reconcile/references.h"

#include <optional>

namespace reconcile {

/// The reconciler of Datasets: Dataset -> its PersistentVolumeClaim (made, adopted or the given
/// one) and a status that says which claim that is, and what is on it. Never deletes a claim. Its
/// status is made by gradient/status/dataset_status. Safe to share between threads.
class DatasetReconciler {
 public:
  /// All of it has to outlive this.
  struct Parts {
    kube::Client& client;
    Stores& stores;
    References& references;
    PollingCache& polled;
    BackgroundReader& reader;
    ContentReferences& content_references;
    Applier& applier;
    Collector& collector;
    Publisher& publisher;
  };
  explicit DatasetReconciler(const Parts& parts) : parts_(parts) {}

  kube::Outcome reconcile(const kube::Key& key, const std::stop_token& stop);

 private:
  kube::Outcome forget(const kube::Key& key);
  /// Empty while events of the claim are being read for the first time; they bring the Dataset
  /// back.
  std::optional<gradient::ObservedClaim> ensure_claim(const gradient::Parent& parent,
                                                      const gradient::DatasetSpec& spec,
                                                      const std::stop_token& stop);
  std::optional<gradient::Blocker> apply_claim(const gradient::Parent& parent,
                                               const gradient::DatasetSpec& spec,
                                               const std::stop_token& stop);
  json::Shared find_claim(const gradient::Parent& parent, const gradient::DatasetSpec& spec,
                          const std::stop_token& stop);
  /// What is on the volume; empty when it is not looked at.
  json::Shared collect(const json::Json& dataset, const gradient::DatasetSpec& spec,
                       const gradient::ObservedClaim& claim, const std::stop_token& stop);

  Parts parts_;
};

}  // namespace reconcile
