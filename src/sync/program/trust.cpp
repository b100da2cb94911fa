#include "sync/program/trust.h"

#include "base/files.h"
#include "sync/program/environment.h"

#include <cstdlib>

namespace content {
namespace {

/// Where Debian has what its package ca-certificates brings.
constexpr const char* system_bundle = "/etc/ssl/certs/ca-certificates.crt";
constexpr std::size_t largest_bundle = 16U << 20U;

std::string variable(const char* name) {
  const auto* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): no threads yet
  return value == nullptr ? "" : value;
}

void set(const char* name, const Path& file) {
  setenv(name, file.c_str(), 1);  // NOLINT(concurrency-mt-unsafe): no threads yet
}

}  // namespace

TrustedAuthorities::TrustedAuthorities() {
  const auto added = variable("GRADIENT_CA_BUNDLE");
  if (added.empty()) return;
  const auto named = variable("SSL_CERT_FILE");
  const Path system = named.empty() ? system_bundle : named;
  folder_ = std::make_unique<TemporaryFolder>(temporary_folder(), "ca-");
  const auto file = folder_->path() / "bundle.pem";
  const auto known =
      std::filesystem::exists(system) ? base::read_file(system, largest_bundle) + "\n" : "";
  write_file(file, known + added + "\n");
  set("SSL_CERT_FILE", file);   // rclone, git-lfs
  set("GIT_SSL_CAINFO", file);  // git
}

}  // namespace content
