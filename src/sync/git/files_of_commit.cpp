#include "sync/git/files_of_commit.h"

#include "sync/git/sparse_checkout.h"

#include <sstream>

namespace content {
namespace {

constexpr std::string_view mode_of_link = "120000";

/// The text before a blank; `line` becomes what follows.
std::string_view split_off(std::string_view& line) {
  const auto at = line.find(' ');
  const auto word = line.substr(0, at);
  line.remove_prefix(at + 1);
  return word;
}

}  // namespace

NeedOfFiles need_of_files(const GitInTree& git) {
  NeedOfFiles need;
  git.each_line(
      {"ls-tree", "-r", "-t", "--format=%(objectmode) %(objectsize) %(path)", git.commit()},
      [&](std::string_view line) {
        const auto mode = split_off(line);
        const auto size = split_off(line);
        if (size != "-") need.bytes += std::stoll(std::string(size));  // else not a file
        ++need.files;
        if (mode == mode_of_link && need.symbolic_link.empty()) need.symbolic_link = line;
      });
  return need;
}

NeedOfFiles need_of_chosen_files(const GitInTree& git) {
  NeedOfFiles need;
  std::string objects;
  for (const auto& file : chosen_files(git)) {
    objects += file.object + "\n";
    ++need.files;
    if (file.mode == mode_of_link && need.symbolic_link.empty()) need.symbolic_link = file.path;
  }
  std::istringstream sizes(git.with_input({"cat-file", "--batch-check=%(objectsize)"}, objects));
  for (std::int64_t size = 0; sizes >> size;)
    need.bytes += size;
  return need;
}

}  // namespace content
