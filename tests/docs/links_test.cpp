#include "docs/page.h"

#include <catch2/catch.hpp>

namespace {

namespace fs = std::filesystem;

/// What is wrong with a link of `from`; empty when nothing is.
std::string problem(const page::Page& from, const std::string& link) {
  if (link.find("://") != std::string::npos || link.rfind("mailto:", 0) == 0) return {};
  const auto hash = std::min(link.find('#'), link.size());
  const auto file =
      hash == 0 ? from.file : (from.file.parent_path() / link.substr(0, hash)).lexically_normal();
  if (!fs::exists(file)) return link + ": no such file";
  if (hash == link.size()) return {};
  const auto target = page::read(file);
  for (const auto& heading : target.headings) {
    if (heading.anchor == link.substr(hash + 1)) return {};
  }
  return link + ": no such heading";
}

}  // namespace

TEST_CASE("every link within the documentation leads to a file and a heading") {
  std::size_t links = 0;
  for (const auto& page : page::all()) {
    for (const auto& link : page.links) {
      INFO(page.file.string());
      CHECK(problem(page, link).empty());
      ++links;
    }
  }
  CHECK(links > 20);
}

TEST_CASE("the index links to every page, and README.md to the index") {
  const auto index = page::of_docs("README.md");
  const std::set<std::string> links(index.links.begin(), index.links.end());
  for (const auto& page : page::all()) {
    if (page.file.parent_path() != index.file.parent_path() || page.file == index.file) continue;
    INFO(page.file.string());
    CHECK(links.contains(page.file.filename().string()));
  }
  const auto readme = page::read(fs::path(SOURCE_DIR) / "README.md");
  CHECK(std::count(readme.links.begin(), readme.links.end(), "docs/README.md") > 0);
}

TEST_CASE("a link to a heading is checked as GitHub makes anchors") {
  const auto spec = page::of_docs("spec.md");
  CHECK(problem(spec, "#specport").empty());
  CHECK(problem(spec, "spec.md#specport").empty());
  CHECK(problem(spec, "#spec-port") == "#spec-port: no such heading");
  CHECK(problem(spec, "nowhere.md") == "nowhere.md: no such file");
}
