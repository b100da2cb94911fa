#include "cli/printable.h"

#include <catch2/catch.hpp>

using cli::printable;

TEST_CASE("a line of an app reaches the terminal without what would control it") {
  CHECK(printable("a\tb \x1b[1;31mred\x1b[0m") == "a\tb \x1b[1;31mred\x1b[0m");
  CHECK(printable("\x1b]0;title\x07") == "]0;title");
  CHECK(printable("\x1b[2J\x1b[31") == "[2J[31");
  CHECK(printable("a\rb\b\x7f") == "ab");
  CHECK(printable("\xc2\x9b"
                  "2J \xc3\xa4\xc2\xa0\xc2") == "2J \xc3\xa4\xc2\xa0\xc2");
}
