#include "base/base64.h"
#include "base/hash.h"
#include "support/skip.h"
#include "sync/support/helper_run.h"
#include "sync/support/pointer.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

#include <unistd.h>

// A server of each kind of source redirects to another host, and that host to itself: what a client
// leaves out at the first redirection it may send again at the second.

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

/// "Location: TARGET/the rest of the address"
std::string redirection_to(const std::string& target, int status = 307) {
  return "printf 'Status: " + std::to_string(status) + "\\r\\nLocation: %s%s%s\\r\\n\\r\\n' '" +
         target + "' \"$PATH_INFO\" \"${QUERY_STRING:+?$QUERY_STRING}\"\n";
}

/// A certificate for an address, with its key, in one file.
std::string make_certificate(const Folder& folder, const std::string& address) {
  const auto file = [&](const char* name) { return (folder / name).string(); };
  shell("openssl req -x509 -days 1 -subj /CN=" + address + " -addext subjectAltName=IP:" + address +
        " -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout " + file("key") +
        " -out " + file("crt") + " 2>/dev/null && cat " + file("key") + " " + file("crt") + " >" +
        file("pem"));
  return file("pem");
}

/// A server at 127.0.0.1 that redirects, after a login, to another at localhost.
struct Redirecting {
  WebServer server, other;
  HelperRun helper;

  Redirecting() {
    other.folder().write_script("cgi/hop", redirection_to(other_host()));
    other.folder().write("files/llm/weights.bin", "w");
  }
  std::string other_host() const { return "http://localhost:" + std::to_string(other.port()); }
  /// The script `cgi/NAME` leads to PATH at the other host.
  void redirect(const std::string& name, const std::string& path) const {
    server.folder().write_script("cgi/" + name,
                                 after_login(redirection_to(other_host() + "/cgi/hop/" + path)));
  }
  /// The first server was given the credentials, and the other nothing.
  void check_credentials_stayed() {
    CHECK_THAT(server.full_log(), Contains("Authorization: "));
    CHECK_THAT(other.full_log(), !Contains("Authorization: ") && !Contains(canary) &&
                                     !Contains(base::base64_encode(std::string("jane:") + canary)));
    helper.password = canary;
    CHECK_FALSE(helper.leaks());
  }
  /// Both redirections were followed, to `end`.
  void check_followed(const std::string& end) const {
    CHECK_THAT(other.log(), Contains(" /cgi/hop/") && Contains(" " + end));
  }
};

}  // namespace

TEST_CASE("a file and a folder of the web are redirected without the credentials") {
  Redirecting hosts;
  hosts.other.folder().write("files/private/weights.bin", "w");
  hosts.redirect("llm", "files/llm");
  hosts.redirect("moved", "files/private");
  const auto file = GENERATE("weights.bin", "");
  CHECK_THAT(HelperRun().model(hosts.server.url(std::string("cgi/moved/") + file)),
             StartsWith("ModelAuthenticationFailed: "));
  CHECK(hosts.helper.model(hosts.server.url(std::string("cgi/llm/") + file)) == "published");
  hosts.check_followed("/files/llm/");
  hosts.check_credentials_stayed();
}

TEST_CASE("a token of a model is not sent to the host that a file is redirected to") {
  Redirecting hosts;
  hosts.redirect("llm", "files/llm");
  const Folder secret;
  secret.write("token", canary);
  hosts.helper.password = "";
  CHECK(hosts.helper.model(hosts.server.url("cgi/llm/weights.bin"),
                           {"--credentials-dir", (secret / "").string()}) == "published");
  hosts.check_followed("/files/llm/weights.bin");
  hosts.check_credentials_stayed();
}

TEST_CASE("an S3 endpoint redirects without the signature, the session and the keys") {
  Redirecting hosts;
  hosts.redirect("models", "files/models");
  const Folder secret;
  secret.write("accessKeyId", "jane");
  secret.write("secretAccessKey", "other-secret");
  secret.write("sessionToken", canary);
  hosts.helper.password = "";
  CHECK_THAT(
      hosts.helper.model("s3://models/llm", {"--endpoint", hosts.server.url("cgi"), "--path-style",
                                             "--credentials-dir", (secret / "").string()}),
      !Contains("published"));
  hosts.check_followed("/files/models");
  hosts.check_credentials_stayed();
}

TEST_CASE("a redirection of Azure is not followed, so that nobody else sees a signed URL") {
  Redirecting hosts;
  hosts.server.folder().write_script("cgi/models",
                                     redirection_to(hosts.other_host() + "/cgi/hop/files/models"));
  const Folder secret;
  secret.write("sasUrl", hosts.server.url("cgi/models?sv=2024-01-01&sig=" + std::string(canary)));
  hosts.helper.password = "";
  CHECK_THAT(
      hosts.helper.model("azureblob://models/llm", {"--credentials-dir", (secret / "").string()}),
      !Contains("published"));
  CHECK_THAT(hosts.server.log(), Contains(canary));
  CHECK(hosts.other.log().empty());
}

TEST_CASE("a repository is redirected without the credentials, or not at all") {
  Redirecting hosts;
  auto& [server, other, helper] = hosts;
  ServedRepository(other, "app.git").commit("file", "text");
  ServedRepository(other, "private.git").commit("file", "text");
  hosts.redirect("after-login.git", "git/app.git");
  const auto redirect_at_once = [&](const std::string& name, const std::string& path) {
    server.folder().write_script("cgi/" + name,
                                 redirection_to(hosts.other_host() + "/cgi/hop/" + path));
  };
  redirect_at_once("app.git", "git/app.git");
  redirect_at_once("moved.git", "git/private.git");
  hosts.redirect("private.git", "git/private.git");
  const auto of = GENERATE("repository", "model");
  const auto end = [&](const std::string& name) {
    return of == std::string("model") ? HelperRun().model("git+" + server.url("cgi/" + name))
                                      : helper.repository(server.url("cgi/" + name));
  };
  CHECK_THAT(end("moved.git"), StartsWith("GitRedirected: ") && Contains("write the final URL"));
  CHECK_THAT(end("private.git"), StartsWith("GitAuthenticationFailed: "));
  CHECK_THAT(end("after-login.git"),
             StartsWith("GitRedirected: ") && Contains("write the final URL"));
  CHECK(end("app.git") == "published");
  hosts.check_followed("/git/app.git/info/refs");
  hosts.check_credentials_stayed();
}

TEST_CASE("large files of git are redirected without the credentials") {
  Redirecting hosts;
  auto& [server, other, helper] = hosts;
  const std::string content = "large content";
  const auto sha256 = base::sha256_hex(content);
  const ServedRepository repository(server, "private.git");
  repository.commit(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text");
  repository.commit("weights.bin", pointer(sha256, content.size()));
  repository.commit(".lfsconfig", "[lfs]\\n\\turl = " + server.url("cgi/large"));
  other.folder().write("files/content", content);
  const auto object = [&](const std::string& href) {
    const auto size = std::to_string(content.size());
    return "printf 'Content-Type: application/vnd.git-lfs+json\\r\\n\\r\\n%s' "
           R"('{"transfer":"basic","objects":[{"oid":")" +
           sha256 + R"(","size":)" + size +
           R"(,"authenticated":true,"actions":{"download":{"href":")" + href +
           R"(","header":{"Authorization":"Bearer )" + canary + "\"}}}}]}'\n";
  };
  SECTION("by the server that has them") {
    server.folder().write_script("cgi/large", after_login(object(server.url("cgi/store"))));
    hosts.redirect("store", "files/content");
    CHECK(helper.repository(repository.url()) == "published");
    hosts.check_followed("/files/content");
  }
  SECTION("or not at all by the server that is asked where they are") {
    other.folder().write_script("cgi/batch", object(hosts.other_host() + "/files/content"));
    hosts.redirect("large", "cgi/batch");
    CHECK_THAT(helper.repository(repository.url()), StartsWith("GitRedirected: "));
  }
  hosts.check_credentials_stayed();
}

TEST_CASE("a redirection from https to http is not followed, and told") {
  const Folder folder;
  const WebServer server(0, make_certificate(folder, "127.0.0.1"));
  const WebServer other;
  other.folder().write("files/llm/weights.bin", "w");
  server.folder().write_script("cgi/llm", after_login(redirection_to(other.url("files/llm"))));
  HelperRun helper;
  helper.environment.push_back("GRADIENT_CA_BUNDLE=" + shell("cat " + (folder / "crt").string()));
  const auto path = GENERATE("cgi/llm/weights.bin", "cgi/llm/");
  CHECK_THAT(helper.model(server.url(path)), StartsWith("ModelSourceRefused: "));
  CHECK(helper.retries() == 0);
  CHECK(other.log().empty());
}

TEST_CASE("within a host a repository that has moved comes with the credentials") {
  const WebServer server;
  const ServedRepository repository(server, "private.git");
  repository.commit("file", "text");
  const auto redirection = redirection_to(server.url("git/private.git"), GENERATE(301, 307, 308));
  server.folder().write_script("cgi/renamed", redirection);
  server.folder().write_script("cgi/private", after_login(redirection));
  HelperRun helper;
  CHECK(helper.repository(server.url("cgi/" + std::string(GENERATE("renamed", "private")))) ==
        "published");
  CHECK_FALSE(helper.leaks());
}

TEST_CASE("within a host large files come with the credentials from where their server has moved") {
  const WebServer server;
  const ServedRepository repository(server, "private.git");
  const std::string content = "large content";
  const auto sha256 = base::sha256_hex(content);
  repository.commit(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text");
  repository.commit("weights.bin", pointer(sha256, content.size()));
  repository.commit(".lfsconfig", "[lfs]\\n\\turl = " + server.url("cgi/old"));
  server.folder().write("files/content", content);
  server.folder().write_script(
      "cgi/old", redirection_to(server.url("cgi/large"), GENERATE(301, 302, 307, 308)));
  server.folder().write_script(
      "cgi/large", after_login("printf 'Content-Type: application/vnd.git-lfs+json\\r\\n\\r\\n%s' "
                               R"('{"transfer":"basic","objects":[{"oid":")" +
                               sha256 + R"(","size":)" + std::to_string(content.size()) +
                               R"(,"actions":{"download":{"href":")" + server.url("files/content") +
                               "\"}}}]}'\n"));
  HelperRun helper;
  CHECK(helper.repository(repository.url()) == "published");
  CHECK_FALSE(helper.leaks());
}

TEST_CASE("a server that leads from http to https of its own is sent the credentials there") {
  const auto number = getpid();  // a host of this run alone
  const auto host =
      "127.89." + std::to_string(number / 256 % 256) + "." + std::to_string(number % 256);
  if (!may_listen(host, 80) || !may_listen(host, 443)) {
    support::skip("this user may not listen at the ports 80 and 443");
    return;
  }
  const Folder folder;
  const WebServer secure(0, make_certificate(folder, host), host, 443);
  const WebServer plain(0, "", host, 80);
  ServedRepository(secure, "private.git").commit("file", "text");
  plain.folder().write_script("cgi/app.git",
                              redirection_to("https://" + host + "/git/private.git"));
  HelperRun helper;
  helper.environment.push_back("GRADIENT_CA_BUNDLE=" + shell("cat " + (folder / "crt").string()));
  CHECK(helper.repository("http://" + host + "/cgi/app.git") == "published");
  CHECK_THAT(plain.full_log(), !Contains("Authorization: "));
}
