#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace json {

/// That a document ends too early, and in which line.
struct CutOff {
  int line = 1;
  std::string message;
};

/// Whether the document that begins in line `first` of `text` is JSON, or flow style of YAML, that
/// is not closed where it ends. Asked about documents that could not be read: the parser
/// (yaml-cpp 0.7) takes half of one for a key.
std::optional<CutOff> cut_off(std::string_view text, int first);

/// Whether the text in quotes that begins at offset `begin` of `text` is not closed. The parser may
/// take the document's end for its own.
bool is_unclosed(std::string_view text, std::size_t begin);

}  // namespace json
