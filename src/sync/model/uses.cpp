#include "sync/model/uses.h"

#include <cstdio>
#include <sstream>

namespace content {
namespace {

namespace fs = std::filesystem;

constexpr const char* folder_of_marks = "..uses";
constexpr const char* list_file = "revisions";
constexpr std::size_t longest_list = 1U << 20U;
constexpr int renewals_of_claims = 6;

std::set<std::string> read_list(const Path& mark) {
  std::istringstream lines(read_regular_file(mark / list_file, longest_list));
  std::set<std::string> names;
  for (std::string line; std::getline(lines, line);)
    names.insert(line);
  return names;
}

bool is_of_this_container(const Owner& owner) {
  const auto& us = this_process();
  return !us.uid.empty() && owner.uid == us.uid && owner.container == us.container;
}

/// Whose file system client is ours, too.
bool is_of_this_host(const Owner& owner) {
  const auto& us = this_process();
  return owner.process == us.process ||
         (!us.node.empty() && owner.node == us.node && !us.boot.empty() && owner.boot == us.boot);
}

}  // namespace

std::chrono::milliseconds Uses::interval() {
  return renewals_of_claims * this_process().renewal;
}

Uses::Uses(const Layout& layout)
    : layout_(layout), folder_(layout.path() / folder_of_marks), before_(layout.revisions()) {
  before_.erase(layout.current_revision().filename().string());
  std::error_code none;
  for (const auto& mark : true_folders_in(folder_, none)) {
    const auto owner = owner_of(mark);
    if (owner && is_of_this_container(*owner)) used_.merge(read_list(mark));
  }
}

void Uses::mark() {
  const auto current = layout_.current_revision().filename().string();
  before_.erase(current);
  std::set<std::string> used;
  for (const auto& revision : layout_.revisions())
    if (used_.contains(revision) || !before_.contains(revision)) used.insert(revision);
  const bool has_mark = mark_ && mark_->is_ours();
  if (has_mark && used == used_) return;
  used_ = used;
  if (!has_mark) {
    mark_.reset();
    mark_ = std::make_unique<Claim>(own_folder(layout_.path(), folder_of_marks), "", interval());
  }
  write_list(used);
}

/// A reader sees the old list or the new one.
void Uses::write_list(const std::set<std::string>& revisions) {
  std::string text;
  for (const auto& revision : revisions)
    text += revision + "\n";
  const auto beside = mark_->path() / (std::string(list_file) + ".new");
  write_file(beside, text);
  if (std::rename(beside.c_str(), (mark_->path() / list_file).c_str()) != 0) volume_trouble(beside);
}

std::set<Path> Uses::find_others() {
  // Written to, so that an NFS client asks the server anew for what is in it.
  touch(folder_);
  std::error_code none;
  auto found = true_folders_in(folder_, none);
  if (mark_) found.erase(mark_->path());
  std::erase_if(others_, [&](const auto& other) { return !found.contains(other.first); });
  return found;
}

Uses::Marks Uses::of_others(const std::stop_token& stop) {
  return look(true, stop);
}

Uses::Marks Uses::of_unknown(const std::stop_token& stop) {
  return look(false, stop);
}

Uses::Marks Uses::look(bool at_all, const std::stop_token& stop) {
  Marks marks;
  for (const auto& folder : find_others()) {
    auto& other = others_.try_emplace(folder, folder).first->second;
    if (!at_all && other.life == Life::Alive) continue;
    other.life = other.watch.look();
    const auto& owner = other.watch.owner();
    if (other.life == Life::Dead && mark_) {
      Removal ignored;
      if (const auto moved = move_away(folder, owner)) remove_tree(*moved, ignored, stop);
      continue;
    }
    if (other.life == Life::Unknown) marks.are_known = false;
    if (owner && is_of_this_host(*owner)) continue;
    auto list = read_list(folder);
    if (list.empty()) marks.all_are_used = true;
    marks.used.merge(list);
  }
  return marks;
}

}  // namespace content
