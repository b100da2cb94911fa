#pragma once

#include "json/json.h"
#include "sync/rclone/source.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

/// How far the copy of a listing's files is.
namespace content {

/// {"bytes", and "total", "rate", "eta" where they are known}
using OnProgress = std::function<void(const json::Json&)>;

/// Computes what is told: a program that copies knows of no more files than are queued.
class CopyProgress {
 public:
  /// `total`: bytes of all that is missing; what is of unknown size does not count.
  CopyProgress(std::int64_t total, const OnProgress& on_progress)
      : total_(total), on_progress_(on_progress) {}

  /// `there`: bytes of them that are; at first, those that an earlier copy has left.
  void operator()(std::int64_t there);

 private:
  using Clock = std::chrono::steady_clock;
  std::int64_t total_;
  const OnProgress& on_progress_;
  Clock::time_point begin_ = Clock::now();
  std::optional<std::int64_t> before_;
};

bool is_missing(const SourceFile& file, const Path& target);

/// What of a listing a folder has not.
struct Missing {
  std::int64_t files = 0, bytes = 0;
};
Missing missing(const Listing& listing, const Path& target);

}  // namespace content
