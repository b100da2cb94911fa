#include "kube/clock.h"

#include <array>
#include <condition_variable>
#include <cstdio>
#include <ctime>
#include <mutex>

namespace kube {
namespace {

/// "2026-01-31T12:00:00", and the microseconds after it.
std::pair<std::string, int> split(std::chrono::system_clock::time_point time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto rest = std::chrono::duration_cast<std::chrono::microseconds>(time - seconds);
  const auto unix_time = std::chrono::system_clock::to_time_t(seconds);
  std::tm fields{};
  gmtime_r(&unix_time, &fields);
  std::array<char, 32> text{};
  const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &fields);
  return {std::string(text.data(), length), static_cast<int>(rest.count())};
}

}  // namespace

bool SteadyClock::wait(std::chrono::milliseconds delay, const std::stop_token& stop) const {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, delay, [] { return false; });
  return !stop.stop_requested();
}

std::string rfc3339(std::chrono::system_clock::time_point time) {
  return split(time).first + "Z";
}

std::string rfc3339_micro(std::chrono::system_clock::time_point time) {
  const auto [text, micros] = split(time);
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%06d", micros);
  return text + fraction.data() + "Z";
}

}  // namespace kube
