#pragma once

#include "gradient/spec/settings.h"

#include <optional>
#include <string>

namespace cli {

/// The operator's configuration file, or the defaults when `path` is empty. Empty when it has
/// problems: they are then on standard error, FILE:LINE: key: what is wrong. Throws
/// std::runtime_error when the file cannot be read.
std::optional<gradient::Settings> load_settings(const std::string& path);

}  // namespace cli
