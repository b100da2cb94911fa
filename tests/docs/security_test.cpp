#include "docs/page.h"
#include "support/granted_rights.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <sstream>

namespace {

using Names = std::set<std::string>;

/// "get pods" for each cell of the table "| `pods`, `services` | get, list | why |" in security.md.
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
  CHECK(granted_rights().size() > 40);
  CHECK(page::missing(granted_rights(), described()) == Names{});
  CHECK(page::missing(described(), granted_rights()) == Names{});
}
