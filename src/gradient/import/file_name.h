#pragma once

#include <string>

namespace gradient {

/// The name for the deployment of a spec that has none: its file's, or where that says nothing
/// (deployment.yaml, app.yaml) the name of the nearest folder that says something, as a DNS label.
/// `path` is absolute. Empty when none of them says anything.
std::string name_of_file(const std::string& path);

}  // namespace gradient
