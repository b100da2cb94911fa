#include "sync/oci/registry_login.h"

#include "base/base64.h"

#include <catch2/catch.hpp>

using content::registry_login;
using content::RegistryLogin;

namespace {

std::string configuration(const std::vector<std::string>& keys) {
  std::string auths;
  for (const auto& key : keys) {
    auths += (auths.empty() ? "" : ",") + ("\"" + key) + R"(": {"password": "p", "username": ")" +
             key + "\"}";
  }
  return R"({"auths": {)" + auths + "}}";
}

/// The key whose login is used.
std::string key_for(const std::string& repository, const std::vector<std::string>& keys) {
  const auto login = registry_login(configuration(keys), repository);
  return login ? login->username : "";
}

}  // namespace

TEST_CASE("a repository is read with the login for its host, and the longest path of those") {
  const std::vector<std::string> keys{"registry.example.com", "registry.example.com/team",
                                      "registry.example.com/team/llm-old", "other.example.com"};
  CHECK(key_for("registry.example.com/team/llm", keys) == "registry.example.com/team");
  CHECK(key_for("registry.example.com/teams/llm", keys) == "registry.example.com");
  CHECK(key_for("registry.example.com:5000/team/llm", keys).empty());
  CHECK(key_for("registry.example.com.evil.example/team/llm", keys).empty());
}

TEST_CASE("a key may have a scheme, the API's version, the port of https, and any label") {
  CHECK(key_for("r.example.com/a", {"https://r.example.com/v2/"}) == "https://r.example.com/v2/");
  CHECK(key_for("r.example.com:443/a", {"R.example.com"}) == "R.example.com");
  CHECK(key_for("docker.io/example/a", {"https://index.docker.io/v1/"}) ==
        "https://index.docker.io/v1/");
  CHECK(key_for("a.dkr.example.com/a", {"*.dkr.example.com"}) == "*.dkr.example.com");
}

TEST_CASE("a login is in auth, or in username and password; one without either is none") {
  const auto auth = base::base64_encode("u:p:w");
  CHECK(registry_login(R"({"auths": {"h": {"auth": ")" + auth + R"("}}})", "h/a") ==
        RegistryLogin{"u", "p:w"});
  CHECK(registry_login(R"({"auths": {"h": {"username": "u", "password": "p"}}})", "h/a") ==
        RegistryLogin{"u", "p"});
  CHECK_FALSE(registry_login(R"({"auths": {"h": {}}, "credsStore": "desktop"})", "h/a"));
  CHECK_FALSE(registry_login("{}", "h/a"));
  CHECK_THROWS_AS(registry_login("no JSON", "h/a"), std::invalid_argument);
}
