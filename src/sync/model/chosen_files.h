#pragma once

#include "sync/git/parts.h"
#include "sync/rclone/source.h"

#include <set>
#include <stop_token>
#include <string>
#include <vector>

/// Which files of a repository a source's include and exclude let through.
namespace content {

/// As a ChooseFiles. A submodule is chosen unless `exclude` fits all that may be in it.
class ChosenFiles {
 public:
  ChosenFiles(Source source, std::stop_token stop);

  /// Whether there are patterns at all.
  bool is_needed() const;
  /// To be called for the repository first. Throws Failure as require_fit() does, when that is to
  /// have no submodule, and Stopped.
  std::set<std::string> operator()(const std::vector<std::string>& paths);
  /// Throws Failure when a pattern of `include` has fitted no file (GitPathNotFound), or none was
  /// chosen (ModelEmpty).
  void require_fit() const;

  /// Settings of git-lfs that a checkout has although they were not chosen.
  const std::vector<std::string>& unwanted_settings() const { return settings_; }

 private:
  void note_fit(const std::vector<std::string>& files);

  Source source_;
  std::stop_token stop_;
  std::set<std::string> unfit_;  ///< patterns
  bool is_top_ = true;           ///< what is asked about next is the repository itself
  bool has_files_ = false;
  std::vector<std::string> settings_;
};

}  // namespace content
