#include "gradient/spec/names.h"

#include "gradient/spec/values.h"

#include <catch2/catch.hpp>

#include <map>
#include <set>

namespace {

namespace names = gradient::names;

std::string host(const std::string& name, const std::string& ns) {
  return names::host({.kind = "GradientDeployment", .ns = ns, .name = name, .uid = {}, .sync = {}},
                     "apps.example.com");
}

/// Names that differ in what a label cannot have, or beyond what it can hold.
std::set<std::string> awkward_names() {
  std::set<std::string> result = {"foo",
                                  "Foo",
                                  "fOO",
                                  "foo.",
                                  "foo_",
                                  "foo-",
                                  "my-tables",
                                  "a",
                                  "A",
                                  "my_tables",
                                  "my.tables",
                                  "My-Tables",
                                  "foo-1cbec737",
                                  "foo-0123456789abcdef0123",
                                  "Foo-0123456789abcdef0123"};
  const std::string longest(100, 'x');
  for (std::size_t length = 50; length <= 64; ++length) {
    result.insert(longest.substr(0, length));
    result.insert(longest.substr(0, length - 1) + "y");
  }
  result.insert({longest, longest + "y", std::string(99, 'x') + "y"});
  return result;
}

}  // namespace

TEST_CASE("two names never become one container or volume, also when one is made to look so") {
  for (const std::string prefix : {"", "clone-", "sync-", "claim-", "credential-"}) {
    auto all = awkward_names();
    // What one name becomes, as the name of another; and again what that becomes.
    for (int round = 0; round < 3; ++round) {
      for (const auto& name : std::set<std::string>(all))
        all.insert(names::container(prefix, name).substr(prefix.size()));
    }
    std::map<std::string, std::string> known;
    for (const auto& name : all) {
      const auto label = names::container(prefix, name);
      INFO(name << " becomes " << label << " as " << known[label] << " does");
      CHECK(gradient::values::is_dns_label(label));
      CHECK(label.starts_with(prefix));
      CHECK(known[label].empty());
      known[label] = name;
    }
  }
}

TEST_CASE("a name that is a label stays as it is") {
  for (const std::string name : {"app", "my-tables", "preview-1cbec737", "v-0123456789abcdef"})
    CHECK(names::container("clone-", name) == "clone-" + name);
}

TEST_CASE("a deployment's host is its name and namespace below the domain") {
  CHECK(host("demo", "team") == "demo-team.apps.example.com");
}

TEST_CASE("a host's first label that would be too long is cut and told apart by a hash") {
  const std::string name(50, 'a');
  const std::string twelve(12, 'b');
  CHECK(host(name, twelve) == name + "-" + twelve + ".apps.example.com");  // 63 characters

  const auto cut = host(name, twelve + "b");
  CHECK(cut.find('.') == 63);
  CHECK(cut.rfind(name.substr(0, 42) + "-", 0) == 0);
  CHECK(cut != host(name, twelve + "c"));
  CHECK(cut == host(name, twelve + "b"));
}

TEST_CASE("where a name or namespace has a dash, digits tell who it is") {
  const auto one = host("a-b", "c");
  CHECK(one.starts_with("a-b-c-"));
  CHECK(one.find('.') == std::string("a-b-c-012345").size());
  CHECK(one != host("a", "b-c"));
  CHECK(one == host("a-b", "c"));
  // Nor does a name that looks like the digits.
  const auto digits = one.substr(6, 6);
  CHECK(host("a-b-c", digits) != one);
  CHECK(host("a-b", "c-" + digits) != one);
}

TEST_CASE("no two deployments come to one host, however their names are divided") {
  std::map<std::string, std::string> known;
  const std::string letters =
      "a-b-c-0a1b2c-d" + std::string(30, 'e') + "-f-" + std::string(30, 'a');
  for (std::size_t length = 3; length <= letters.size(); ++length) {
    const auto label = letters.substr(0, length);
    for (std::size_t at = 1; at + 1 < length; ++at) {
      const auto name = label.substr(0, at);
      const auto ns = label.substr(at + 1);
      if (label[at] != '-' || !gradient::values::is_deployment_name(name) ||
          !gradient::values::is_dns_label(ns))
        continue;
      auto& before = known[host(name, ns)];
      INFO(name << "/" << ns << " comes where " << before << " is");
      CHECK(before.empty());
      before = name + "/" + ns;
    }
  }
  CHECK(known.size() > 50);
}

TEST_CASE("no choice of a namespace's name gives the host of a label that was cut") {
  const std::string name(40, 'a');
  const auto cut = host(name, "team-of-a-name-that-is-long");
  const auto label = cut.substr(0, cut.find('.'));
  REQUIRE(label.starts_with(name + "-"));
  CHECK(host(name, label.substr(name.size() + 1)) != cut);
}

TEST_CASE("each selection of a repository's parts is a revision of its own") {
  using gradient::Repository;
  using enum gradient::Selection::Which;
  std::vector<Repository> all(9);
  all[1].submodules = {None};
  all[2].large_files = {None};
  all[3].submodules = {Listed, {"a"}};
  all[4].large_files = {Listed, {"a"}};
  all[5].paths = {"a"};
  all[6].paths = {"a", "b"};
  all[7].paths = {"a b"};
  all[8].submodules = {Listed, {"a"}};
  all[8].large_files = {None};
  std::set<std::string> revisions;
  for (const auto& repository : all)
    revisions.insert(names::content_revision(repository, ""));
  CHECK(revisions.size() == all.size());
}
