#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace kube {

using WriteText = std::function<void(std::string_view)>;

/// Serves /metrics, /healthz (the process answers) and /readyz (`ready` says so) on `address`
/// ("host:port", ":8080", "[::1]:8080"; port 0: any) until destroyed. Throws std::runtime_error
/// naming the address when it cannot listen.
class HealthServer {
 public:
  /// Both are called on the server's threads; `more_metrics` hands what stands behind the process's
  /// own metrics to its argument, piece by piece, which may wait for the client.
  HealthServer(const std::string& address, std::function<bool()> ready,
               std::function<void(const WriteText&)> more_metrics = {});
  ~HealthServer();
  HealthServer(const HealthServer&) = delete;
  HealthServer& operator=(const HealthServer&) = delete;

  int port() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kube
