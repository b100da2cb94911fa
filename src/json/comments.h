#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace json {

/// A comment in a text of YAML, which the parser passes over.
struct Comment {
  int line = 1;
  std::size_t column = 0;  ///< of the '#', from 0
  bool is_alone = true;    ///< nothing else is in its line
  std::string text;        ///< from the '#' to the end of the line
  /// The next line of the same document that holds anything else, and where that begins; 0: none.
  int next_line = 0;
  std::size_t next_column = 0;
};

/// The comments of `text`, which parse_yaml() takes, in order.
std::vector<Comment> comments_of(std::string_view text);

}  // namespace json
