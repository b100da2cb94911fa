#include "base/files.h"
#include "docs/page.h"
#include "json/yaml.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <sstream>

namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

/// "get pods" of every rule of every role in manifests/.
Names granted() {
  Names rights;
  for (const auto& entry : fs::directory_iterator(fs::path(SOURCE_DIR) / "manifests")) {
    if (entry.path().extension() != ".yaml") continue;
    for (const auto& document : json::parse_yaml(base::read_file(entry.path())).documents) {
      for (const auto& rule : json::elements_at(document.value, {"rules"})) {
        for (const auto& resource : json::elements_at(rule, {"resources"})) {
          for (const auto& verb : json::elements_at(rule, {"verbs"}))
            rights.insert(verb.as_string() + " " + resource.as_string());
        }
      }
    }
  }
  return rights;
}

/// The same of the table "| `pods`, `services` | get, list | why |" in security.md.
Names described() {
  Names rights;
  for (const auto& heading : page::of_docs("security.md").headings) {
    if (heading.text != "The operator") continue;
    std::istringstream lines(heading.body);
    for (std::string line; std::getline(lines, line);) {
      std::istringstream cells(line);
      std::string resources;
      std::string verbs;
      std::getline(cells, resources, '|');  // nothing
      std::getline(cells, resources, '|');
      std::getline(cells, verbs, '|');
      std::replace(verbs.begin(), verbs.end(), ',', ' ');
      for (const auto& resource : page::names({.text = resources, .anchor = {}, .body = {}})) {
        std::istringstream words(verbs);
        for (std::string verb; words >> verb;)
          rights.insert(verb + " " + resource);
      }
    }
  }
  return rights;
}

}  // namespace

TEST_CASE("security.md lists the operator's rights as the manifests grant them") {
  CHECK(granted().size() > 40);
  CHECK(page::missing(granted(), described()) == Names{});
  CHECK(page::missing(described(), granted()) == Names{});
}
