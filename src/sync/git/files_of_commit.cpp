#include "sync/git/files_of_commit.h"

#include "sync/git/sparse_checkout.h"

#include <algorithm>
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

/// Adds up what git lists.
class Counter {
 public:
  Counter(std::string subject, const Allowance& allowance)
      : subject_(std::move(subject)), allowance_(allowance) {}

  void add(std::string_view mode, std::string_view path) {
    ++need_.room.files;
    if (mode == mode_of_link && need_.symbolic_link.empty()) need_.symbolic_link = path;
    require_files(allowance_.limits, subject_,
                  static_cast<std::int64_t>(allowance_.used.files + need_.room.files));
    require_depth(allowance_.limits, subject_,
                  allowance_.depth + 1 + std::count(path.begin(), path.end(), '/'));
  }
  void add_bytes(std::int64_t bytes) {
    need_.room.bytes += bytes;
    require_bytes(allowance_.limits, subject_, allowance_.used.bytes + need_.room.bytes);
  }
  NeedOfFiles need() && { return std::move(need_); }

 private:
  std::string subject_;
  const Allowance& allowance_;
  NeedOfFiles need_;
};

}  // namespace

NeedOfFiles need_of_files(const GitInTree& git, const Allowance& allowance) {
  Counter counter(git.told_url(), allowance);
  git.each_line(
      {"ls-tree", "-r", "-t", "--format=%(objectmode) %(objectsize) %(path)", git.commit()},
      [&](std::string_view line) {
        const auto mode = split_off(line);
        const auto size = split_off(line);
        counter.add(mode, line);
        if (size != "-") counter.add_bytes(std::stoll(std::string(size)));  // else not a file
      });
  return std::move(counter).need();
}

NeedOfFiles need_of_chosen_files(const GitInTree& git, const Allowance& allowance) {
  Counter counter(git.told_url(), allowance);
  std::string objects;
  for (const auto& file : chosen_files(git)) {
    objects += file.object + "\n";
    counter.add(file.mode, file.path);
  }
  std::istringstream sizes(git.with_input({"cat-file", "--batch-check=%(objectsize)"}, objects));
  for (std::int64_t size = 0; sizes >> size;)
    counter.add_bytes(size);
  return std::move(counter).need();
}

void require_countable(const GitInTree& git, const Allowance& allowance) {
  Counter counter(git.told_url(), allowance);
  git.each_line({"ls-tree", "-r", "-t", "--format=%(objectmode) %(path)", git.commit()},
                [&](std::string_view line) {
                  const auto mode = split_off(line);
                  counter.add(mode, line);
                });
}

}  // namespace content
