#include "base/rfc3339.h"

#include <ctime>
#include <string_view>

namespace base {

std::optional<std::chrono::system_clock::time_point> parse_rfc3339(const std::string& text) {
  std::tm fields{};
  const char* rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &fields);
  if (rest == nullptr) return std::nullopt;
  if (*rest == '.') {
    do
      ++rest;
    while (*rest >= '0' && *rest <= '9');
  }
  std::tm offset{};
  if (std::string_view(rest) == "Z") {
    rest = "+0000";
  }
  const char* end = strptime(rest, "%z", &offset);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return std::chrono::system_clock::from_time_t(timegm(&fields) - offset.tm_gmtoff);
}

}  // namespace base
