#include "sync/git/memory_settings.h"

#include <catch2/catch.hpp>

using content::memory_settings;

TEST_CASE("git's memory follows the limit and not the processors") {
  constexpr std::int64_t gibibyte = std::int64_t{1} << 30;
  CHECK(memory_settings(gibibyte, 192) ==
        "[pack]\n\tthreads = 2\n\twindowMemory = 33554432\n\tdeltaCacheSize = 67108864\n"
        "[core]\n\tdeltaBaseCacheLimit = 33554432\n");
  CHECK(memory_settings(gibibyte, 4) == memory_settings(gibibyte, 192));
  CHECK(memory_settings(gibibyte / 4, 192) ==
        "[pack]\n\tthreads = 1\n\twindowMemory = 16777216\n\tdeltaCacheSize = 16777216\n"
        "[core]\n\tdeltaBaseCacheLimit = 16777216\n");
  CHECK(memory_settings(16 * gibibyte, 192).starts_with("[pack]\n\tthreads = 8\n"));
  CHECK(memory_settings(16 * gibibyte, 0).starts_with("[pack]\n\tthreads = 1\n"));
}
