#pragma once

#include "json/json.h"
#include "sync/failure.h"

#include <chrono>
#include <filesystem>
#include <mutex>
#include <string>

namespace content {

/// What the operator hears: JSON lines on standard output, and one object in the termination
/// message. On a terminal the lines of progress are a bar instead. Safe to share between threads.
class Report {
 public:
  /// `subject` is {"repository": NAME} or {"model": NAME} and is part of everything said.
  /// `budget` bounds the termination message, in bytes: the kubelet cuts the messages of all
  /// containers of a pod at 12 KiB together.
  Report(std::filesystem::path termination_log, std::size_t budget, json::Json subject);

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

/// Logs how far a transfer is, every two seconds at most: {"event":"progress", "bytes", and
/// "total", "rate" (bytes a second) and "eta" (seconds) where they are known}. Not for several
/// threads.
class ProgressLines {
 public:
  explicit ProgressLines(Report& report) : report_(report) {}
  void operator()(std::int64_t bytes);
  void operator()(const json::Json& fields);

 private:
  Report& report_;
  std::chrono::steady_clock::time_point next_{};
};

/// `fields` as JSON text of at most `budget` bytes: "message" is shortened, at a character's
/// boundary, and nothing else.
std::string within_budget(json::Json fields, std::size_t budget);

}  // namespace content
