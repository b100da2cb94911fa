#include "cli/log_text.h"

#include <catch2/catch.hpp>

using cli::log_text;

TEST_CASE("a helper's line has its time, its level and what happened") {
  const auto line = [](const std::string& rest) {
    return log_text(R"({"time":"2026-01-31T16:28:39Z","model":"llm",)" + rest + "}");
  };
  CHECK(line(R"("level":"warning","event":"retry","reason":"HostUnknown","after":4,"attempt":1,
                "message":"no host; trying again in 4 s")") ==
        "16:28:39 warning HostUnknown: no host; trying again in 4 s");
  CHECK(line(R"("level":"info","event":"progress","bytes":1024,"total":4096,"rate":512,"eta":6)") ==
        "16:28:39 info 1.0 KiB of 4.0 KiB (25 %), 512 B/s, 6 s left");
  CHECK(line(R"("level":"info","event":"published","revision":"r1","bytes":2048,"files":3)") ==
        "16:28:39 info published bytes=2.0 KiB files=3 revision=r1");
  CHECK(line(R"("level":"info","event":"waiting","message":"waits for pod b")") ==
        "16:28:39 info waiting: waits for pod b");
}

TEST_CASE("any other line is as it was written") {
  for (const char* line : {"hello", "{", "{}", R"({"time":"now","level":"info","event":"x"})",
                           R"({"level":"info","message":"an app's"})", ""})
    CHECK(log_text(line) == line);
}
