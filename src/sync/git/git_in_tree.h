#pragma once

#include "sync/git/git.h"
#include "sync/git/large_files.h"

namespace content {

/// `git -C TREE`, for a tree that is being made of a commit. All of it throws Failure and Stopped.
class GitInTree {
 public:
  GitInTree(const Git& git, Path tree, std::string commit)
      : git_(git), tree_(std::move(tree)), commit_(std::move(commit)) {}

  std::string operator()(std::vector<std::string> command) const;
  /// The same for Git::each_line(), with_input().
  void each_line(std::vector<std::string> command, const Git::OnLine& on_line) const;
  std::string with_input(std::vector<std::string> command, const std::string& input) const;
  /// The same with paths that are patterns.
  std::string with_patterns(std::vector<std::string> command) const;

  /// Makes the index know nothing but the names and objects of files that fit a pattern. Of a file
  /// that has another size than it knows, git would not look at the content.
  void forget_size_and_time(const char* pattern) const;

  /// Brings large files into the store: `git lfs fetch WHAT`.
  void fetch_large_files(const LargeFileStore& store, std::vector<std::string> what,
                         const std::vector<LargeFile>& files) const;

  const std::string& commit() const { return commit_; }
  const std::string& url() const { return git_.url(); }
  std::string told_url() const { return git_.told_url(); }

 private:
  const Git& git_;
  Path tree_;
  std::string commit_;
};

}  // namespace content
