#include "sync/report.h"

#include "base/files.h"
#include "support/folder.h"

#include <catch2/catch.hpp>

using namespace content;
using json::Json;

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
  Report report(folder / "log", 4096, json::object({{"repository", "app"}}));
  report.failed(Failure("NameTaken", "in the way"));
  CHECK(base::read_file(folder / "log") ==
        R"({"message":"in the way","reason":"NameTaken","repository":"app"})");
}
