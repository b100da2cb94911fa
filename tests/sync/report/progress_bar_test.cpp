#include "sync/report/progress_bar.h"

#include "support/folder.h"
#include "sync/report/report.h"

#include <catch2/catch.hpp>

#include <array>
#include <iostream>
#include <pty.h>
#include <sys/wait.h>

using content::progress_bar;
using json::Json;

namespace {

constexpr std::int64_t mebibyte = 1 << 20;

Json line(std::int64_t bytes, std::int64_t total) {
  return json::object({{"model", "llm"},
                       {"bytes", bytes * mebibyte},
                       {"total", total * mebibyte},
                       {"rate", 20 * mebibyte},
                       {"eta", 41}});
}

}  // namespace

TEST_CASE("a bar fills the terminal's line and grows with the bytes") {
  CHECK(progress_bar(line(0, 100), 66) ==
        "llm  [---------------] 0%  0 B of 100.0 MiB  20.0 MiB/s  0:41 left");
  CHECK(progress_bar(line(50, 100), 66) ==
        "llm  [####-----] 50%  50.0 MiB of 100.0 MiB  20.0 MiB/s  0:41 left");
  CHECK(progress_bar(line(100, 100), 66).size() <= 66);
}

TEST_CASE("a narrow terminal gets the figures alone, and no more than fits") {
  CHECK(progress_bar(line(50, 100), 52) == "llm 50%  50.0 MiB of 100.0 MiB  20.0 MiB/s  0:41 lef");
}

TEST_CASE("what is not known is left out") {
  CHECK(progress_bar(json::object({{"repository", "app"}, {"bytes", 3 * mebibyte}}), 80) ==
        "app  3.0 MiB");
  auto hours = line(1, 2);
  hours["eta"] = Json(3723);
  CHECK_THAT(progress_bar(hours, 100), Catch::Matchers::EndsWith("  1:02:03 left"));
}

TEST_CASE("a terminal sees a bar that later lines replace") {
  const Folder folder;
  int terminal = -1;
  const winsize size{.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
  std::cout << std::flush;  // or the child would write that, too
  const auto child = forkpty(&terminal, nullptr, nullptr, &size);
  if (child == 0) {
    content::Reporter report(folder / "told", 4096, json::object({{"model", "llm"}}));
    report.log("info", "progress", line(50, 100));
    report.log("info", "published", json::object({{"files", 2}}));
    _exit(0);
  }
  std::string seen;
  std::array<char, 4096> buffer{};
  for (ssize_t count = 0; (count = read(terminal, buffer.data(), buffer.size())) > 0;)
    seen.append(buffer.data(), static_cast<std::size_t>(count));
  waitpid(child, nullptr, 0);
  close(terminal);
  CHECK_THAT(seen, Catch::Matchers::StartsWith("\r\033[Kllm  [#####"));
  CHECK_THAT(seen, Catch::Matchers::Contains("0:41 left\r\033[K{") &&
                       !Catch::Matchers::Contains("\"progress\""));
}
