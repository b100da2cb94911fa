#include "cli/colour.h"

#include <catch2/catch.hpp>

#include <unistd.h>

namespace {

cli::Paint paint(const char* when) {
  cli::colours::choose(when);
  const cli::Paint chosen(STDOUT_FILENO);
  cli::colours::choose("auto");
  return chosen;
}

constexpr const char* unified =
    "--- live/Service/ns/demo\n"
    "+++ applied/Service/ns/demo\n"
    "@@ -1,3 +1,3 @@\n"
    " spec:\n"
    "--- a\n"
    "+++ b\n"
    "\n";

}  // namespace

TEST_CASE("a diff has the colours of git, and a line that looks like a title is none") {
  CHECK(cli::painted_diff(unified, paint("always")) ==
        "\x1b[1m--- live/Service/ns/demo\x1b[0m\n"
        "\x1b[1m+++ applied/Service/ns/demo\x1b[0m\n"
        "\x1b[36m@@ -1,3 +1,3 @@\x1b[0m\n"
        " spec:\n"
        "\x1b[31m--- a\x1b[0m\n"
        "\x1b[32m+++ b\x1b[0m\n"
        "\n");
}

TEST_CASE("a diff without colours is as it was, and an empty one is empty") {
  CHECK(cli::painted_diff(unified, paint("never")) == unified);
  CHECK(cli::painted_diff("", paint("always")).empty());
}
