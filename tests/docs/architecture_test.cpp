#include "docs/page.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <regex>

namespace {

namespace fs = std::filesystem;

/// The body of a heading of docs/architecture.md.
std::string section(const std::string& heading) {
  for (const auto& candidate : page::of_docs("architecture.md").headings)
    if (candidate.text == heading) return candidate.body;
  FAIL("no heading " << heading);
  return {};
}

/// All that is `code` in it and fits the pattern.
std::set<std::string> code(const std::string& text, const std::string& pattern) {
  const std::regex quoted("`(" + pattern + ")`");
  std::set<std::string> found;
  for (std::sregex_iterator match(text.begin(), text.end(), quoted);
       match != std::sregex_iterator(); ++match)
    found.insert((*match)[1]);
  return found;
}

bool is_in_sources(const std::string& name) {
  const auto path = fs::path(SOURCE_DIR) / "src" / name;
  return fs::is_directory(path) || fs::is_regular_file(path.string() + ".h");
}

}  // namespace

TEST_CASE("architecture.md names every folder of src/ that has folders or sources of its own") {
  const auto named = code(section("Where things are"), "[a-z]+(?:/[a-z]+)?");
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(SOURCE_DIR) / "src")) {
    if (!entry.is_directory()) continue;
    const auto folder = entry.path().lexically_relative(fs::path(SOURCE_DIR) / "src").string();
    if (folder == "gradient") continue;  // each of its folders is one
    CHECK(named.contains(folder));
  }
}

TEST_CASE("architecture.md sends nobody to a file that is not there") {
  const auto files = code(section("Where to look"), "[a-z]+/[a-z_/]+");
  CHECK(files.size() > 20);
  for (const auto& file : files) {
    INFO(file);
    CHECK(is_in_sources(file));
  }
}
