#include "base/rfc3339.h"

#include <catch2/catch.hpp>

#include <optional>
#include <utility>

TEST_CASE("a time is read with a fraction and an offset, and nothing else is one") {
  const auto [text, seconds] = GENERATE(values<std::pair<std::string, std::optional<long>>>({
      {"1970-01-01T00:00:00Z", 0},
      {"2026-01-31T12:00:00Z", 1769860800},
      {"2026-01-31T12:00:00.999999Z", 1769860800},
      {"2026-01-31T13:30:00+01:30", 1769860800},
      {"", std::nullopt},
      {"2026-01-31", std::nullopt},
      {"2026-01-31T12:00:00", std::nullopt},
      {"2026-01-31T12:00:00Z and more", std::nullopt},
  }));
  CAPTURE(text);
  const auto time = base::parse_rfc3339(text);
  REQUIRE(time.has_value() == seconds.has_value());
  if (time) CHECK(std::chrono::system_clock::to_time_t(*time) == *seconds);
}
