#pragma once

#include "gradient/spec/blocker.h"
#include "gradient/spec/content_use.h"
#include "json/json.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gradient {

/// `status.content` of a Dataset.
struct DatasetContent {
  ContentUse known;  ///< in use, or was since it was last collected
  /// What the last collection found on the disk, by the names of the fields: "checkoutsBytes", ...
  std::map<std::string, std::int64_t> bytes;
  std::string job;                 ///< UID of the last collection's Job
  std::optional<Blocker> problem;  ///< why that Job, or the attempt to make one, failed
  bool operator==(const DatasetContent&) const = default;
};

DatasetContent read_dataset_content(const json::Json& content);

/// Null when there is nothing to say.
json::Json dataset_content(const DatasetContent& content);

/// Whether a Job has ended, well or not.
bool is_finished(const json::Json& job);

/// Whether a Job has yet to get a pod.
bool awaits_pod(const json::Json& job);

/// What a finished Job and its pods say. `left` is what is known after a success of which nothing
/// was too young to go.
DatasetContent collected(DatasetContent before, const ContentUse& left, const json::Json& job,
                         const std::vector<json::Json>& pods);

/// Why a Job that runs has no pod, by its events; nothing when they do not say.
std::optional<Blocker> clean_up_refusal(const json::Json& job,
                                        const std::vector<json::Json>& events);

}  // namespace gradient
