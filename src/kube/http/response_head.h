#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kube {

/// Status and headers of an HTTP response, as far as they are looked at.
struct Head {
  int status = 0;
  int retry_after_seconds = 0;
  std::vector<std::string> warnings{};
};

/// Why no (whole) response came.
struct TransferFailure {
  enum class Cause {
    Unreachable,  ///< no connection, or no trust in it
    Broken,       ///< the connection broke on the way
    Unusable,     ///< what came cannot be used
  };
  Cause cause = Cause::Broken;
  std::string text;
};

/// Seconds in a Retry-After header, at most an hour; 0 when it is a date or nonsense.
int retry_after_seconds(std::string_view header);

/// The texts in a Warning header ("299 - \"text\", 299 - \"text\"").
std::vector<std::string> warning_texts(std::string_view header);

}  // namespace kube
