#include "sync/rclone/file_filter.h"

#include "sync/report/failure.h"
#include "sync/report/failure_rules.h"

#include <algorithm>

namespace content {
namespace {

[[noreturn]] void refuse() {
  throw Failure("ModelSourceRefused", std::string(message::wrong_pattern));
}

/// As rclone's fs/filter/glob.go, without what it has for {{regular expressions}} alone.
class Translation {
 public:
  explicit Translation(std::string_view pattern) : rest_(pattern) {}

  std::string run() {
    const bool is_from_top = rest_.starts_with('/');
    if (is_from_top) rest_.remove_prefix(1);
    result_ = is_from_top ? "^" : "(^|/)";
    while (!rest_.empty())
      take();
    if (depth_ > 0) refuse();
    return result_ + "$";
  }

 private:
  void take() {
    const char c = rest_.front();
    if (rest_.starts_with("{{")) return take_expression();
    if (c == '*') return take_stars();
    if (c == '[') return take_set();
    rest_.remove_prefix(1);
    if (c == '\\') {
      if (rest_.empty()) refuse();
      result_ += c;
      result_ += rest_.front();
      rest_.remove_prefix(1);
    } else if (c == '?') {
      result_ += "[^/]";
    } else if (c == '{') {
      ++depth_;
      result_ += '(';
    } else if (c == '}') {
      if (depth_-- == 0) refuse();
      result_ += ')';
    } else if (c == ',' && depth_ > 0) {
      result_ += '|';
    } else if (c == ']') {
      refuse();
    } else {
      if (std::string_view(".+()|^$").find(c) != std::string_view::npos) result_ += '\\';
      result_ += c;
    }
  }

  void take_stars() {
    const auto count = std::min(rest_.find_first_not_of('*'), rest_.size());
    if (count > 2) refuse();
    result_ += count == 2 ? ".*" : "[^/]*";
    rest_.remove_prefix(count);
  }

  void take_set() {
    const bool is_other = rest_.size() > 1 && (rest_[1] == '!' || rest_[1] == '^');
    const auto begin = is_other ? 2U : 1U;
    const auto end = rest_.find(']', begin);
    if (end == std::string_view::npos || end == begin) refuse();
    result_ += is_other ? "[^/" : "[";
    result_ += rest_.substr(begin, end - begin);
    result_ += ']';
    rest_.remove_prefix(end + 1);
  }

  void take_expression() {
    const auto end = rest_.find("}}");
    if (end == std::string_view::npos) refuse();
    result_ += "(" + std::string(rest_.substr(2, end - 2)) + ")";
    rest_.remove_prefix(end + 2);
  }

  std::string_view rest_;
  std::string result_;
  int depth_ = 0;
};

std::vector<std::regex> compiled(const std::vector<std::string>& patterns, bool excludes) {
  std::vector<std::regex> result;
  for (auto pattern : patterns) {
    if (pattern.ends_with('/')) {
      if (!excludes) continue;  // a folder itself, which is no file
      pattern += "**";
    }
    try {
      result.emplace_back(regex_of(pattern));
    } catch (const std::regex_error&) {
      refuse();
    }
  }
  return result;
}

bool any_fits(const std::vector<std::regex>& patterns, const std::string& path) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::regex& pattern) { return std::regex_search(path, pattern); });
}

}  // namespace

std::string regex_of(const std::string& pattern) {
  return Translation(pattern).run();
}

FileFilter::FileFilter(const Source& source)
    : include_(compiled(source.include, false)), exclude_(compiled(source.exclude, true)) {
  // Nothing is let through by an `include` of which nothing is left.
  if (!source.include.empty() && include_.empty()) include_.emplace_back("$^");
}

bool FileFilter::lets_through(const std::string& path) const {
  return !any_fits(exclude_, path) && (include_.empty() || any_fits(include_, path));
}

}  // namespace content
