#include "kube/http/response_head.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

namespace kube {
namespace {

constexpr int max_retry_after = 3600;

/// cpprest turns "refused" into "host unreachable" and passes resolver codes off as errno.
std::string connect_failure(int number) {
  if (number == EHOSTUNREACH) return "cannot connect: refused or unreachable";
  return "cannot connect: " + std::generic_category().message(number);
}

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

TransferFailure transfer_failure(std::string_view text, int number,
                                 const std::string& tls_failure) {
  using Cause = TransferFailure::Cause;
  if (text.starts_with("Error in SSL handshake")) {
    return {Cause::Unreachable,
            "the TLS handshake failed" + (tls_failure.empty() ? "" : ": " + tls_failure)};
  }
  if (text.starts_with("Error resolving") || text.starts_with("Failed to resolve")) {
    return {Cause::Unreachable, "the host name cannot be resolved"};
  }
  if (text.starts_with("Failed to connect")) return {Cause::Unreachable, connect_failure(number)};
  if (text.starts_with("Expected a 200 response from proxy") ||
      text.starts_with("Invalid HTTP status")) {
    return {Cause::Unreachable, std::string(text)};
  }
  return {Cause::Broken, "the connection broke (" + std::string(text) + ")"};
}

}  // namespace kube
