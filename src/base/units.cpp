#include "base/units.h"

#include <array>

namespace base {

std::string bytes_text(std::int64_t count) {
  constexpr std::array<const char*, 5> units{"KiB", "MiB", "GiB", "TiB", "PiB"};
  if (count < 1024) return std::to_string(count) + " B";
  std::size_t unit = 0;
  auto tenths = count / 1024 * 10 + count % 1024 * 10 / 1024;
  for (; tenths >= 10240 && unit + 1 < units.size(); ++unit)
    tenths /= 1024;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " " + units.at(unit);
}

}  // namespace base
