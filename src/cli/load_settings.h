#pragma once

#include "gradient/spec/settings.h"

#include <optional>
#include <string>

namespace cli {

/// One of both is empty.
struct SettingsReading {
  std::optional<gradient::Settings> settings = {};
  std::string problems = {};  ///< "PATH:LINE: key: what is wrong", one a line
};

/// The configuration in a file's text; `path` names it in what is told.
SettingsReading read_settings_text(const std::string& path, const std::string& text);

/// The operator's configuration file, or the defaults when `path` is empty. Empty when it has
/// problems: they are then on standard error, FILE:LINE: key: what is wrong. Throws
/// std::runtime_error when the file cannot be read.
std::optional<gradient::Settings> load_settings(const std::string& path);

}  // namespace cli
