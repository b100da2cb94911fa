#pragma once

#include "cli/colour.h"
#include "json/json.h"

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace cli {

/// What is known of one GradientDeployment: raw API objects.
struct Screen {
  json::Json deployment = {};  ///< the GradientDeployment
  std::vector<json::Json> children = {}, pods = {}, events = {};
  std::map<std::string, json::Json> sync_lines = {};  ///< last log lines, by "POD/CONTAINER"
  std::chrono::system_clock::time_point now = {};
};

/// All of it for one look, as text of several tables. Pure.
std::string text_of(const Screen& screen, const Paint& paint = {});

/// "45s", "12m", "3h12m", "5d": how long ago an RFC 3339 time was; "" when it is none.
std::string age(std::chrono::system_clock::time_point now, const std::string& then);

}  // namespace cli
