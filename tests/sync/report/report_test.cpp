#include "sync/report/report.h"

#include "base/files.h"
#include "support/folder.h"

#include <catch2/catch.hpp>

#include <iostream>
#include <sstream>

using namespace content;
using json::Json;
using namespace std::chrono_literals;

TEST_CASE("a termination message is shortened in its message alone, at a character's boundary") {
  const auto fields = json::object({{"message", "größe größe"}, {"reason", "VolumeFull"}});
  CHECK(within_budget(fields, 1000) == R"({"message":"größe größe","reason":"VolumeFull"})");
  // "größe" takes seven bytes, and the rest 36.
  CHECK(within_budget(fields, 43) == R"({"message":"größe","reason":"VolumeFull"})");
  CHECK(within_budget(fields, 39) == R"({"message":"gr","reason":"VolumeFull"})");
  CHECK(within_budget(fields, 5) == R"({"message":"","reason":"VolumeFull"})");
}

TEST_CASE("a failure is told with its subject and reason") {
  const Folder folder;
  Reporter report(folder / "log", 4096, json::object({{"repository", "app"}}));
  report.failed(Failure("NameTaken", "in the way"));
  CHECK(base::read_file(folder / "log") ==
        R"({"message":"in the way","reason":"NameTaken","repository":"app"})");
}

TEST_CASE("what is told is UTF-8, whatever a repository or a server says") {
  const Folder folder;
  std::ostringstream lines;
  auto* const before = std::cout.rdbuf(lines.rdbuf());
  Reporter report(folder / "log", 68, json::object({{"model", "llm"}}));
  report.failed(Failure("SyncFailed", "l\xe9 -> größe \xc3"));
  std::cout.rdbuf(before);
  CHECK(json::string_at(json::parse(lines.str()), {"message"}) == "l\uFFFD -> größe \uFFFD");
  // The budget holds for what is written: a replacement takes three bytes.
  CHECK(base::read_file(folder / "log") ==
        R"({"message":"l� -> größe ","model":"llm","reason":"SyncFailed"})");
}

TEST_CASE("a rate follows what has come of late, and begins anew with another transfer") {
  Rate rate;
  const Rate::Time begin;
  CHECK_FALSE(rate.add(begin, 5000));  // what an earlier try had brought is no speed
  CHECK(rate.add(begin + 2s, 7000) == 1000);
  CHECK(rate.add(begin + 4s, 7000) == 700);
  CHECK(rate.add(begin + 4s, 7000) == 700);
  CHECK_FALSE(rate.add(begin + 6s, 10));
  CHECK(rate.add(begin + 7s, 110) == 100);
}

TEST_CASE("the time left is told where the total is known and something comes") {
  CHECK(json::text(with_rate(json::object({{"bytes", 0}}), 3)) == R"({"bytes":0,"rate":3})");
  CHECK(json::text(with_rate(json::object({{"bytes", 10}, {"total", 20}}), 3)) ==
        R"({"bytes":10,"eta":4,"rate":3,"total":20})");
  CHECK(json::text(with_rate(json::object({{"bytes", 10}, {"total", 20}}), 0)) ==
        R"({"bytes":10,"rate":0,"total":20})");
}
