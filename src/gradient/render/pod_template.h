#pragma once

#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"
#include "json/json.h"

/// How what users say of pods (podTemplate) comes together with what the spec makes of them.
namespace gradient {

/// `ours`, a PodSpec or a part of one, with what `theirs` adds and says otherwise. Objects are
/// merged, and the lists whose elements Kubernetes tells apart by keys (containers, env, ports,
/// ...) element by element, ours first. Every other list, and what is one of several kinds (a
/// probe's or hook's handler, a volume's source, value and valueFrom) is theirs as a whole: two
/// kinds at once the API server refuses. Other groups of the pod are added. Null is nothing.
json::Json merged_pod(const json::Json& ours, const json::Json& theirs);

/// Whether a podTemplate changes the deployment's pods.
bool has_pod_template(const DeploymentSpec& spec, const Settings& settings);

/// What holds for a deployment: its own podTemplate over that of the configuration.
PodTemplate effective_template(const DeploymentSpec& spec, const Settings& settings);

/// The init containers in the order in which they run: those of `pod_template` that run first, then
/// the rest as it is.
json::Json in_running_order(const json::Json& init_containers, const PodTemplate& pod_template);

}  // namespace gradient
