#include "kube/control/controller.h"

#include "kube/http/transport.h"

#include <spdlog/spdlog.h>

#include <thread>
#include <vector>

namespace kube {

using namespace std::chrono_literals;

std::chrono::milliseconds retry_delay(const std::exception& error) {
  if (dynamic_cast<const TransportError*>(&error) != nullptr) return 500ms;
  const auto* const refusal = dynamic_cast<const ApiError*>(&error);
  if (refusal == nullptr) return 0ms;
  // Our view was old, and is being brought up to date right now.
  if (refusal->not_found() || refusal->conflict()) return 0ms;
  if (refusal->throttled() || refusal->code >= 500) {
    return std::max<std::chrono::milliseconds>(200ms,
                                               std::chrono::seconds(refusal->retry_after_seconds));
  }
  return 5s;  // what 400, 403 and 422 object to is not ours to change
}

Controller::Controller(std::string name, Reconcile reconcile, int workers, const Clock& clock)
    : name_(std::move(name)),
      reconcile_(std::move(reconcile)),
      workers_(workers),
      clock_(clock),
      queue_(clock, name_),
      metrics_(name_, workers) {}

void Controller::run(const std::stop_token& stop) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < workers_; ++i)
    threads.emplace_back([&] { work(stop); });
}

void Controller::work(const std::stop_token& stop) {
  while (const auto key = queue_.get(stop)) {
    serve(*key, stop);
    queue_.done(*key);
  }
}

bool Controller::reconcile_next(const std::stop_token& stop) {
  const auto key = queue_.try_get();
  if (!key) return false;
  serve(*key, stop);
  queue_.done(*key);
  return true;
}

void Controller::serve(const Key& key, const std::stop_token& stop) {
  metrics_.began();
  const auto begin = clock_.now();
  auto result = ReconcileResult::Error;
  try {
    result = reconcile(key, stop);
  } catch (const ApiError& error) {
    if (error.namespace_terminating()) {
      // Its objects are about to go, or a server is behind and the namespace was made again.
      queue_.add_backed_off(key, {.first = 5s, .cap = 10min});
      spdlog::debug("namespace is terminating controller={} object={}", name_, to_string(key));
    } else if (error.conflict()) {
      result = read_again(key, error, stop);
    } else {
      retry(key, retry_delay(error), error.what(), stop);
    }
  } catch (const std::exception& error) {
    retry(key, retry_delay(error), error.what(), stop);
  } catch (...) {
    retry(key, 1s, "an exception of unknown type", stop);
  }
  metrics_.ended(result, clock_.now() - begin);
}

ReconcileResult Controller::reconcile(const Key& key, const std::stop_token& stop) {
  constexpr auto longest = 10min;
  const auto outcome = reconcile_(key, stop);
  last_errors_.with([&](auto& errors) { errors.erase(key); });
  if (outcome.requeue_after && outcome.is_refused) {
    queue_.add_backed_off(key, {.first = *outcome.requeue_after, .cap = longest});
    return ReconcileResult::RequeueAfter;
  }
  queue_.forget(key);
  if (!outcome.requeue_after) return ReconcileResult::Success;
  queue_.add_after(key, *outcome.requeue_after);
  return ReconcileResult::RequeueAfter;
}

void Controller::retry(const Key& key, std::chrono::milliseconds at_least,
                       const std::string& message, const std::stop_token& stop) {
  if (stop.stop_requested()) return;  // that is why it failed
  log_failure(key, queue_.add_rate_limited(key, at_least), message);
}

/// Somebody wrote between our read and our write, as happens to everybody.
ReconcileResult Controller::read_again(const Key& key, const ApiError& conflict,
                                       const std::stop_token& stop) {
  constexpr auto soon = 1s;  // our view is up to date long before
  if (stop.stop_requested()) return ReconcileResult::Requeue;
  const auto delay = queue_.add_rate_limited(key);
  if (delay >= soon) {
    log_failure(key, delay, conflict.what());
    return ReconcileResult::Error;
  }
  spdlog::debug("reading again controller={} object={} retry_in_ms={} conflict=\"{}\"", name_,
                to_string(key), delay.count(), conflict.what());
  return ReconcileResult::Requeue;
}

void Controller::log_failure(const Key& key, std::chrono::milliseconds delay,
                             const std::string& message) {
  const auto hash = std::hash<std::string>()(message);
  const bool is_news =
      last_errors_.with([&](auto& errors) { return std::exchange(errors[key], hash) != hash; });
  spdlog::log(is_news ? spdlog::level::warn : spdlog::level::debug,
              "reconcile failed controller={} object={} retry_in_ms={} error=\"{}\"", name_,
              to_string(key), delay.count(), message);
}

}  // namespace kube
