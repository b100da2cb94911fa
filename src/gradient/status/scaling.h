#pragma once

#include "gradient/spec/parent.h"
#include "gradient/status/condition.h"
#include "gradient/status/observed.h"

#include <string>

namespace gradient::diagnosis {

/// Why nothing is scaled, in the words of the HorizontalPodAutoscaler's condition ScalingActive;
/// empty when something is, when there is no autoscaler, and as long as it may still get its first
/// metrics: since `long_ago` it must have got none, and the pods must have served, by `previous`.
std::string scaling_problem(const Observed& observed, const json::Json& previous);

}  // namespace gradient::diagnosis

namespace gradient {

/// `scaled_by` of whoever sets 0 by the subresource `scale`: the server does not tell who it was.
inline constexpr const char* unknown_scaler = "somebody";

/// The condition of a Deployment that an autoscaler of others aims at, which the operator would
/// have aim at the GradientDeployment. Empty while there is none.
std::optional<Condition> scale_conflict(const Parent& parent, const Observed& observed,
                                        const json::Json& previous);
/// Whether a status has that condition.
bool has_scale_conflict(const json::Json& status);

/// Whether the replicas that such an autoscaler has added are still being taken back, of a spec
/// that `previous` is about already: the same again within seconds, and nothing to tell.
bool is_scaled_back(const Parent& parent, const Observed& observed, const json::Json& previous);

/// Whether an autoscaler that gets no metrics yet is to be reported later, if it still gets none.
bool awaits_metrics(const Observed& observed, const json::Json& previous);

}  // namespace gradient
