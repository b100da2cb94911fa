#pragma once

#include "sync/origin.h"

#include <functional>
#include <string>
#include <vector>

namespace content {

/// Reads the array that `rclone lsjson` prints. Throws Failure when a path would leave its folder
/// or take a name of ours ("..*").
Listing read_listing(const std::string& lsjson);

/// Arguments of rclone for `include` and `exclude`. The first rule that fits a file decides.
std::vector<std::string> rclone_filters(const Source& source);

/// What rclone says, without the queries of URLs: they may have a signature.
std::string without_queries(const std::string& text);

class Rclone : public Origin {
 public:
  Rclone(Source source, std::stop_token stop)
      : source_(std::move(source)), stop_(std::move(stop)) {}

  /// Throws Failure (ModelEmpty when there is no file) and Stopped.
  Listing list() const override;
  /// Copies to the folder `target` all files that it has not: what is there is never written to.
  /// Throws Failure and Stopped.
  void copy(const Listing& listing, const Path& target, OnProgress on_progress,
            OnFile on_file) const override;

 private:
  using OnLine = std::function<void(const json::Json&)>;
  /// `on_line` gets what rclone logs.
  std::string operator()(const std::string& command, std::vector<std::string> options,
                         const OnLine& on_line = {}) const;

  Source source_;
  std::stop_token stop_;
};

}  // namespace content
