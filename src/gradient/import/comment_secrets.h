#pragma once

#include <set>
#include <string>
#include <string_view>

namespace gradient {

/// Tells comments that may show a secret, line by line, block by block. A guess that is on the safe
/// side: a commented-out password is one, and whatever stands at a value that import takes out, or
/// within the entry of env that has it.
class CommentSecrets {
 public:
  /// That `value` at `path` of the source becomes a Secret's.
  void add(const std::string& path, const std::string& value);

  /// Comments about `path` follow, which are read together.
  void begin_block(const std::string& path);
  bool may_show_one(std::string_view comment);

 private:
  bool shows_known_value(std::string_view text) const;
  bool has_secret_pair(std::string_view text);

  std::set<std::string> paths_, entries_, values_;
  bool is_at_secret_ = false;
  bool is_key_ = false;  ///< within the lines of a private key
  std::string name_;     ///< of the variable that a commented-out entry sets
};

}  // namespace gradient
