#pragma once

#include <functional>
#include <memory>
#include <string>

namespace kube {

/// Serves /metrics, /healthz (the process answers) and /readyz (`ready` says so) on `address`
/// ("host:port", ":8080", "[::1]:8080"; port 0: any) until destroyed. Throws std::runtime_error
/// naming the address when it cannot listen. `ready` is called on the server's threads.
class HealthServer {
 public:
  HealthServer(const std::string& address, const std::function<bool()>& ready);
  ~HealthServer();
  HealthServer(const HealthServer&) = delete;
  HealthServer& operator=(const HealthServer&) = delete;

  int port() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kube
