#include "sync/git/git_in_tree.h"

#include "sync/git/large_file_settings.h"

namespace content {

std::string GitInTree::operator()(std::vector<std::string> command) const {
  command.insert(command.begin(), "--literal-pathspecs");
  return with_patterns(std::move(command));
}

std::string GitInTree::with_patterns(std::vector<std::string> command) const {
  command.insert(command.begin(), {"-C", tree_.string()});
  return git_(std::move(command));
}

void GitInTree::forget_size_and_time(const char* pattern) const {
  git_.with_input({"-C", tree_.string(), "update-index", "-z", "--index-info"},
                  with_patterns({"ls-files", "--stage", "-z", "--", pattern}));
}

void GitInTree::fetch_large_files(const LargeFileStore& store, std::int64_t total) const {
  try {
    git_.transfer_large_files({"-C", tree_.string(), "-c", "lfs.storage=" + store.path().string(),
                               "lfs", "fetch", "origin", commit_},
                              total);
  } catch (const Failure& failure) {
    throw with_server_of_settings(failure, git_, tree_);
  }
}

}  // namespace content
