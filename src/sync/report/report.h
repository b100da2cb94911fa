#pragma once

#include "json/json.h"
#include "sync/report/failure.h"

#include <chrono>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

namespace content {

/// A structured log and the termination message: JSON lines on standard output, of which the
/// operator reads the last one, and one JSON object in the file that the kubelet copies into the
/// container's status. On a terminal the lines of progress are a bar instead. Safe to share between
/// threads.
class Reporter {
 public:
  /// `subject` is {"repository": NAME} or {"model": NAME} and is part of everything said.
  /// `budget` bounds the termination message, in bytes: the kubelet cuts the messages of all
  /// containers of a pod at 12 KiB together.
  Reporter(std::filesystem::path termination_log, std::size_t budget, json::Json subject);

  void log(const std::string& level, const std::string& event, const json::Json& fields);

  void succeeded(const json::Json& fields);
  void failed(const Failure& failure);

 private:
  void terminate(const json::Json& message);

  std::filesystem::path termination_log_;
  std::size_t budget_;
  json::Json subject_;
  std::mutex mutex_;
};

/// Bytes a second: an exponential moving average.
class Rate {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// `bytes`: that have come until now; when they are fewer than before, another transfer has
  /// begun. Empty until two numbers of a transfer are known.
  std::optional<std::int64_t> add(Time now, std::int64_t bytes);

 private:
  struct Sample {
    Time time;
    std::int64_t bytes;
  };
  std::optional<Sample> last_;
  std::optional<double> rate_;
};

/// {"bytes", and "total" where it is known} with "rate" (bytes a second) and "eta" (seconds).
json::Json with_rate(json::Json fields, std::int64_t rate);

/// Logs how far a transfer is, every two seconds at most: {"event":"progress", "bytes", "rate"
/// (bytes a second) and, where they are known, "total" and "eta" (seconds)}. Computes the rate when
/// it is not told. Not for several threads.
class ProgressLines {
 public:
  explicit ProgressLines(Reporter& report) : report_(report) {}
  /// {"bytes", and "total", "rate", "eta" where they are known}
  void operator()(const json::Json& fields);

 private:
  Reporter& report_;
  Rate::Time next_{};
  Rate rate_;
};

/// `fields` as JSON text of at most `budget` bytes: "message" is shortened, at a character's
/// boundary, and nothing else.
std::string within_budget(json::Json fields, std::size_t budget);

}  // namespace content
