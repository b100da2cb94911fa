#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace kube {

/// Cuts a stream of bytes into lines, wherever the network cut it into chunks. Pure.
class LineFramer {
 public:
  /// A line got longer than the limit: its beginning is lost, the stream is of no more use.
  struct TooLong : std::length_error {
    using std::length_error::length_error;
  };

  explicit LineFramer(std::size_t limit) : limit_(limit) {}

  /// Calls `on_line` for every line that `bytes` completes, without its newline (or CR and
  /// newline). Empty lines are left out. Throws TooLong and whatever `on_line` throws.
  void feed(std::string_view bytes, const std::function<void(std::string_view)>& on_line);

 private:
  void check(std::size_t length) const;

  std::size_t limit_;
  std::string begun_;  ///< the line that has not ended yet
};

}  // namespace kube
