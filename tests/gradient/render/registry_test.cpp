#include "base/base64.h"
#include "gradient/render/render.h"

#include <catch2/catch.hpp>

using namespace gradient;

namespace {

const Parent parent{"ContainerRegistry", "team-a", "hub", "u", 1, ""};

RegistrySpec registry(const std::string& server) {
  RegistrySpec spec;
  spec.server = server;
  spec.username = "robot";
  return spec;
}

std::string config(const std::string& server, const std::string& password) {
  const auto secret = render_pull_secret(parent, registry(server), password);
  return base::base64_decode(json::string_at(secret, {"data", ".dockerconfigjson"})).value_or("");
}

}  // namespace

TEST_CASE("credentials stand under the name that image references begin with") {
  struct Case {
    const char *server, *key;
  };
  const auto c = GENERATE(values<Case>({
      {"registry.example.com", "registry.example.com"},
      {"registry.example.com:5000", "registry.example.com:5000"},
      {"https://registry.example.com/", "registry.example.com"},
      {"https://registry.example.com/team/", "registry.example.com/team"},
      {"docker.io", "https://index.docker.io/v1/"},
      {"https://index.docker.io/v1/", "https://index.docker.io/v1/"},
      {"hub.docker.com", "https://index.docker.io/v1/"},
      {"mirror-docker.io", "mirror-docker.io"},
  }));
  DYNAMIC_SECTION(c.server) {
    CHECK(json::at(json::parse(config(c.server, "p")), {"auths", c.key}).is_object());
  }
}

TEST_CASE("a password may hold any character") {
  const std::string password = "p\"a:ss\\wörd\n";
  const auto login = json::at(json::parse(config("r", password)), {"auths", "r"});
  CHECK(json::string_at(login, {"username"}) == "robot");
  CHECK(json::string_at(login, {"password"}) == password);
  CHECK(base::base64_decode(json::string_at(login, {"auth"})) == "robot:" + password);
}

TEST_CASE("another password is another intent") {
  const auto hash = [](const std::string& password) {
    return json::string_at(render_pull_secret(parent, registry("r"), password),
                           {"metadata", "annotations", "gradient-operator.dev/applied"});
  };
  CHECK(hash("one") == hash("one"));
  CHECK(hash("one") != hash("two"));
}

TEST_CASE("a registry that has a Secret uses it, another one gets its own") {
  RegistrySpec existing;
  existing.secret_name = "login";
  CHECK(pull_secret_name("hub", existing) == "login");
  CHECK(pull_secret_name("hub", registry("docker.io")) == "hub-pull");
}
