#include "sync/git/memory_settings.h"

#include <algorithm>

namespace content {

std::string memory_settings(std::int64_t limit, unsigned processors) {
  constexpr std::int64_t mebibyte = 1 << 20;
  // A thread of index-pack holds a large object, its base and the delta besides its cache.
  const auto threads =
      std::clamp<std::int64_t>(limit / (512 * mebibyte), 1, std::clamp(processors, 1U, 8U));
  const auto share = std::max(limit / 16, 4 * mebibyte);
  const auto each = std::to_string(share / threads);
  return "[pack]\n\tthreads = " + std::to_string(threads) + "\n\twindowMemory = " + each +
         "\n\tdeltaCacheSize = " + std::to_string(share) +
         "\n[core]\n\tdeltaBaseCacheLimit = " + each + "\n";
}

}  // namespace content
