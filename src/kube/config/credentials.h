#pragma once

#include "kube/clock.h"
#include "kube/config/config.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace kube {

/// What a request proves with who we are.
struct Proof {
  std::string authorization;      ///< value of the header; empty: none
  ClientCertificate certificate;  ///< from a credential plugin
  std::uint64_t version = 0;      ///< moves when one of the above changes
};

/// Keeps the proof fresh: token files are read again every minute, plugins asked again when what
/// they gave expires. When that fails, the former proof stays in use as long as there is one.
/// Safe to share between threads.
class Credentials {
 public:
  explicit Credentials(ClusterConfig config,
                       std::shared_ptr<const Clock> clock = std::make_shared<SteadyClock>())
      : config_(std::move(config)), clock_(std::move(clock)) {}

  /// May read a file or run a plugin. Throws ConfigError when there is no proof to be had.
  std::shared_ptr<const Proof> proof();
  /// After a 401 for the proof of that version: true when there is a newer one to try.
  bool refresh(std::uint64_t version);

 private:
  bool is_renewable() const;
  bool is_due() const;
  void renew();
  Proof fresh_proof();

  const ClusterConfig config_;
  const std::shared_ptr<const Clock> clock_;
  std::mutex mutex_;  ///< held while a plugin runs: the others wait for its result
  std::shared_ptr<const Proof> proof_;
  Clock::TimePoint due_;
};

}  // namespace kube
