#include "kube/http/response_head.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace kube {
namespace {

constexpr int max_retry_after = 3600;

}  // namespace

int retry_after_seconds(std::string_view header) {
  int seconds = 0;
  const auto* end = header.data() + header.size();
  const auto parsed = std::from_chars(header.data(), end, seconds);
  if (parsed.ec != std::errc() || parsed.ptr != end) return 0;
  return std::clamp(seconds, 0, max_retry_after);
}

std::vector<std::string> warning_texts(std::string_view header) {
  std::vector<std::string> texts;
  std::string text;
  bool quoted = false;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const char c = header[i];
    if (!quoted) {
      quoted = c == '"';
    } else if (c == '"') {
      texts.push_back(std::exchange(text, {}));
      quoted = false;
    } else {
      const bool escaped = c == '\\' && i + 1 < header.size();
      text += escaped ? header[++i] : c;
    }
  }
  return texts;
}

}  // namespace kube
