#include "kube/http/line_framer.h"

#include <utility>

namespace kube {
namespace {

void deliver(std::string_view line, const std::function<void(std::string_view)>& on_line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (!line.empty()) on_line(line);
}

}  // namespace

void LineFramer::feed(std::string_view bytes,
                      const std::function<void(std::string_view)>& on_line) {
  for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
    const auto piece = bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    check(begun_.size() + piece.size());
    if (begun_.empty()) {
      deliver(piece, on_line);
      continue;
    }
    const auto line = std::exchange(begun_, {}).append(piece);
    deliver(line, on_line);
  }
  check(begun_.size() + bytes.size());
  begun_ += bytes;
}

void LineFramer::check(std::size_t length) const {
  if (length > limit_) {
    throw TooLong("a line of the stream is longer than " + std::to_string(limit_) + " bytes");
  }
}

}  // namespace kube
