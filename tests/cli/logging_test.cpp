#include "cli/logging.h"

#include "json/json.h"
#include "json/utf8.h"

#include <catch2/catch.hpp>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <unistd.h>

namespace {

/// What one message becomes on standard error, which is a file meanwhile.
std::string logged(const std::string& format, const std::string& level,
                   const std::string& message) {
  std::FILE* const file = std::tmpfile();
  REQUIRE(file != nullptr);
  std::fflush(stderr);
  const int before = dup(STDERR_FILENO);
  dup2(fileno(file), STDERR_FILENO);
  cli::set_up_logging(format, level);
  spdlog::warn("{}", message);
  spdlog::default_logger()->flush();
  dup2(before, STDERR_FILENO);
  close(before);
  std::string text(8192, '\0');
  std::rewind(file);
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  return text;
}

}  // namespace

TEST_CASE("a log line in JSON is one object, whatever the message") {
  const auto message = GENERATE(as<std::string>{}, "plain", "say \"hello\"", "two\nlines\r\ttab",
                                "back\\slash", std::string("nul\0bell\a", 9), "{\"a\": 1}", "☺");
  const auto line = logged("json", "info", message);
  INFO(line);
  REQUIRE(line.size() > 1);
  CHECK(line.find('\n') == line.size() - 1);
  const auto object = json::parse(line);
  CHECK(json::string_at(object, {"message"}) == message);
  CHECK(json::string_at(object, {"level"}) == "warning");
  CHECK(json::string_at(object, {"time"}).size() == std::string("2006-01-02T15:04:05.000Z").size());
}

TEST_CASE("what is not UTF-8 does not get into a log") {
  const auto line = logged("json", "info", "a\xff\xc0z");
  CHECK_FALSE(json::first_invalid_utf8(line));
  CHECK(json::string_at(json::parse(line), {"message"}) == "a\ufffd\ufffdz");
}

TEST_CASE("a log line in text is one line") {
  const auto line = logged("text", "info", "a\nforged: b\x1b[31m\xff");
  CHECK(line.find('\n') == line.size() - 1);
  CHECK_THAT(line, Catch::Matchers::EndsWith(" warning a forged: b [31m\ufffd\n"));
}

TEST_CASE("the level leaves out what is below it") {
  CHECK(logged("text", "error", "not shown").empty());
}
