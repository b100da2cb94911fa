#include "sync/environment.h"

#include <array>
#include <cstdlib>

namespace content {

std::vector<std::string> environment_for_programs() {
  constexpr std::array names{"PATH",          "TMPDIR",     "http_proxy",    "https_proxy",
                             "no_proxy",      "HTTP_PROXY", "HTTPS_PROXY",   "NO_PROXY",
                             "all_proxy",     "ALL_PROXY",  "SSL_CERT_FILE", "SSL_CERT_DIR",
                             "GIT_SSL_CAINFO"};
  std::vector<std::string> result;
  for (const auto* name : names) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing changes it while there are threads
    if (const auto* value = std::getenv(name); value != nullptr)
      result.push_back(std::string(name) + "=" + value);
  }
  return result;
}

}  // namespace content
