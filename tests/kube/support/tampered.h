#pragma once

#include "support/blocking_transport.h"

#include <functional>

namespace kube {

/// Passes on what `before` makes of a request; it may throw instead.
class Tampered final : public BlockingTransport {
 public:
  using Before = std::function<Request(Request)>;
  Tampered(Transport& inner, Before before) : inner_(inner), before_(std::move(before)) {}

  Response send(const Request& request, const std::stop_token& stop,
                std::chrono::milliseconds total) override {
    return inner_.send(before_(request), stop, total);
  }
  Response stream(const Request& request, const std::function<void(std::string_view)>& on_line,
                  const std::stop_token& stop, std::chrono::milliseconds idle) override {
    return inner_.stream(before_(request), on_line, stop, idle);
  }

 private:
  Transport& inner_;
  Before before_;
};

inline bool is_watch(const Request& request) {
  return !request.query.empty() && request.query.front().first == "watch";
}

inline void set_version(Request& request, const std::string& version) {
  for (auto& [name, value] : request.query) {
    if (name == "resourceVersion") value = version;
  }
}

}  // namespace kube
