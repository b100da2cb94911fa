#include "base/files.h"
#include "gradient/render/golden.h"
#include "gradient/spec/names.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
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

/// What was rendered then and is not any more.
Lines changed(const Lines& then, const Lines& now) {
  Lines result;
  std::set_difference(then.begin(), then.end(), now.begin(), now.end(),
                      std::inserter(result, result.end()));
  return result;
}

}  // namespace

// A release writes its file with UPDATE_RELEASED=VERSION. Before the first there is none.
TEST_CASE("an upgrade from an earlier release changes no deployment") {
  const auto now = rendered();
  if (const char* version = std::getenv("UPDATE_RELEASED")) {
    fs::create_directories(releases());
    std::ofstream file(releases() / (std::string(version) + ".txt"));
    for (const auto& line : now)
      file << line << '\n';
  }
  if (!fs::exists(releases())) return;
  for (const auto& release : fs::directory_iterator(releases())) {
    INFO(release.path().filename().string());
    const auto then = lines_of(release.path());
    CHECK(then.size() > 20);
    CHECK(changed(then, now) == Lines{});
  }
}

TEST_CASE("a deployment that an upgrade would change or lose is noticed") {
  const auto now = rendered();
  REQUIRE(now.size() > 20);
  CHECK(changed(now, now) == Lines{});

  auto then = now;
  const auto line = *then.begin();
  const auto intent = line.rfind(' ') + 1;
  auto before = line;
  before.replace(intent, std::string::npos, std::string(line.size() - intent, '0'));
  then.erase(line);
  then.insert({before, "no-more demo 0123456789abcdef"});
  CHECK(changed(then, now) == Lines{before, "no-more demo 0123456789abcdef"});
}
