#include "json/problem.h"

#include "json/utf8.h"

#include <algorithm>

namespace json {
namespace {

constexpr std::size_t longest_name = 80;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

bool is_control(char c) {
  return (c >= 0 && c < ' ') || c == '\x7f';
}

/// A name for people: whole characters only, nothing that moves a terminal's cursor.
std::string shown(std::string_view name) {
  auto length = std::min(name.size(), longest_name);
  while (length > 0 && length < name.size() && continues_character(name[length]))
    --length;
  std::string out(name.substr(0, length));
  std::replace_if(out.begin(), out.end(), is_control, '?');
  if (length < name.size()) out += "...";
  return out;
}

}  // namespace

std::string element_path(std::string_view list, std::size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

std::string member_path(const std::string& mapping, std::string_view name) {
  const Path root;
  const auto step = root.member(name).text();
  return mapping.empty() || step.starts_with("[") ? mapping + step : mapping + "." + step;
}

std::string text(const Problem& problem) {
  return problem.path.empty() ? problem.message : problem.path + ": " + problem.message;
}

std::string text(const Problems& problems) {
  std::string all;
  for (const auto& problem : problems) {
    if (!all.empty()) all += "; ";
    all += text(problem);
  }
  return all;
}

Path Path::member(std::string_view name) const {
  Path path;
  path.parent_ = this;
  path.name_ = name;
  return path;
}

Path Path::element(std::size_t index) const {
  Path path;
  path.parent_ = this;
  path.index_ = index;
  path.name_ = {};
  return path;
}

std::string Path::text() const {
  if (parent_ == nullptr) return "";
  auto before = parent_->text();
  if (name_.data() == nullptr) return before + '[' + std::to_string(index_) + ']';
  const bool plain = !name_.empty() && name_.size() <= longest_name &&
                     std::all_of(name_.begin(), name_.end(), is_plain);
  if (!plain) return before + "[\"" + shown(name_) + "\"]";
  if (!before.empty()) before += '.';
  return before.append(name_);
}

void Report::add(const Path& path, std::string message) {
  if (problems_.size() < most) {
    problems_.push_back({path.text(), std::move(message)});
  } else {
    ++more_;
  }
}

Problems Report::take() && {
  if (more_ > 0) {
    problems_.push_back({"", "and " + std::to_string(more_) +
                                 (more_ == 1 ? " more problem" : " more problems") +
                                 "; correct these first"});
  }
  return std::move(problems_);
}

}  // namespace json
