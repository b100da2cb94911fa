#include "base/files.h"
#include "gradient/render/golden.h"
#include "gradient/spec/names.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

// released/VERSION.txt has what a release made of the golden folders' deployments, one a line:
// "FOLDER DEPLOYMENT INTENT", the intent as the annotation gradient-operator.dev/applied tells it.

namespace {

namespace fs = std::filesystem;
using Lines = std::set<std::string>;

const fs::path& releases() {
  static const fs::path folder(SOURCE_DIR "/tests/gradient/render/released");
  return folder;
}

Lines lines_of(const fs::path& file) {
  std::istringstream text(base::read_file(file));
  Lines lines;
  for (std::string line; std::getline(text, line);)
    lines.insert(line);
  return lines;
}

Lines rendered() {
  Lines lines;
  for (const auto& folder : golden::folders()) {
    for (const auto& object : golden::rendered(golden::read(folder))) {
      if (json::string_at(object, {"kind"}) != "Deployment") continue;
      lines.insert(folder.filename().string() + " " +
                   json::string_at(object, {"metadata", "name"}) + " " +
                   json::string_at(
                       object, {"metadata", "annotations", gradient::names::applied_annotation}));
    }
  }
  return lines;
}

}  // namespace

// A release writes its file with UPDATE_RELEASED=VERSION.
TEST_CASE("an upgrade from an earlier release changes no deployment") {
  const auto now = rendered();
  if (const char* version = std::getenv("UPDATE_RELEASED")) {
    std::ofstream file(releases() / (std::string(version) + ".txt"));
    for (const auto& line : now)
      file << line << '\n';
  }
  REQUIRE_FALSE(fs::is_empty(releases()));
  for (const auto& release : fs::directory_iterator(releases())) {
    const auto then = lines_of(release.path());
    CHECK(then.size() > 20);
    for (const auto& line : then) {
      INFO(release.path().filename().string() << " has: " << line);
      CHECK(now.contains(line));
    }
  }
}
