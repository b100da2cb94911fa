#include "gradient/spec/access_modes.h"

#include <algorithm>
#include <array>

namespace gradient {
namespace {

struct Named {
  AccessMode mode;
  std::string_view name;
};
constexpr std::array all_modes{Named{AccessMode::ReadWriteOnce, "ReadWriteOnce"},
                               Named{AccessMode::ReadOnlyMany, "ReadOnlyMany"},
                               Named{AccessMode::ReadWriteMany, "ReadWriteMany"},
                               Named{AccessMode::ReadWriteOncePod, "ReadWriteOncePod"}};

}  // namespace

std::string_view to_string(AccessMode mode) {
  return std::find_if(all_modes.begin(), all_modes.end(),
                      [&](const Named& named) { return named.mode == mode; })
      ->name;
}

std::optional<AccessMode> access_mode(std::string_view text) {
  const auto* const found = std::find_if(all_modes.begin(), all_modes.end(),
                                         [&](const Named& named) { return named.name == text; });
  if (found == all_modes.end()) return std::nullopt;
  return found->mode;
}

std::vector<AccessMode> access_modes(const json::Json& list) {
  std::vector<AccessMode> modes;
  for (const auto& element : json::elements_at(list, {})) {
    const auto mode = element.is_string() ? access_mode(element.as_string()) : std::nullopt;
    if (mode) modes.push_back(*mode);
  }
  return modes;
}

json::Json access_modes_json(const std::vector<AccessMode>& modes) {
  std::vector<json::Json> elements;
  for (const auto mode : modes)
    elements.emplace_back(std::string(to_string(mode)));
  return json::array(std::move(elements));
}

bool has_mode(const std::vector<AccessMode>& modes, AccessMode mode) {
  return std::find(modes.begin(), modes.end(), mode) != modes.end();
}

}  // namespace gradient
