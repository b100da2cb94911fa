#pragma once

#include "sync/rclone/source.h"

#include <regex>
#include <string>
#include <vector>

namespace content {

/// The source's `include` and `exclude` as rclone reads them (https://rclone.org/filtering), for
/// files that another program lists.
class FileFilter {
 public:
  /// Throws Failure, as rclone's, when a pattern cannot be read.
  explicit FileFilter(const Source& source);

  /// `path`: from the source's folder, with slashes.
  bool lets_through(const std::string& path) const;
  bool is_empty() const { return include_.empty() && exclude_.empty(); }

 private:
  std::vector<std::regex> include_, exclude_;
};

/// The regular expression, of ECMAScript and of Go alike, that a pattern stands for. Throws
/// Failure.
std::string regex_of(const std::string& pattern);

}  // namespace content
