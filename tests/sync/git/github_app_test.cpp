#include "sync/git/github_app.h"

#include "base/base64.h"
#include "base/files.h"
#include "json/json.h"
#include "sync/program/http.h"
#include "sync/report/failure.h"
#include "sync/support/helper_run.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>

using namespace content;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

std::string make_rsa_key(const std::filesystem::path& file) {
  shell("openssl genrsa -traditional -out " + file.string() + " 2048 2>/dev/null");
  return base::read_file(file);
}

std::string decoded(std::string text) {
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  text.resize((text.size() + 3) / 4 * 4, '=');
  return base::base64_decode(text).value();
}

/// A server with the API of GitHub, a repository that takes the API's tokens alone, and an App.
struct GitHub {
  GitHub() {
    make_rsa_key(keys / "key");
    shell("openssl rsa -in " + (keys / "key").string() + " -pubout -out " +
          (keys / "public").string() + " 2>/dev/null");
    answer("printf 'Status: 201\\r\\nContent-Type: application/json\\r\\n\\r\\n{\"token\":\"" +
           std::string(token) + "\",\"expires_at\":\"2026-11-29T16:00:00Z\"}'\n");
    // git-http-backend behind the token.
    server.folder().write_script("cgi/app.git",
                                 "[ \"$HTTP_AUTHORIZATION\" = 'Basic " +
                                     base::base64_encode(std::string("x-access-token:") + token) +
                                     "' ] || { printf 'Status: 401\\r\\nWWW-Authenticate: Basic "
                                     "realm=\"GitHub\"\\r\\n\\r\\n'; exit; }\n"
                                     "GIT_PROJECT_ROOT=" +
                                     (server.folder() / "git").string() +
                                     " GIT_HTTP_EXPORT_ALL=1 PATH_INFO=/private.git$PATH_INFO exec "
                                     "/usr/lib/git-core/git-http-backend\n");
  }
  void answer(const std::string& script) const {
    server.folder().write_script("cgi/api", "printf '%s %s' \"$REQUEST_METHOD\" \"$PATH_INFO\" >" +
                                                (keys / "path").string() +
                                                "\nprintf %s \"$HTTP_AUTHORIZATION\" >>" +
                                                (keys / "sent").string() + "\n" + script);
  }
  std::string credential() const {
    return R"({"url":")" + server.url("cgi") + R"(","file":")" + (keys / "key").string() +
           R"(","appId":"123","installationId":"456","apiUrl":")" + server.url("cgi/api") + "\"}";
  }

  static constexpr const char* token = "ghs_canary4711";
  WebServer server;
  ServedRepository repository{server, "private.git"};
  Folder keys;
};

}  // namespace

TEST_CASE("a repository of GitHub comes with a token that its App asks for") {
  GitHub github;
  github.repository.commit("file", "text");
  HelperRun helper;
  helper.password = "";
  std::filesystem::create_directory(helper.folder() / "tmp");
  helper.environment.push_back("TMPDIR=" + (helper.folder() / "tmp").string());
  CHECK(helper.repository(github.server.url("cgi/app.git"),
                          {"--credential=" + github.credential()}) == "published");
  CHECK(base::read_file(github.keys / "path") == "POST /app/installations/456/access_tokens");
  const auto key = base::read_file(github.keys / "key");
  const auto line = key.find('\n') + 1;
  for (const auto& secret : {std::string(GitHub::token), key.substr(line, 60)}) {
    helper.password = secret;
    CHECK_FALSE(helper.leaks());
  }
}

TEST_CASE("an App proves who it is by a token that it has signed, good for ten minutes") {
  const Folder folder;
  const auto key = make_rsa_key(folder / "key");
  const auto now = std::chrono::sys_seconds(std::chrono::seconds(1800000000));
  const auto token = app_token("Iv23.abc", key, now);
  const auto first = token.find('.');
  const auto second = token.find('.', first + 1);
  CHECK(decoded(token.substr(0, first)) == R"({"alg":"RS256","typ":"JWT"})");
  const auto claims = json::parse(decoded(token.substr(first + 1, second - first - 1)));
  CHECK(json::text(claims) == R"({"exp":1800000540,"iat":1799999940,"iss":"Iv23.abc"})");
  folder.write("signed", token.substr(0, second));
  folder.write("signature", decoded(token.substr(second + 1)));
  const auto file = [&](const char* name) { return (folder / name).string(); };
  CHECK(shell("openssl rsa -in " + file("key") + " -pubout -out " + file("public") +
              " 2>/dev/null; openssl dgst -sha256 -verify " + file("public") + " -signature " +
              file("signature") + " " + file("signed")) == "Verified OK");
  CHECK_THROWS_WITH(app_token("7", "canary-4711", now),
                    StartsWith("GitHub App 7: what githubApp.privateKey names is no private key") &&
                        !Contains("canary"));
}

TEST_CASE("what the API refuses is told with the field to look at") {
  GitHub github;
  github.repository.commit("file", "text");
  const auto [status, reason, remedy] = GENERATE(table<std::string, std::string, std::string>({
      {"401", "GitAuthenticationFailed", "check githubApp.appId and privateKey"},
      {"404", "GitAuthenticationFailed", "check githubApp.installationId"},
      {"403", "GitAuthenticationFailed", "the installation may be suspended"},
      {"302", "UnexpectedAnswer", "check githubApp.apiUrl"},
  }));
  github.answer("printf 'Status: " + status +
                "\\r\\nLocation: http://localhost/\\r\\n\\r\\n%s' "
                "\"$HTTP_AUTHORIZATION\"\n");
  HelperRun helper;
  helper.password = "";
  CHECK_THAT(
      helper.repository(github.server.url("cgi/app.git"), {"--credential=" + github.credential()}),
      StartsWith(reason + ": ") && Contains("GitHub App 123") && Contains(remedy));
  helper.password = base::read_file(github.keys / "sent").substr(std::string("Bearer ").size(), 99);
  CHECK_FALSE(helper.leaks());
}

TEST_CASE("the API is the host's own") {
  CHECK(usual_api("https://github.com/team") == "https://api.github.com");
  CHECK(usual_api("https://team.ghe.com") == "https://api.team.ghe.com");
  CHECK(usual_api("https://github.example.com:8443/team") ==
        "https://github.example.com:8443/api/v3");
}

TEST_CASE("the proxy of a request is that of the environment, as curl reads it") {
  const auto proxy = [](const std::string& no_proxy, const std::string& url) {
    setenv("https_proxy", "proxy.example:3128", 1);
    setenv("no_proxy", no_proxy.c_str(), 1);
    const auto result = proxy_for(url);
    unsetenv("https_proxy");
    unsetenv("no_proxy");
    return result;
  };
  const auto used = "http://proxy.example:3128";
  CHECK(proxy("", "https://api.github.com/app") == used);
  CHECK(proxy("", "http://api.github.com/app").empty());
  CHECK(proxy("localhost, .github.com", "https://api.github.com/app").empty());
  CHECK(proxy("github.com:443", "https://API.github.com/app").empty());
  CHECK(proxy("github.com:8443", "https://api.github.com/app") == used);
  CHECK(proxy("hub.com,pi.github.com", "https://api.github.com/app") == used);
  CHECK(proxy("*", "https://api.github.com/app").empty());
}
