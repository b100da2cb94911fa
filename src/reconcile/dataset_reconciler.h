#pragma once

#include "kube/control/controller.h"
#include "reconcile/applier.h"
#include "reconcile/collector.h"
#include "reconcile/publisher.h"

namespace reconcile {

/// Dataset -> its claim (made, adopted or the given one) and a status that says which claim that
/// is, and what is on it. Never deletes a claim.
class DatasetReconciler {
 public:
  explicit DatasetReconciler(Context& context)
      : context_(context), applier_(context), collector_(context), publisher_(context) {}

  kube::Outcome reconcile(const kube::Key& key, const std::stop_token& stop);

 private:
  std::optional<gradient::Blocker> apply_claim(const gradient::Parent& parent,
                                               const gradient::DatasetSpec& spec,
                                               const std::stop_token& stop);
  std::optional<json::Json> claim(const gradient::Parent& parent, const gradient::DatasetSpec& spec,
                                  const std::stop_token& stop);
  std::optional<std::string> trouble(const Ref& self, const json::Json& claim);

  Context& context_;
  Applier applier_;
  Collector collector_;
  Publisher publisher_;
};

}  // namespace reconcile
