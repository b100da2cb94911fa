#pragma once

#include "gradient/spec/parent.h"
#include "gradient/spec/spec.h"
#include "json/json.h"

/// What every child has in common: labels, selector, owner reference and the hash of its intent.
namespace gradient {

/// Labels of a GradientDeployment's children and pods.
json::Json deployment_labels(const Parent& parent);

/// {"matchLabels": ...} of a GradientDeployment's pods: one label, as a selector cannot change.
json::Json selector(const Parent& parent);

/// The labels of a pod selector, for a Service.
json::Json match_labels(const Parent& parent);

/// Labels of a child of the other kinds: who made it, and for which object.
json::Json kind_labels(const char* label, const Parent& parent);

enum class Owner { Parent, Nobody };

/// The finished intent: `object` with namespace, labels, a controller reference when `owner` is
/// the parent, and the hash of all this as the annotation gradient-operator.dev/applied.
json::Json stamped(json::Json object, const Parent& parent, const json::Json& labels, Owner owner);

}  // namespace gradient
