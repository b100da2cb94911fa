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
      {"2024-02-29T00:00:00Z", 1709164800},
      {"2026-01-31T10:30:00-01:30", 1769860800},
      {"2016-12-31T23:59:60Z", 1483228800},
      {"2026-02-29T00:00:00Z", std::nullopt},
      {"2026-01-31T24:00:00Z", std::nullopt},
      {"2026-01-31T12:60:00Z", std::nullopt},
      {"2026- 1-31T12:00:00Z", std::nullopt},
      {"2026-01-31 12:00:00Z", std::nullopt},
      {"2026-01-31T12:00:00.Z", std::nullopt},
      {"2026-01-31T12:00:00+01", std::nullopt},
      {"2026-01-31T12:00:00+0100", std::nullopt},
      {"2026-01-31T12:00:00+24:00", std::nullopt},
      {"-026-01-31T12:00:00Z", std::nullopt},
  }));
  CAPTURE(text);
  const auto time = base::parse_rfc3339(text);
  REQUIRE(time.has_value() == seconds.has_value());
  if (time) CHECK(std::chrono::system_clock::to_time_t(*time) == *seconds);
}

TEST_CASE("a time that the clock does not reach is far away, and differences fit the clock") {
  const auto now = std::chrono::system_clock::now();
  const auto never = base::parse_rfc3339("9999-12-31T23:59:59Z");
  const auto zero = base::parse_rfc3339("0001-01-01T00:00:00Z");
  REQUIRE((never && zero));
  CHECK(*never > now + std::chrono::hours(24 * 365 * 50));
  CHECK(*zero < now - std::chrono::hours(24 * 365 * 100));
  CHECK(*never - *zero > std::chrono::hours(24 * 365 * 200));
}

TEST_CASE("the time between two times is in seconds") {
  using base::seconds_between;
  CHECK(seconds_between("2026-01-31T12:00:00Z", "2026-01-31T13:00:30+00:30") == 30 * 60 + 30);
  CHECK(seconds_between("2026-01-31T12:00:01Z", "2026-01-31T12:00:00Z") == -1);
  CHECK_FALSE(seconds_between("", "2026-01-31T12:00:00Z"));
  CHECK_FALSE(seconds_between("2026-01-31T12:00:00Z", "soon"));
}
