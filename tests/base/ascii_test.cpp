#include "base/ascii.h"

#include <catch2/catch.hpp>

TEST_CASE("letters become small, and bytes of other characters stay") {
  CHECK(base::lower("Git.Example:443/@[`{") == "git.example:443/@[`{");
  CHECK(base::lower("AZaz\xc3\x84\xff") == "azaz\xc3\x84\xff");
}
