#pragma once

#include "cli/colour.h"
#include "json/json.h"

#include <chrono>
#include <string>
#include <vector>

namespace cli {

/// One line for each of `deployments`, raw API objects, of at most `width` columns as far as names
/// let it: the message of Ready is cut. Pure.
std::string list_text(const std::vector<json::Json>& deployments, bool with_namespaces,
                      std::chrono::system_clock::time_point now, std::size_t width,
                      const Paint& paint = {});

}  // namespace cli
