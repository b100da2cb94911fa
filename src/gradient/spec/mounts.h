#pragma once

#include "gradient/spec/spec.h"
#include "json/reader.h"

/// Where the mounts of a spec are in the app's container, and whether they can be there.
namespace gradient {

/// Adds a problem for each path of models and repositories at which a mount would hide another
/// one's files, or its mount point would lie on a dataset. `reader` is the one of `spec`, whose
/// paths are normalised; one that was refused already is empty.
void check_mounts(const DeploymentSpec& spec, json::ObjectReader& reader);

/// What `command`, `env` and commands of health checks say of a path below mountPath at which
/// there is nothing when the app starts: no checkout, and none of the dataset's files. A warning
/// for each such text, with the first of its paths. What the text alone does not decide, such as
/// a pattern, a variable or a path with `..`, is none.
json::Problems paths_of_nothing(const DeploymentSpec& spec);

}  // namespace gradient
