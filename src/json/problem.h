#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace json {

/// What is wrong with one place of a document, and what would be right.
struct Problem {
  std::string path;     ///< "spec.env[2].value"; empty for the document as a whole
  std::string message;  ///< "must be ...": never contains a value that could be secret
  bool operator==(const Problem&) const = default;
};

using Problems = std::vector<Problem>;

/// "spec.port: must be ...", or the message alone where there is no path.
std::string text(const Problem& problem);

/// All of them on one line, separated by "; ".
std::string text(const Problems& problems);

/// "spec.env[2]", of an element of a list.
std::string element_path(std::string_view list, std::size_t index);
/// "spec.env", of a member of a mapping; see Path::text().
std::string member_path(const std::string& mapping, std::string_view name);

/// A place in a document, made on the way down and written out only for a problem. It refers to
/// its parent and to the name it was made of: for the stack, not for keeping.
class Path {
 public:
  Path() = default;
  Path member(std::string_view name) const;
  Path element(std::size_t index) const;

  /// "spec.env[2].value". A name with other characters than letters, digits, '_' and '-' is
  /// written as ["name"]; a long one is cut and control characters are masked.
  std::string text() const;

 private:
  const Path* parent_ = nullptr;
  std::string_view name_;
  std::size_t index_ = 0;
};

/// Every problem of one document, bounded: what is too much is counted.
class Report {
 public:
  static constexpr std::size_t most = 50;

  void add(const Path& path, std::string message);
  bool empty() const { return problems_.empty(); }
  std::size_t size() const { return problems_.size() + more_; }

  /// In the order they were found; the last one says how many were left out.
  Problems take() &&;

 private:
  Problems problems_;
  std::size_t more_ = 0;
};

}  // namespace json
