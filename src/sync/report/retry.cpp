#include "sync/report/retry.h"

#include <random>

namespace content {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Up to a fifth of `time`.
milliseconds jitter(milliseconds time) {
  std::random_device random;
  return milliseconds(std::uniform_int_distribution<std::int64_t>(0, time.count() / 5)(random));
}

}  // namespace

milliseconds Backoff::next(const Failure& failure) {
  constexpr int most_tries = 4;
  constexpr milliseconds longest_as_told = std::chrono::hours(1);
  ++tries_;
  const bool is_told = failure.retry_after.has_value();
  if (is_told && as_told_ < longest_as_told) {
    const milliseconds pause = *failure.retry_after + jitter(*failure.retry_after);
    as_told_ += pause;
    return pause;
  }
  if (is_told || ++counted_ == most_tries) {
    throw Failure(failure.reason,
                  std::string(failure.what()) + "; tried " + std::to_string(tries_) + " times",
                  failure.kind);
  }
  return seconds(1U << static_cast<unsigned>(counted_ - 1));
}

std::string retry_message(const Failure& failure, milliseconds pause) {
  return std::string(failure.what()) + (failure.retry_after ? "; as the server asks," : ";") +
         " trying again in " + std::to_string(std::chrono::ceil<seconds>(pause).count()) + " s";
}

}  // namespace content
