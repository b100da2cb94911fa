#include "base/base64.h"
#include "base/files.h"
#include "sync/support/helper_run.h"
#include "sync/support/s3_server.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

#include <vector>

// Whatever characters a credential or an address has, rclone uses it as it is: none of them means
// anything on the way there.

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

std::vector<std::string> awkward() {
  return {"%(secret_access_key)s-4711", "%(type)s%%(x)s%s%25", "\"in quotes\"",   "`in ticks`",
          "\"\"\"three\"\"\"",          "`half of it",         "'single quote\\", ";# = [source]"};
}

/// MinIO would take these for others.
std::vector<std::string> more_awkward() {
  auto all = awkward();
  all.insert(all.end(), {"  blanks around  ", "Bl\xfcte\xff"});
  return all;
}

}  // namespace

TEST_CASE("an S3 server is spoken to with the keys of the Secret, whatever is in them") {
  if (S3Server::is_missing()) return;
  const auto password = GENERATE(from_range(awkward()));
  INFO(password);
  S3Server server("us-east-1", "%(type)s;#\"x", password);
  server.put("models");
  server.put("models/llm/weights.bin", "w");
  HelperRun helper;
  helper.username = "%(type)s;#\"x";
  helper.password = password;
  CHECK(helper.model("s3://models/llm", {"--endpoint", server.endpoint(), "--path-style"}) ==
        "published");
}

TEST_CASE("a web server is sent the token of the Secret, whatever is in it") {
  const auto token = GENERATE(from_range(more_awkward()));
  INFO(token);
  const WebServer server;
  const auto sent = (server.folder() / "sent").string();
  server.folder().write_script("cgi/llm", "printf %s \"$HTTP_AUTHORIZATION\" >" + sent +
                                              "\nprintf 'Content-Type: application/octet-stream"
                                              "\\r\\nContent-Length: 1\\r\\n\\r\\n'\n"
                                              "[ $REQUEST_METHOD = HEAD ] || printf w\n");
  const Folder secret;
  secret.write("token", token);
  HelperRun helper;
  helper.password = "";
  CHECK(helper.model(server.url("cgi/llm/weights.bin"),
                     {"--credentials-dir", (secret / "").string()}) == "published");
  // A header has no blanks at its end.
  CHECK(base::read_file(sent) == "Bearer " + token.substr(0, token.find_last_not_of(' ') + 1));
}

TEST_CASE("an sftp server is told the user and the password of the Secret, whatever is in them") {
  constexpr const char* variable = "GRADIENT_SFTP_SERVER";
  if (is_server_missing(variable, "SFTP")) return;
  const auto password = GENERATE(from_range(more_awkward()));
  INFO(password);
  const Folder served;
  served.write("llm/weights.bin", "w");
  shell("ssh-keygen -q -t ed25519 -N '' -f " + (served / "host").string());
  const auto port = free_port();
  const auto address = "127.0.0.1:" + std::to_string(port);
  ServerProcess server;
  server.start(
      {server_program(variable), "serve", "sftp", (served / "llm").string(), "--addr", address,
       "--user", "%(pass)s; #", "--pass", password, "--key", (served / "host").string()},
      port);
  const Folder secret;
  secret.write("knownHosts",
               "[127.0.0.1]:" + std::to_string(port) + " " + base::read_file(served / "host.pub"));
  secret.write("username", "%(pass)s; #");
  secret.write("password", password);
  HelperRun helper;
  helper.password = "";
  CHECK(helper.model("sftp://" + address + "/", {"--credentials-dir", (secret / "").string()}) ==
        "published");
}

TEST_CASE("an address that names a credential is refused, and nobody is told the credential") {
  const WebServer server;
  HelperRun helper;
  SECTION("as an endpoint") {
    CHECK_THAT(
        helper.model("s3://models/llm",
                     {"--endpoint", server.url("cgi/%(secret_access_key)s"), "--path-style"}),
        StartsWith("ModelSourceRefused: ") && Contains("as %25"));
  }
  SECTION("as a URL") {
    CHECK_THAT(helper.model(server.url("files/%(headers)s/")),
               StartsWith("ModelSourceRefused: ") && Contains("as %25"));
  }
  SECTION("as a region") {
    CHECK_THAT(helper.model("s3://models/llm", {"--endpoint", server.url("cgi"), "--path-style",
                                                "--region", "%(secret_access_key)s"}),
               StartsWith("ModelSourceRefused: ") && Contains("source.region"));
  }
  CHECK_THAT(server.full_log(),
             !Contains(canary) && !Contains(base::base64_encode("jane:" + std::string(canary))));
  CHECK_FALSE(helper.leaks());
}
