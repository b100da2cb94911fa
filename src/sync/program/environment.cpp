#include "sync/program/environment.h"

#include "sync/report/failure.h"

#include <cstdlib>

namespace content {

std::vector<std::string> environment_for_programs(const std::vector<std::string>& more) {
  std::vector<std::string> names{"PATH",          "TMPDIR",     "http_proxy",    "https_proxy",
                                 "no_proxy",      "HTTP_PROXY", "HTTPS_PROXY",   "NO_PROXY",
                                 "all_proxy",     "ALL_PROXY",  "SSL_CERT_FILE", "SSL_CERT_DIR",
                                 "GIT_SSL_CAINFO"};
  names.insert(names.end(), more.begin(), more.end());
  std::vector<std::string> result;
  for (const auto& name : names) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing changes it while there are threads
    if (const auto* value = std::getenv(name.c_str()); value != nullptr)
      result.push_back(name + "=" + value);
  }
  return result;
}

void set_variables(std::vector<std::string>& environment,
                   const std::vector<std::string>& variables) {
  for (const auto& variable : variables) {
    const auto name = variable.substr(0, variable.find('=') + 1);
    std::erase_if(environment, [&](const std::string& other) { return other.starts_with(name); });
    environment.push_back(variable);
  }
}

std::filesystem::path temporary_folder() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing changes it while there are threads
  const auto* named = std::getenv("TMPDIR");
  const std::filesystem::path folder = named == nullptr ? "/tmp" : named;
  std::error_code error;
  if (std::filesystem::is_directory(folder, error)) return folder;
  throw Failure("SyncFailed",
                "the helper's folder for temporary files, \"" + folder.string() +
                    "\", is not there; it is the pod's own volume, which TMPDIR names",
                Failure::Kind::Transient);
}

}  // namespace content
