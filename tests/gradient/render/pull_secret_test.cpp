#include "gradient/render/pull_secret.h"

#include "base/base64.h"

#include <catch2/catch.hpp>

using namespace gradient;

namespace {

const Parent hub{"ContainerRegistry", "team-a", "hub", "u", 1, ""};

RegistrySpec registry(const std::string& server) {
  RegistrySpec spec;
  spec.server = server;
  spec.username = "robot";
  return spec;
}

std::string config(const std::string& server, const std::string& password) {
  const auto secret = render_pull_secret(hub, registry(server), password);
  return base::base64_decode(json::string_at(secret, {"data", ".dockerconfigjson"})).value_or("");
}

}  // namespace

TEST_CASE("credentials stand under the names that image references begin with") {
  CHECK(json::at(json::parse(config("https://registry.example.com/v2/", "p")), {"auths"}).size() ==
        1);
  for (const auto* key : {"registry.example.com:443", "registry.example.com"}) {
    const auto login =
        json::at(json::parse(config("https://registry.example.com:443/v2/", "p")), {"auths", key});
    CHECK(base::base64_decode(json::string_at(login, {"auth"})) == "robot:p");
  }
}

TEST_CASE("a password may hold any character, and no line break at its end") {
  const std::string password = "p\"a:ss\\wörd ";
  for (const std::string end : {"", "\n", "\r\n", "\n\n"}) {
    const auto login = json::at(json::parse(config("r", password + end)), {"auths", "r"});
    CHECK(json::string_at(login, {"username"}) == "robot");
    CHECK(json::string_at(login, {"password"}) == password);
    CHECK(base::base64_decode(json::string_at(login, {"auth"})) == "robot:" + password);
  }
}

TEST_CASE("another password is another intent") {
  const auto hash = [](const std::string& password) {
    return json::string_at(render_pull_secret(hub, registry("r"), password),
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
