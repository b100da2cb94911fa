#include "sync/support/wait.h"

#include "base/files.h"

#include <chrono>
#include <stdexcept>
#include <thread>

using namespace std::chrono_literals;

bool becomes(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

bool reads(const std::filesystem::path& file, const std::string& text) {
  try {
    return base::read_file(file, 64U << 20U) == text;
  } catch (const std::runtime_error&) {
    return false;
  }
}
