#include "kube/cache/watch_state.h"

#include "kube/backoff.h"
#include "kube/http/request.h"
#include "kube/object.h"

#include <algorithm>

namespace kube {
namespace {

using namespace std::chrono_literals;

constexpr auto healthy_after = 2min;
constexpr auto very_short = 1s;
constexpr int max_silent = 2;

bool is_too_large_version(const ApiError& error) {
  const auto has_cause = std::find(error.causes.begin(), error.causes.end(),
                                   "ResourceVersionTooLarge") != error.causes.end();
  // Servers before 1.19 name no cause.
  return has_cause || std::string_view(error.what()).find("Too large resource version") !=
                          std::string_view::npos;
}

}  // namespace

const char* to_string(WatchFailure failure) {
  switch (failure) {
    case WatchFailure::Expired:
      return "expired";
    case WatchFailure::Throttled:
      return "throttled";
    case WatchFailure::Unreachable:
      return "unreachable";
    case WatchFailure::Refused:
      return "refused";
    case WatchFailure::Malformed:
      return "malformed";
  }
  return "refused";
}

WatchFailure classify(const ApiError& error) {
  if (error.gone() || is_too_large_version(error)) return WatchFailure::Expired;
  return error.throttled() ? WatchFailure::Throttled : WatchFailure::Refused;
}

WatchState::Step WatchState::next() {
  const auto delay = std::exchange(delay_, 0ms);
  if (what_ == Step::What::List) {
    return {.what = what_,
            .version = {},
            .continue_token = continue_token_,
            .limit = whole_ ? 0 : list_page_size,
            .delay = delay};
  }
  // Random, so that the watches of many clients do not end at the same time.
  return {.what = what_,
          .version = version_,
          .continue_token = {},
          .timeout_seconds = 300 + static_cast<int>(random_() * 300),
          .delay = delay};
}

bool WatchState::is_rewound(const std::string& version) const {
  return compare_versions(version, version_) < 0;
}

bool WatchState::listed(const std::string& version, const std::string& continue_token) {
  continue_token_ = continue_token;
  if (!continue_token.empty()) return false;
  version_ = version;
  what_ = Step::What::Watch;
  whole_ = false;
  return true;
}

void WatchState::opened(Clock::TimePoint now) {
  opened_ = now;
  saw_anything_ = false;
}

void WatchState::saw(const std::string& version) {
  version_ = version;
  saw_anything_ = true;
  relisted_at_once_ = false;
}

void WatchState::ended(Clock::TimePoint now) {
  const bool is_short = now - opened_ < very_short;
  const bool was_short = std::exchange(was_short_, is_short && saw_anything_);
  if (saw_anything_) {
    silent_ = 0;
    // One may end as soon as it has brought something, but not one after the other.
    if (is_short && was_short) delay_ = backoff(now);
  } else if (is_short) {
    delay_ = backoff(now);
  } else if (++silent_ >= max_silent) {
    // Bookmarks come every minute: a server that was restored from a backup, and waits for a
    // version that it will not reach for long, is just as silent as one with nothing to say.
    silent_ = 0;
    what_ = Step::What::List;
  }
}

void WatchState::failed(WatchFailure failure, std::chrono::seconds retry_after,
                        Clock::TimePoint now) {
  const bool was_paging = !std::exchange(continue_token_, {}).empty();
  switch (failure) {
    case WatchFailure::Expired:
      what_ = Step::What::List;
      whole_ = was_paging;  // the versions expire faster than we turn pages
      delay_ = std::exchange(relisted_at_once_, true) ? backoff(now) : 0ms;
      return;
    case WatchFailure::Throttled:
      break;  // what is known is still good: the same again
    case WatchFailure::Unreachable:
      whole_ = false;  // the list may be too long for one answer, or for the time that it has
      break;
    case WatchFailure::Refused:
    case WatchFailure::Malformed:
      what_ = Step::What::List;
      break;
  }
  delay_ = std::max<std::chrono::milliseconds>(backoff(now), retry_after);
}

std::chrono::milliseconds WatchState::backoff(Clock::TimePoint now) {
  if (now - last_failure_ > healthy_after) failures_ = 0;
  last_failure_ = now;
  const auto delay = watch_backoff.after(++failures_);
  return delay + std::chrono::milliseconds(
                     static_cast<std::int64_t>(random_() * static_cast<double>(delay.count())));
}

}  // namespace kube
