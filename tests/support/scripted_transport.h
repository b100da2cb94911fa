#pragma once

#include "support/blocking_transport.h"

#include <catch2/catch.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

/// One request that a test expects, and what comes back. Built by chaining.
struct Exchange {
  std::string line;  ///< "GET /api/v1/namespaces/ns/pods/a?x=y"; a '*' at the end: any rest
  std::string body;  ///< JSON text the request's body must equal; empty: not looked at
  kube::Response response = success();
  std::vector<std::string> lines;                    ///< of a stream, before it ends
  std::string transport_error;                       ///< instead of a response, or after the lines
  std::function<void(const kube::Request&)> action;  ///< runs before the answer
  std::function<kube::Response(const kube::Request&)> make_response;  ///< instead of `response`
  bool hangs = false;  ///< until release(): then it is answered

  static kube::Response success() {
    kube::Response response;
    response.status = 200;
    response.body = "{}";
    return response;
  }

  Exchange& with_body(std::string json_text) {
    body = std::move(json_text);
    return *this;
  }
  Exchange& answer(int status, std::string text = "{}") {
    response.status = status;
    response.body = std::move(text);
    return *this;
  }
  Exchange& retry_after(int seconds) {
    response.retry_after_seconds = seconds;
    return *this;
  }
  /// A stream of these lines that ends as `fail` or a server's timeout would end it.
  Exchange& stream(std::vector<std::string> text) {
    lines = std::move(text);
    response.status = 200;
    return *this;
  }
  Exchange& fail(std::string message) {
    transport_error = std::move(message);
    return *this;
  }
  /// No answer before release(); none at all when the deadline or a stop comes first.
  Exchange& hang() {
    hangs = true;
    return *this;
  }
  /// For an answer that repeats what was sent.
  Exchange& reply(std::function<kube::Response(const kube::Request&)> make) {
    make_response = std::move(make);
    return *this;
  }
  Exchange& then(std::function<void(const kube::Request&)> what) {
    action = std::move(what);
    return *this;
  }
};

/// An API server that follows a script: expects requests in order and answers each. A request that
/// is not the next one gets a TransportError and fails the test, as does a script that has not been
/// played to its end. Safe to share between threads; build and destroy it on the test's own.
class ScriptedTransport final : public BlockingTransport {
 public:
  ~ScriptedTransport() override { finish(); }

  /// The reference is valid until the next call.
  Exchange& expect(std::string line) {
    const std::lock_guard lock(mutex_);
    script_.emplace_back().line = std::move(line);
    return script_.back();
  }

  kube::Response send(const kube::Request& request, const std::stop_token& stop,
                      std::chrono::milliseconds total = {}) override {
    auto exchange = next(request, total);
    if (exchange.hangs) hang(stop, total);
    if (!exchange.transport_error.empty()) throw kube::TransportError(exchange.transport_error);
    return std::move(exchange.response);
  }

  kube::Response stream(const kube::Request& request,
                        const std::function<void(std::string_view)>& on_line,
                        const std::stop_token&, std::chrono::milliseconds idle) override {
    auto exchange = next(request, idle);
    for (const auto& line : exchange.lines)
      on_line(line);
    if (!exchange.transport_error.empty()) throw kube::TransportError(exchange.transport_error);
    return std::move(exchange.response);
  }

  /// Answers what hangs now.
  void release() {
    const std::lock_guard lock(mutex_);
    ++released_;
    changed_.notify_all();
  }
  /// Waits until a request hangs; fails the test after half a minute.
  void await_hanging() {
    std::unique_lock lock(mutex_);
    const bool came =
        changed_.wait_for(lock, std::chrono::seconds(30), [&] { return hanging_ > 0; });
    if (!came) FAIL_CHECK("nothing hangs");
  }
  /// The time that each request so far was given for its answer, in order.
  std::vector<std::chrono::milliseconds> totals() const {
    const std::lock_guard lock(mutex_);
    return totals_;
  }

  /// Is asked to stop by the first request that is not in the script: ends loops under test.
  std::stop_source& stop() { return stop_; }

  /// Every request so far, in order.
  std::vector<kube::Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  bool played() const {
    const std::lock_guard lock(mutex_);
    return script_.empty();
  }
  /// Fails the test for what was not expected and for what did not come; starts afresh.
  void finish() {
    const std::lock_guard lock(mutex_);
    for (const auto& problem : std::exchange(problems_, {}))
      FAIL_CHECK(problem);
    for (const auto& missing : std::exchange(script_, {}))
      FAIL_CHECK("missing request: " << missing.line);
  }

 private:
  static bool matches(const std::string& pattern, const std::string& line) {
    if (pattern.empty() || pattern.back() != '*') return pattern == line;
    return line.compare(0, pattern.size() - 1, pattern, 0, pattern.size() - 1) == 0;
  }

  void hang(const std::stop_token& stop, std::chrono::milliseconds total) {
    std::unique_lock lock(mutex_);
    ++hanging_;
    changed_.notify_all();
    const bool is_released = changed_.wait_for(
        lock, stop, total, [&, before = released_] { return released_ != before; });
    --hanging_;
    if (!is_released) throw kube::TransportError("no whole answer within the time allowed");
  }

  Exchange next(const kube::Request& request, std::chrono::milliseconds total) {
    auto exchange = take(request, total);
    if (exchange.action) exchange.action(request);
    if (exchange.make_response) exchange.response = exchange.make_response(request);
    return exchange;
  }

  Exchange take(const kube::Request& request, std::chrono::milliseconds total) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    totals_.push_back(total);
    const auto line = std::string(to_string(request.method)) + " " + target(request);
    if (script_.empty()) throw unexpected(line, "nothing");
    if (!matches(script_.front().line, line)) throw unexpected(line, script_.front().line);
    auto exchange = std::move(script_.front());
    script_.pop_front();
    if (!exchange.body.empty() &&
        !json::equal(json::parse(exchange.body), json::parse(request.body))) {
      problems_.push_back(line + ": body\n  " + request.body + "\ninstead of\n  " + exchange.body);
    }
    return exchange;
  }

  kube::TransportError unexpected(const std::string& line, const std::string& instead_of) {
    stop_.request_stop();
    problems_.push_back("unexpected request: " + line + "\n  while waiting for: " + instead_of);
    return kube::TransportError(problems_.back());
  }

  mutable std::mutex mutex_;
  std::stop_source stop_;
  std::deque<Exchange> script_;
  std::vector<kube::Request> requests_;
  std::vector<std::chrono::milliseconds> totals_;
  std::condition_variable_any changed_;
  int hanging_ = 0;
  int released_ = 0;
  std::vector<std::string> problems_;
};
