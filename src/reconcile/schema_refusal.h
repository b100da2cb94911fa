#pragma once

#include "json/json.h"

#include <string>

namespace reconcile {

/// What of a pod template does not fit the API server's schema, in plain words and without values:
/// "podTemplate.spec.containers[app].tty must be true or false, not a string". `refusal` has the
/// words of its server-side apply (ValidationErrors in sigs.k8s.io/structured-merge-diff/typed), or
/// of its conversion, which knows no path: `pod_template` is what it refused. Empty for what is
/// neither.
std::string schema_problems(const std::string& refusal, const json::Json& pod_template);

}  // namespace reconcile
