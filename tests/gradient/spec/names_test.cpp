#include "gradient/spec/names.h"

#include <catch2/catch.hpp>

namespace {

namespace names = gradient::names;

std::string host(const std::string& name, const std::string& ns) {
  return names::host({.kind = "GradientDeployment", .ns = ns, .name = name, .uid = {}, .sync = {}},
                     "apps.example.com");
}

}  // namespace

TEST_CASE("a deployment's host is its name and namespace below the domain") {
  CHECK(host("demo", "team") == "demo-team.apps.example.com");
}

TEST_CASE("a host's first label that would be too long is cut and told apart by a hash") {
  const std::string name(50, 'a');
  const std::string twelve(12, 'b');
  CHECK(host(name, twelve) == name + "-" + twelve + ".apps.example.com");  // 63 characters

  const auto cut = host(name, twelve + "b");
  CHECK(cut.find('.') == 63);
  CHECK(cut.rfind(name + "-bbb-", 0) == 0);
  CHECK(cut != host(name, twelve + "c"));
  CHECK(cut == host(name, twelve + "b"));
}

TEST_CASE("deployments with the same host are found by their names alone") {
  using Places = std::vector<names::Place>;
  CHECK(names::others_of_host({.ns = "team", .name = "demo"}) == Places{});
  CHECK(names::others_of_host({.ns = "c", .name = "a-b"}) == Places{{"b-c", "a"}});
  CHECK(names::others_of_host({.ns = "b-c", .name = "a"}) == Places{{"c", "a-b"}});
  // No deployment's name ends or begins with '-', or begins with a digit; nor is any longer
  // than 50.
  CHECK(names::others_of_host({.ns = "b", .name = "a--c"}) == Places{});
  CHECK(names::others_of_host({.ns = "c", .name = std::string(50, 'a')}) == Places{});
  CHECK(names::others_of_host({.ns = "b-c", .name = std::string(49, 'a')}) == Places{});
}
