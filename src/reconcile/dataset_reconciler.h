#pragma once

#include "gradient/status/dataset_status.h"
#include "kube/control/controller.h"
#include "reconcile/applier.h"
#include "reconcile/collector.h"
#include "reconcile/publisher.h"

#include <optional>

namespace reconcile {

/// Dataset -> its claim (made, adopted or the given one) and a status that says which claim that
/// is, and what is on it. Never deletes a claim.
class DatasetReconciler {
 public:
  explicit DatasetReconciler(Context& context)
      : context_(context), applier_(context), collector_(context), publisher_(context) {}

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
  std::optional<json::Json> find_claim(const gradient::Parent& parent,
                                       const gradient::DatasetSpec& spec,
                                       const std::stop_token& stop);
  /// What is on the volume; empty when it is not looked at.
  std::optional<json::Json> collect(const json::Json& dataset, const gradient::DatasetSpec& spec,
                                    const gradient::ObservedClaim& claim,
                                    const std::stop_token& stop);

  Context& context_;
  Applier applier_;
  Collector collector_;
  Publisher publisher_;
};

}  // namespace reconcile
