#include "gradient/status/helper_line.h"

#include <catch2/catch.hpp>

using gradient::helper_line;
using gradient::progress_percent;
using gradient::progress_text;

TEST_CASE("a helper's line is a JSON object, and nothing else is one") {
  CHECK(gradient::is_event(helper_line("{\"event\":\"waiting\"}\n"), "waiting"));
  for (const char* text : {"", "{", "{\"event\":", "[]", "5", "\"x\"", "exec format error"}) {
    INFO(text);
    CHECK(helper_line(text).is_null());
  }
}

TEST_CASE("progress is told as far as the line says") {
  const auto line = [](const std::string& fields) {
    return helper_line(R"({"event":"progress")" + fields + "}");
  };
  const auto half = line(R"(,"bytes":1024,"total":2048,"rate":512,"eta":2)");
  CHECK(progress_percent(half) == 50);
  CHECK(progress_text(half) == "1.0 KiB of 2.0 KiB (50 %), 512 B/s, 2 s left");
  CHECK(progress_text(line(R"(,"bytes":1024)")) == "1.0 KiB");
  const auto grown = line(R"(,"bytes":4096,"total":2048)");  // the source has
  CHECK(progress_percent(grown) == std::nullopt);
  CHECK(progress_text(grown) == "4.0 KiB");
  CHECK(progress_percent(line("")) == std::nullopt);
  CHECK(progress_text(line("")).empty());
  const auto other = helper_line(R"({"event":"published","bytes":1,"total":2})");
  CHECK(progress_percent(other) == std::nullopt);
  CHECK(progress_text(other).empty());
}
