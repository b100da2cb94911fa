#include "sync/rclone/copy_progress.h"

#include <algorithm>
#include <cmath>

namespace content {

using json::Json;

void CopyProgress::operator()(std::int64_t there) {
  if (!before_) before_ = there;
  const auto total = std::max(total_, there);
  const std::chrono::duration<double> time = Clock::now() - begin_;
  const auto rate = static_cast<double>(there - *before_) / std::max(time.count(), 0.001);
  const auto left = static_cast<double>(total - there) / rate;
  on_progress_(
      json::object({{"bytes", there},
                    {"total", total},
                    {"rate", std::int64_t{std::llround(rate)}},
                    {"eta", rate >= 1 ? Json(std::int64_t{std::llround(left)}) : Json()}}));
}

bool is_missing(const SourceFile& file, const Path& target) {
  namespace fs = std::filesystem;
  return !fs::exists(fs::symlink_status(target / file.path));
}

Missing missing(const Listing& listing, const Path& target) {
  Missing sum;
  for (const auto& file : listing.files) {
    if (!is_missing(file, target)) continue;
    ++sum.files;
    sum.bytes += std::max<std::int64_t>(file.bytes, 0);
  }
  return sum;
}

}  // namespace content
