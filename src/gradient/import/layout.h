#pragma once

#include "gradient/import/comment_secrets.h"
#include "json/commented.h"
#include "json/comments.h"
#include "json/place.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace gradient {

/// Gives an object of ours the layout of the spec that it was made of: keys in the order of the
/// source, and the comments of the source at what they are about.
class Layout {
 public:
  /// The path in the source of a path in our object.
  using Origin = std::function<std::string(const std::string& ours)>;

  /// `source` must outlive the layout.
  Layout(const json::Place& source, Origin origin) : source_(source), origin_(std::move(origin)) {}

  /// `value`, which is at `path` of our object, with the members of its mappings in the order of
  /// the source; those that the source does not have are the last.
  json::Json in_order(const json::Json& value, const std::string& path);

  /// That `ours` comes from `written` of the source, beside what in_order() has seen.
  void add(const std::string& written, const std::string& ours) { made_.emplace(written, ours); }

  /// The path in our object of the closest thing to `written` that it has.
  std::string ours(std::string written) const;

  /// The comments at what in_order() and add() know. One about something that our object does not
  /// have is above the closest that it has, and says what it was about. Of one that may show a
  /// secret there is only a word that it is left out.
  std::vector<json::Note> notes(const std::vector<json::Comment>& comments,
                                CommentSecrets secrets) const;

 private:
  const json::Place& source_;
  Origin origin_;
  std::map<std::string, std::string> made_{{"", ""}};  ///< path of the source -> ours
};

}  // namespace gradient
