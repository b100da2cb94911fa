#pragma once

#include "kube/clock.h"
#include "kube/config/config.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace kube {

/// What authenticates a request.
struct RequestCredentials {
  std::string authorization;      ///< value of the header; empty: none
  ClientCertificate certificate;  ///< from a credential plugin
  std::uint64_t version = 0;      ///< moves when one of the above changes
};

/// The user of a kubeconfig, or the pod's service account: keeps its credentials fresh. Token files
/// are read again every minute, as client-go does (the kubelet renews them); plugins run again when
/// what they gave expires. When that fails, the former credentials stay in use as long as there are
/// any. Safe to share between threads.
class Credentials {
 public:
  explicit Credentials(ClusterConfig config,
                       std::shared_ptr<const Clock> clock = std::make_shared<SteadyClock>())
      : config_(std::move(config)), clock_(std::move(clock)) {}

  /// May read a file or run a plugin. Throws ConfigError when there are none to be had.
  std::shared_ptr<const RequestCredentials> current();
  /// After a 401 for the credentials of that version: true when there are newer ones to try.
  bool refresh(std::uint64_t version);

 private:
  bool is_renewable() const;
  bool is_due() const;
  void renew();
  RequestCredentials fresh_credentials();

  const ClusterConfig config_;
  const std::shared_ptr<const Clock> clock_;
  std::mutex mutex_;  ///< held while a plugin runs: the others wait for its result
  std::shared_ptr<const RequestCredentials> current_;
  Clock::TimePoint due_;
};

}  // namespace kube
