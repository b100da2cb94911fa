#pragma once

#include "gradient/spec/blocker.h"
#include "gradient/spec/parent.h"
#include "gradient/spec/spec.h"
#include "json/json.h"
#include "json/reader.h"

#include <optional>
#include <string>
#include <vector>

namespace gradient {

/// The PersistentVolumeClaim of a Dataset, as it was seen.
struct ObservedClaim {
  json::Shared live{};               ///< raw; empty when there is none
  std::optional<Blocker> refused{};  ///< why it was not made or changed, or whose the name is
  bool is_retained = false;          ///< it stays though the spec says Delete
  std::vector<json::Json> events{};  ///< core/v1 Events of a claim that is Pending
};

/// `status.phase` of a claim: "Pending", "Bound", "Lost", or "" before it has one.
std::string claim_phase(const json::Json& claim);

/// Whether it has a volume and is the Dataset's: only then its content is looked at.
bool holds_content(const ObservedClaim& claim);

struct DatasetStatusInput {
  const Parent& parent;
  const DatasetSpec& spec;
  const ObservedClaim& claim;
  /// status.content, null where there is none. Empty: not looked at, what `previous` says stays.
  const json::Shared& content;
  const json::Json& used_by;   ///< see simple_status.h
  const json::Json& previous;  ///< the live status; null when there is none
  std::string now;             ///< RFC 3339 in UTC
};

/// The status of a Dataset whose claim was made, adopted or looked up. Pure.
///
/// Ready is False when there is no claim, or one that belongs to others, is being deleted, has lost
/// its volume, or could be neither bound nor changed. A claim that is Pending does not hinder
/// deployments: with volumeBindingMode WaitForFirstConsumer it is bound when their first pod is
/// scheduled. Nor does a bound one that could not be changed, or one that stays though the spec
/// says Delete (ClaimRetained).
json::Json dataset_status(const DatasetStatusInput& input);

/// The spec cannot be read: nothing was applied; content and unusedSince are those of `previous`.
json::Json invalid_dataset_status(const Parent& parent, const json::Problems& problems,
                                  const json::Json& used_by, const json::Json& previous,
                                  const std::string& now);

}  // namespace gradient
