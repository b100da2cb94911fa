#include "sync/report/retry_after.h"

#include "base/ascii.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <sstream>
#include <string>

namespace content {
namespace {

using std::chrono::seconds;

constexpr seconds longest = std::chrono::hours(1);

/// Of "Sun, 06 Nov 1994 08:49:37 GMT".
std::optional<std::chrono::system_clock::time_point> read_date(const std::string& text) {
  std::tm parts{};
  if (strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) == nullptr) return {};
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

}  // namespace

std::optional<seconds> retry_after(std::string_view headers) {
  constexpr std::string_view name = "retry-after:";
  const auto at = base::lower(std::string(headers)).rfind(name);
  if (at == std::string::npos) return {};
  auto value = headers.substr(at + name.size());
  value = value.substr(0, value.find_first_of("\r\n"));
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  if (const auto date = read_date(std::string(value))) {
    const auto left = std::chrono::ceil<seconds>(*date - std::chrono::system_clock::now());
    return std::clamp(left, seconds(0), longest);
  }
  std::uint32_t count = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
  if (end == value.data()) return {};
  return error == std::errc() ? std::min(seconds(count), longest) : longest;
}

Failure with_retry_after(Failure failure, std::string_view headers) {
  const bool is_servers = failure.reason == "ServerBusy" || failure.reason == "ServerFailed";
  if (is_servers) failure.retry_after = retry_after(headers);
  return failure;
}

}  // namespace content
