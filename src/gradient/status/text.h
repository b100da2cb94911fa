#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Words of others (kubelet, scheduler, runtime) made fit for a one-line message.
namespace gradient::diagnosis {

/// One line of at most `most` bytes, cut between characters. Wrappers of gRPC are dropped, and the
/// query of a URL: registries hand out signed ones.
std::string excerpt(std::string_view text, std::size_t most = 500);

/// Whether `text` has one of the `parts`, letter case ignored. Parts are lower case.
bool has(std::string_view text, std::string_view part);
template <class Parts>
bool has_any(std::string_view text, const Parts& parts) {
  for (const std::string_view part : parts) {
    if (has(text, part)) return true;
  }
  return false;
}

/// What stands between the first two double quotes; empty without them.
std::string in_quotes(std::string_view text);

/// "1 pod", "2 pods".
std::string counted(std::int64_t count, std::string_view noun);

}  // namespace gradient::diagnosis
