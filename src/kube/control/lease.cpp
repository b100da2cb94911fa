#include "kube/control/lease.h"

#include "kube/control/lease_state.h"
#include "kube/http/error.h"
#include "kube/serve/metrics.h"

#include <spdlog/spdlog.h>

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <random>
#include <thread>

namespace kube {
namespace {

using namespace std::chrono_literals;
using Step = LeaseState::Step;

/// Reads and writes the Lease. For one thread.
class Candidate {
 public:
  Candidate(Client& client, const Clock& clock, const LeaseOptions& options)
      : client_(client), clock_(clock), options_(options), state_(options.identity) {}

  /// Tries to get or to keep the Lease. True when it is ours. Throws when the server does not
  /// answer or refuses.
  bool try_once(const std::stop_token& stop) {
    if (!state_.is_leader())
      look(stop);  // otherwise it is as we wrote it, or the server will say so
    if (state_.decide(clock_.now()) == Step::Wait) return false;
    if (write(stop)) return true;
    look(stop);  // somebody else has written meanwhile, or an answer to ourselves was lost
    return state_.is_leader() && write(stop);
  }

  void release() {
    if (!state_.is_leader()) return;
    auto response = send(replace_request(leases, state_.released(clock_.wall())), {});
    if (response.status == 409) {
      look({});  // the stop has cut off the answer to our last renewal
      if (!state_.is_leader()) return;
      response = send(replace_request(leases, state_.released(clock_.wall())), {});
    }
    if (!is_success(response.status)) throw api_error(response, "release Lease " + name());
  }

  std::string holder() const { return state_.holder(); }
  std::string name() const { return to_string(options_.key); }

 private:
  /// False when the server has another version than we know.
  bool write(const std::stop_token& stop) {
    const auto step = state_.decide(clock_.now());
    const auto lease = state_.claimed(options_.key, options_.duration, clock_.wall());
    const auto response = send(step == Step::Create ? create_request(leases, options_.key.ns, lease)
                                                    : replace_request(leases, lease),
                               stop);
    if (response.status == 409 || response.status == 404) return false;
    if (!is_success(response.status)) throw api_error(response, "write Lease " + name());
    state_.observe(json::parse(response.body), clock_.now());
    return true;
  }

  void look(const std::stop_token& stop) {
    const auto response = send(get_request(leases, options_.key), stop);
    std::optional<Json> lease;
    if (response.status != 404) {
      if (!is_success(response.status)) throw api_error(response, "get Lease " + name());
      lease = json::parse(response.body);
    }
    state_.observe(std::move(lease), clock_.now());
  }

  /// A request that hangs must leave time for another one before the deadline.
  Response send(const Request& request, const std::stop_token& stop) {
    return client_.transport().send(request, stop, options_.renew_deadline / 2);
  }

  Client& client_;
  const Clock& clock_;
  const LeaseOptions& options_;
  LeaseState state_;
};

/// Calls `lost` once the Lease has not been renewed in time. Its thread touches nothing that can
/// block: neither network nor log.
class Watchdog {
 public:
  Watchdog(const Clock& clock, std::chrono::milliseconds deadline, Clock::TimePoint renewed,
           std::function<void()> lost)
      : clock_(clock), deadline_(deadline), lost_(std::move(lost)), renewed_(renewed) {
    thread_ = std::jthread([this](const std::stop_token& stop) { watch(stop); });
  }

  /// `when` the renewing request was sent: nobody else can have counted from an earlier time.
  void renewed(Clock::TimePoint when) { renewed_ = when; }
  void give_up() {
    given_up_ = true;
    wake_.request_stop();
  }
  bool has_given_up() const { return given_up_; }

 private:
  void watch(const std::stop_token& stop) {
    const std::stop_callback on_stop(stop, [this] { wake_.request_stop(); });
    while (!given_up_) {
      const auto left = renewed_.load() + deadline_ - clock_.now();
      if (left <= 0ms) break;
      if (!clock_.wait(std::chrono::ceil<std::chrono::milliseconds>(left), wake_.get_token()) &&
          !given_up_) {
        return;  // no longer needed
      }
    }
    given_up_ = true;
    lost_();
  }

  const Clock& clock_;
  std::chrono::milliseconds deadline_;
  std::function<void()> lost_;
  std::atomic<Clock::TimePoint> renewed_;
  std::atomic<bool> given_up_ = false;
  std::stop_source wake_;
  std::jthread thread_;
};

/// `lead` on a thread of its own.
class Leading {
 public:
  Leading(const std::function<void(const std::stop_token&)>& lead, std::stop_source& ended)
      : thread_([&, this](const std::stop_token& stop) {
          try {
            lead(stop);
          } catch (...) {
            failure_ = std::current_exception();
          }
          ended.request_stop();
        }) {}

  void request_stop() { thread_.request_stop(); }
  void join() {
    thread_.join();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::exception_ptr failure_;
  std::jthread thread_;
};

/// When the request was sent that made the Lease ours; meaningless after a stop.
Clock::TimePoint wait_until_ours(Candidate& candidate, const Clock& clock,
                                 const LeaseOptions& options, const std::stop_token& stop) {
  std::minstd_rand random(std::random_device{}());
  std::uniform_real_distribution<double> jitter(1, 1.2);
  std::string last_news;
  constexpr auto readiness_interval = 50ms;
  while (!options.is_ready() && clock.wait(readiness_interval, stop)) {
  }
  while (!stop.stop_requested()) {
    std::string news;
    const auto sent = clock.now();
    try {
      if (candidate.try_once(stop)) return sent;
      news = "held by " + candidate.holder();
    } catch (const std::exception& error) {
      news = error.what();
    }
    if (std::exchange(last_news, news) != news) {
      spdlog::info("waiting for the lease lease={} state=\"{}\"", candidate.name(), news);
    }
    const auto delay = static_cast<double>(options.retry_period.count()) * jitter(random);
    clock.wait(std::chrono::milliseconds(static_cast<std::int64_t>(delay)), stop);
  }
  return clock.now();
}

/// Until `ended`, or the watchdog has given up.
void keep_renewing(Candidate& candidate, Watchdog& watchdog, const Clock& clock,
                   const LeaseOptions& options, const std::stop_token& ended) {
  while (clock.wait(options.retry_period, ended) && !watchdog.has_given_up()) {
    try {
      const auto sent = clock.now();
      if (candidate.try_once(ended)) {
        watchdog.renewed(sent);
      } else if (!candidate.holder().empty() && candidate.holder() != options.identity) {
        watchdog.give_up();
        return;
      }
    } catch (const std::exception& error) {
      if (!ended.stop_requested()) {
        spdlog::warn("lease not renewed lease={} error=\"{}\"", candidate.name(), error.what());
      }
    }
  }
}

void release(Candidate& candidate) {
  try {
    candidate.release();
    spdlog::info("released the lease lease={}", candidate.name());
  } catch (const std::exception& error) {
    spdlog::warn(
        "lease not released: the next leader has to wait until it expires lease={} "
        "error=\"{}\"",
        candidate.name(), error.what());
  }
}

}  // namespace

void lead_with_lease(Client& client, const Clock& clock, const LeaseOptions& options,
                     const std::function<void(const std::stop_token&)>& lead,
                     const std::function<void()>& lost, const std::stop_token& stop) {
  Candidate candidate(client, clock, options);
  set_leader(options.key.name, false);
  const auto acquired = wait_until_ours(candidate, clock, options, stop);
  if (stop.stop_requested()) return;
  spdlog::info("leading lease={} identity={}", candidate.name(), options.identity);
  set_leader(options.key.name, true);

  std::stop_source ended;
  Watchdog watchdog(clock, options.renew_deadline, acquired, lost);
  Leading leading(lead, ended);
  {
    const std::stop_callback on_stop(stop, [&] { leading.request_stop(); });
    keep_renewing(candidate, watchdog, clock, options, ended.get_token());
  }
  leading.request_stop();
  std::exception_ptr failure;
  try {
    leading.join();
  } catch (...) {
    failure = std::current_exception();
  }
  set_leader(options.key.name, false);
  if (!watchdog.has_given_up()) release(candidate);
  if (failure) std::rethrow_exception(failure);
}

}  // namespace kube
