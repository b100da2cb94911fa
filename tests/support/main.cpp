#define CATCH_CONFIG_RUNNER
#include "support/skip.h"

#include <catch2/catch.hpp>

#include <cstdlib>

namespace {

bool has_skipped = false;

}  // namespace

namespace support {

void skip(const std::string& reason) {
  has_skipped = true;
  WARN("skipped: " << reason);
}

}  // namespace support

/// ctest runs each test in a process of its own, so one exit code is of one test.
int main(int argc, char** argv) {
  setenv("GRADIENT_HEARTBEAT_MS", "200", 0);  // NOLINT(concurrency-mt-unsafe): nobody else is there
  const int failures = Catch::Session().run(argc, argv);
  return failures == 0 && has_skipped ? support::skipped_exit_code : failures;
}
