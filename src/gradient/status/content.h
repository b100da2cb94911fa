#pragma once

#include "gradient/spec/spec.h"
#include "gradient/status/observed.h"
#include "gradient/status/workload.h"
#include "json/json.h"

#include <string>

namespace gradient::diagnosis {

/// `status.content` of a GradientDeployment: what the pods of the newest revision have on their
/// volumes, as far as they or the previous status say.
struct Content {
  std::string commit;   ///< status.commit: the beginning of that of the first repository
  json::Json json;      ///< status.content; null when the spec names none
  std::string remarks;  ///< replicas that differ, refreshes that failed; empty when all is well
  bool refresh_failed = false;  ///< of one of its models, so that the files before it stay
  std::string progress;         ///< what is being fetched right now; empty when nothing is
  std::size_t fetching = 0;     ///< pods that are not complete
  std::size_t complete = 0;     ///< pods that are
};

Content content(const DeploymentSpec& spec, const Observed& observed, const Workload& workload,
                const json::Json& previous);

}  // namespace gradient::diagnosis
