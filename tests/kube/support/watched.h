#pragma once

#include "kube/cache/watch.h"
#include "kube/cache/watch_runner.h"
#include "kube/support/own_namespace.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace kube {

/// The ConfigMaps of a namespace as a Watch sees them, on a thread of its own.
class Watched {
 public:
  Watched(Client& client, const std::string& ns, Watch::OnChange on_change = {})
      : watch_(client, store_, clock_, {.kind = config_maps, .ns = ns, .selector = {}},
               [this, on_change](const Key& key, const Json& object) {
                 if (on_change) on_change(key, object);
                 const std::lock_guard lock(mutex_);
                 changed_.notify_all();
               }),
        runner_(client.transport(), clock_),
        thread_([this](const std::stop_token& stop) {
          runner_.add(watch_);
          runner_.run(stop);
        }) {}

  Store& store() { return store_; }

  /// Waits until the object has this value, or is gone ("none"); fails the test after a minute.
  void await(const Key& key, const std::string& value) {
    std::unique_lock lock(mutex_);
    const bool happened =
        changed_.wait_for(lock, std::chrono::minutes(1), [&] { return value_of(key) == value; });
    INFO(to_string(key) << " is " << value_of(key) << " instead of " << value);
    REQUIRE(happened);
  }

 private:
  std::string value_of(const Key& key) const {
    const auto object = store_.find(key);
    return object ? json::string_at(*object, {"data", "value"}) : "none";
  }

  SteadyClock clock_;
  Store store_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Watch watch_;
  WatchRunner runner_;
  std::jthread thread_;
};

}  // namespace kube
