#include "gradient/spec/pull_credentials.h"

#include "base/base64.h"
#include "json/json.h"

#include <catch2/catch.hpp>

using namespace gradient;
using Catch::Matchers::Contains;
using Strings = std::vector<std::string>;

namespace {

std::string entry(const std::string& server, const std::string& fields) {
  return R"({"auths":{")" + server + "\":{" + fields + "}}}";
}

std::string auth(const std::string& login) {
  return R"("auth":")" + base::base64_encode(login) + '"';
}

}  // namespace

TEST_CASE("credentials stand under every name that nodes may look for") {
  struct Case {
    std::string server;
    Strings keys;
  };
  const std::string hub = "https://index.docker.io/v1/";
  const auto c = GENERATE_COPY(values<Case>({
      {"registry.example.com", {"registry.example.com"}},
      {"registry.example.com:5000", {"registry.example.com:5000"}},
      {"https://registry.example.com/", {"registry.example.com"}},
      {"https://registry.example.com/v1/", {"registry.example.com"}},
      {"https://registry.example.com/v2/", {"registry.example.com"}},
      {"registry.example.com/v1", {"registry.example.com"}},
      {"registry.example.com:5000//v2", {"registry.example.com:5000"}},
      {"registry.example.com/v2/team/", {"registry.example.com/team"}},
      {"registry.example.com/v2beta", {"registry.example.com/v2beta"}},
      {"https://registry.example.com:5000/team/", {"registry.example.com:5000/team"}},
      {"REGISTRY.Example.com/Team", {"registry.example.com/Team", "REGISTRY.Example.com/Team"}},
      {"registry.example.com:443", {"registry.example.com", "registry.example.com:443"}},
      {"docker.io", {hub}},
      {"Docker.io:443/", {hub}},
      {"https://index.docker.io/v1/", {hub}},
      {"registry-1.docker.io/v2/", {hub, "registry-1.docker.io"}},
      {"mirror-docker.io", {"mirror-docker.io"}},
  }));
  DYNAMIC_SECTION(c.server) {
    CHECK(pull::keys(c.server) == c.keys);
  }
}

TEST_CASE("a key covers the images that the kubelet offers it to") {
  struct Case {
    std::string key, image;
    bool covers;
  };
  const auto c = GENERATE(values<Case>({
      {"registry.example.com", "registry.example.com/team/app:1", true},
      {"https://registry.example.com/v2/", "registry.example.com/team/app:1", true},
      {"registry.example.com/team", "registry.example.com/team/app:1", true},
      {"registry.example.com/team", "registry.example.com/other/app:1", false},
      {"registry.example.com/v2", "registry.example.com/team/app:1", false},
      {"registry.example.com", "registry.example.com:443/team/app:1", false},
      {"registry.example.com:443", "registry.example.com/team/app:1", false},
      {"registry.example.com:5000", "registry.example.com:5000/app", true},
      {"registry.example.com", "other.example.com/app", false},
      {"registry.example.com", "a.registry.example.com/app", false},
      {"a.registry.example.com", "registry.example.com/app", false},
      {"REGISTRY.example.com", "registry.example.com/app", false},
      {"*.example.com", "registry.example.com/app", true},
      {"*.com", "registry.example.com/app", false},
      {"https://index.docker.io/v1/", "app:1", true},
      {"https://index.docker.io/v1/", "team/app", true},
      {"docker.io", "index.docker.io/team/app", true},
      {"docker.io/team", "team/app", true},
      {"docker.io/team", "app", false},
      {"docker.io", "registry-1.docker.io/team/app", false},
      {"localhost:5000", "localhost:5000/app", true},
      {"https://bot:canary@registry.example.com", "registry.example.com/app", true},
  }));
  DYNAMIC_SECTION(c.key << " " << c.image) {
    CHECK(pull::covers(pull::server_of(c.key), c.image) == c.covers);
  }
}

TEST_CASE("an image without a registry is at Docker Hub") {
  CHECK(pull::registry_of("app:1") == "docker.io");
  CHECK(pull::registry_of("team/app") == "docker.io");
  CHECK(pull::registry_of("localhost/app") == "localhost");
  CHECK(pull::registry_of("registry.example.com:5000/app@sha256:0") == "registry.example.com:5000");
}

TEST_CASE("a Docker configuration that nodes can pull with") {
  struct Case {
    std::string name, text;
    Strings servers;
  };
  const auto c = GENERATE(values<Case>({
      {"auth", entry("https://r.example.com/v2/", auth("bot:pass:word")), {"r.example.com"}},
      {"auth alone counts",
       entry("r", auth("bot:pw") + R"(,"username":"","password":"x\n")"),
       {"r"}},
      {"two fields", entry("r", R"("username":"bot","password":"pw","email":"a@b")"), {"r"}},
      {"without padding", entry("r", R"("auth":"Ym90OnA")"), {"r"}},
      {"wrapped", entry("r", R"("auth":"Ym90\nOnB3\r\n")"), {"r"}},
      {"a key file", entry("r", auth("_json_key:{\n}\n")), {"r"}},
      {"one of two", R"({"auths":{"a":{},"b":{"auth":"Ym90OnB3"}},"credsStore":"desktop"})", {"b"}},
      {"Docker Hub", entry("https://index.docker.io/v1/", auth("bot:pw")), {"docker.io"}},
  }));
  DYNAMIC_SECTION(c.name) {
    CHECK(pull::read(c.text).servers == c.servers);
    CHECK(pull::read(c.text).problem.empty() == !c.servers.empty());
  }
}

TEST_CASE("a Docker configuration that nodes cannot pull with says why, and no value") {
  struct Case {
    std::string name, text, problem;
  };
  const std::string unread = ", and nodes then read no entry at all";
  const auto c = GENERATE_COPY(values<Case>({
      {"nothing", "", "is not JSON"},
      {"a text", "canary", "is not JSON"},
      {"no auths", "{}", "has no entry in auths"},
      {"empty auths", R"({"auths":{}})", "has no entry in auths"},
      {"kept by a program", R"({"auths":{"r":{}},"credsStore":"canary"})",
       "auths.r: has neither auth nor username and password, as credsStore keeps the passwords on "
       "the machine of docker login"},
      {"kept by several programs", R"({"credHelpers":{"r":"canary"}})",
       "has no entry in auths, as credHelpers keeps the passwords on the machine of docker login"},
      {"a token for other clients", entry("r", R"("identitytoken":"canary")"),
       "auths.r: has an identitytoken alone, which nodes do not use"},
      {"no user", entry("r", auth(":canary")), "auths.r: the user is empty"},
      {"no password", entry("r", R"("username":"canary")"), "auths.r: the password is empty"},
      {"a line break at the end", entry("https://r.example.com:5000/v2/", auth("bot:canary\n")),
       "auths.r.example.com:5000: the password ends with a line break"},
      {"a line break inside", entry("r", auth("bot:can\nary")),
       "auths.r: the password has a line break or another control character inside"},
      {"no base64", entry("r", R"("auth":"canary!!")"),
       "auths.r: auth is not USER:PASSWORD in base64" + unread},
      {"no colon", entry("r", auth("canary")),
       "auths.r: auth is not USER:PASSWORD in base64" + unread},
      {"broken beside a good one", R"({"auths":{"a":{"auth":"Ym90OnB3"},"b":{"auth":"canary!!"}}})",
       "auths.b: auth is not USER:PASSWORD in base64" + unread},
      {"no text", entry("r", R"("username":"bot","password":12345)"),
       "auths.r: password is not a text" + unread},
      {"a list", R"({"auths":["canary"]})", "has no entry in auths"},
      {"no mapping", R"({"auths":{"r":"canary"}})", "auths.r: is not a mapping" + unread},
      {"a user in the key", entry("https://bot:canary@r/", ""),
       "auths.r: has neither auth nor username and password"},
      {"a key that is no server", entry("r\\ncanary", auth("bot:pw")),
       "an entry of auths: its key is no server"},
      {"many", R"({"auths":{"a":{},"b":{},"c":{},"d":{},"e":{}}})",
       "auths.a: has neither auth nor username and password, auths.b: has neither auth nor "
       "username and password, auths.c: has neither auth nor username and password and 2 more"},
  }));
  DYNAMIC_SECTION(c.name) {
    const auto read = pull::read(c.text);
    CHECK(read.servers == Strings{});
    CHECK(read.problem == c.problem);
    CHECK_THAT(read.problem, !Contains("canary"));
  }
}

TEST_CASE("a password is taken without the line breaks at its end, and only without those") {
  CHECK(pull::without_line_end("pw\n") == "pw");
  CHECK(pull::without_line_end("pw\r\n") == "pw");
  CHECK(pull::without_line_end("pw\n\n") == "pw");
  CHECK(pull::without_line_end(" p\nw \n") == " p\nw ");
  CHECK(pull::without_line_end("\n") == "");
  CHECK(pull::without_line_end("") == "");
}
