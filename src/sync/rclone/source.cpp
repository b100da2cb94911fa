#include "sync/rclone/source.h"

#include "json/json.h"

#include <climits>

#include <algorithm>

namespace content {
namespace {

/// Such a part of a path leads elsewhere, or has a name that a model's folder has for itself.
bool is_refused(std::string_view part) {
  return part.empty() || part == "." || part.starts_with("..");
}

}  // namespace

bool is_web(const Source& source) {
  return source.url.starts_with("http");
}

std::string url_for_messages(const Source& source) {
  return is_web(source) ? source.url.substr(0, source.url.find('?')) : source.url;
}

std::string percent_decoded(std::string_view text) {
  const auto digit = [](char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    return digits.find(static_cast<char>(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c));
  };
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) != std::string_view::npos &&
        digit(text[i + 2]) != std::string_view::npos) {
      result += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

void check_path(const std::string& path) {
  // The listing that a digest is of has a file a line.
  if (path.find('\n') != std::string::npos)
    throw refused_path(path, "which has a newline in its name");
  for (std::size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    const auto part = std::string_view(path).substr(begin, end - begin);
    if (is_refused(part)) {
      throw refused_path(path,
                         "which cannot be a file here: no part of a name may be empty, \".\" or "
                         "begin with \"..\"");
    }
    if (part.size() > NAME_MAX) {
      throw refused_path(path, "of whose name a part has more than " + std::to_string(NAME_MAX) +
                                   " bytes, which no volume takes");
    }
    begin = end + 1;
  }
}

std::string quoted_path(const std::string& path) {
  constexpr std::size_t longest = 200;
  return json::text(json::Json(path.substr(0, longest)));
}

std::string quoted_paths(const std::vector<std::string>& paths) {
  constexpr std::size_t most = 10;
  std::string text;
  for (std::size_t i = 0; i < std::min(paths.size(), most); ++i)
    text += (i > 0 ? ", " : "") + quoted_path(paths[i]);
  return paths.size() > most ? text + " and " + std::to_string(paths.size() - most) + " more"
                             : text;
}

Failure refused_path(const std::string& path, const std::string& why) {
  return {"ModelSourceRefused", "the source has " + quoted_path(path) + ", " + why +
                                    "; rename it, or leave it out by source.exclude"};
}

}  // namespace content
