#include "base/units.h"

#include <catch2/catch.hpp>

TEST_CASE("bytes are told with one digit of the largest unit that fits") {
  CHECK(base::bytes_text(0) == "0 B");
  CHECK(base::bytes_text(1023) == "1023 B");
  CHECK(base::bytes_text(1536) == "1.5 KiB");
  CHECK(base::bytes_text(std::int64_t{1} << 20) == "1.0 MiB");
  CHECK(base::bytes_text(std::int64_t{1} << 62) == "4096.0 PiB");
}
