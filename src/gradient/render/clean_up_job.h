#pragma once

#include "gradient/spec/content_use.h"
#include "gradient/spec/found.h"
#include "gradient/spec/settings.h"

#include <cstdint>
#include <optional>

/// The Job that removes what nobody uses from the volume of a Dataset: one pod that runs
/// `gradient-sync collect`.
namespace gradient {

bool mounts_claim(const json::Json& pod_spec, const std::string& claim);

/// What a pod with this spec has of the claim's volume, by what our helpers' arguments and the sub
/// paths of any container say.
ContentUse mounted_content(const json::Json& pod_spec, const std::string& claim);

/// Whether a Job can mount the claim without keeping a pod of a deployment from it: never one that
/// a single pod may mount, nor one that none may write.
bool may_collect(const FoundDataset& dataset);

/// Whether all pods with the claim must be on one node.
bool is_of_one_node(const FoundDataset& dataset);

/// What one Job is to look at, and where it runs.
struct CleanUp {
  const ContentUse& known;   ///< was in use at some time
  const ContentUse& in_use;  ///< must stay
  std::int64_t listed_at;    ///< Unix time; no later than the pods were listed that use it
  const json::Json* neighbour = nullptr;  ///< a pod on whose node the Job's must be; null: any node
};

std::string clean_up_job_name(const Parent& dataset);

/// The finished Job, for one attempt to create it. It looks at checkouts of deployments that are
/// known and removes those that are not in use, and the known models that are not.
json::Json clean_up_job(const Parent& dataset, const FoundDataset& found, const CleanUp& clean_up,
                        const Settings& settings);

/// What is left of `known` after a Job as above has removed what it was to.
ContentUse left_by(const json::Json& job, const ContentUse& known);

}  // namespace gradient
