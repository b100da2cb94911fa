#include "sync/git/git_in_tree.h"

#include "sync/git/large_file_settings.h"

namespace content {

std::string GitInTree::operator()(std::vector<std::string> command) const {
  command.insert(command.begin(), "--literal-pathspecs");
  return with_patterns(std::move(command));
}

void GitInTree::each_line(std::vector<std::string> command, const Git::OnLine& on_line) const {
  command.insert(command.begin(), {"-C", tree_.string(), "--literal-pathspecs"});
  git_.each_line(std::move(command), on_line);
}

std::string GitInTree::with_input(std::vector<std::string> command,
                                  const std::string& input) const {
  command.insert(command.begin(), {"-C", tree_.string(), "--literal-pathspecs"});
  return git_.with_input(std::move(command), input);
}

std::string GitInTree::with_patterns(std::vector<std::string> command) const {
  command.insert(command.begin(), {"-C", tree_.string()});
  return git_(std::move(command));
}

void GitInTree::forget_size_and_time(const char* pattern) const {
  std::string entries;
  // "H MODE OBJECT STAGE<tab>PATH"; "S ..." of one that a sparse checkout has not, and must not get
  for (const auto& line :
       lines_of(with_patterns({"ls-files", "-z", "-t", "--stage", "--", pattern}), '\0'))
    if (!line.starts_with("S ")) entries += line.substr(2) + '\0';
  with_input({"update-index", "-z", "--index-info"}, entries);
}

void GitInTree::fetch_large_files(const LargeFileStore& store, std::vector<std::string> what,
                                  const std::vector<LargeFile>& files) const {
  what.insert(what.begin(),
              {"-C", tree_.string(), "-c", "lfs.storage=" + store.path().string(), "lfs", "fetch"});
  try {
    git_.transfer_large_files(std::move(what), files);
  } catch (const Failure& failure) {
    throw with_server_of_settings(failure, git_, tree_);
  }
}

}  // namespace content
