#pragma once

#include <functional>
#include <memory>
#include <string>

namespace prometheus {
class Registry;
}

namespace kube {

/// The process's one registry, under controller-runtime's names. Safe to share between threads.
prometheus::Registry& registry();

void count_reconcile(const std::string& controller, const std::string& result, double seconds);
void count_request(const std::string& method, int code);
void set_queue_depth(const std::string& controller, double depth);
void count_queue_add(const std::string& controller);
void count_retry(const std::string& controller);
void set_active_workers(const std::string& controller, double count);
void count_watch_restart(const std::string& kind, const std::string& why);
void set_leader(const std::string& name, bool leader);

/// Serves /metrics, /healthz (the process answers) and /readyz (`ready` says so) on `address`
/// ("host:port", ":8080", "[::1]:8080") until destroyed. Throws std::runtime_error naming the
/// address when it cannot listen.
class HealthServer {
 public:
  HealthServer(const std::string& address, std::function<bool()> ready);
  ~HealthServer();
  HealthServer(const HealthServer&) = delete;
  HealthServer& operator=(const HealthServer&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kube
