#include "base/files.h"
#include "sync/git/repository.h"
#include "sync/report/failure.h"
#include "sync/support/lfs_server.h"
#include "sync/support/ssh_server.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

// Submodules whose URLs are written in another way than the repository's, with real git against
// real servers.

using namespace content;
using Catch::Matchers::Contains;

namespace {

struct Volume {
  Folder folder, secrets;

  /// The commit, or "REASON: message".
  std::string sync(const GitRemote& remote) const {
    Reporter report(secrets / "termination", 4096, json::object({{"repository", "app"}}));
    try {
      sync_repository({.volume = folder / "",
                       .key = "key",
                       .name = "app",
                       .ref = "",
                       .revision = "1",
                       .remote = remote,
                       .program = GRADIENT_SYNC},
                      report, {});
    } catch (const Failure& failure) {
      return failure.reason + ": " + failure.what();
    }
    return json::string_at(json::parse(base::read_file(secrets / "termination")), {"commit"});
  }
  std::string tree() const { return (folder / ".gradient/checkouts/key/tree").string(); }
  std::string read(const std::string& file) const { return base::read_file(tree() + "/" + file); }
  std::string origin(const std::string& submodule) const {
    return shell("git -C " + tree() + "/" + submodule + " remote get-url origin");
  }
  /// Where the submodules were fetched.
  std::string places() const {
    const auto meta = json::parse(base::read_file(folder / ".gradient/checkouts/key/meta.json"));
    std::string result;
    for (const auto& submodule : json::elements_at(meta, {"submodules"}))
      result += json::string_at(submodule, {"url"}) + "\n";
    return result;
  }
};

}  // namespace

TEST_CASE("private submodules come with the repository's password, however their URL is written") {
  const WebServer server;
  const auto port = std::to_string(server.port());
  const ServedRepository app(server, "private.git");
  const ServedRepository lib(server, "private-lib.git");
  const ServedRepository deep(server, "private-deep.git");
  const auto url = GENERATE(as<std::string>(), "git@127.0.0.1:git/private-lib.git",
                            "ssh://git@127.0.0.1:2222/git/private-lib.git",
                            "http://owner@127.0.0.1:PORT/git/private-lib.git",
                            "HTTP://127.0.0.1:PORT/git/private-lib.git");
  auto written = url;
  if (const auto at = url.find("PORT"); at != std::string::npos) written.replace(at, 4, port);
  lib.commit("file", "lib");
  const auto of_lib = lib.add_submodule("deep", "../private-deep.git", deep.commit("file", "deep"));
  const auto commit = app.add_submodule("lib", written, of_lib);
  const Volume volume;
  const GitRemote remote{.url = app.url(),
                         .username = "jane",
                         .password_file = volume.secrets.write("password", canary)};
  CHECK(volume.sync(remote) == commit);
  CHECK(volume.read("lib/file") == "lib\n");
  CHECK(volume.read("lib/deep/file") == "deep\n");
  CHECK(volume.origin("lib") == written);
  CHECK(volume.places() == lib.url() + "\n" + deep.url() + "\n");
  CHECK(shell("git -C " + volume.tree() + " status --porcelain").empty());
}

TEST_CASE("a private submodule on another host comes with the credential for that host") {
  const WebServer server;
  const WebServer other;
  const ServedRepository app(server, "private.git");
  const ServedRepository lib(other, "private-lib.git");
  const auto commit = app.add_submodule("lib", lib.url(), lib.commit("file", "lib"));
  const Volume volume;
  const auto file = volume.secrets.write("other", canary);
  GitRemote remote{.url = app.url(),
                   .username = "jane",
                   .password_file = volume.secrets.write("password", canary)};
  SECTION("and a part of it that the URL begins with") {
    remote.credentials = {
        {.url = other.url("git/private-lib"), .username = "jane", .password_file = file}};
    CHECK(volume.sync(remote) == commit);
    CHECK(volume.read("lib/file") == "lib\n");
  }
  SECTION("but not for another part of it") {
    remote.credentials = {
        {.url = other.url("git/private"), .username = "jane", .password_file = file}};
    CHECK_THAT(volume.sync(remote), Catch::StartsWith("GitAuthenticationFailed: submodule lib: ") &&
                                        Contains("repositories.credentials"));
    CHECK_THAT(other.full_log(), !Contains("Authorization: "));
  }
}

TEST_CASE("a repository without a password of its own comes with the credential for its host") {
  const WebServer server;
  const ServedRepository app(server, "private.git");
  const auto commit = app.commit("file", "text");
  const Volume volume;
  CHECK(volume.sync({.url = app.url(),
                     .credentials = {{.url = server.url(""),
                                      .username = "jane",
                                      .password_file = volume.secrets.write("p", canary)}}}) ==
        commit);
}

TEST_CASE("large files of a submodule come from where the submodule does") {
  if (LfsServer::is_missing()) return;
  LfsServer large;
  const WebServer server(large.port());
  const ServedRepository app(server, "private.git");
  const ServedRepository lib(server, "private-lib.git");
  lib.commit(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text");
  const auto of_lib = lib.commit("weights.bin", large.put("private-lib", "large content"));
  const auto commit = app.add_submodule("lib", "git@127.0.0.1:git/private-lib.git", of_lib);
  const Volume volume;
  const GitRemote remote{.url = app.url(),
                         .username = "jane",
                         .password_file = volume.secrets.write("password", canary)};
  CHECK(volume.sync(remote) == commit);
  CHECK(volume.read("lib/weights.bin") == "large content");
}

TEST_CASE("below a repository of ssh, submodules of its host come with its key, or as they are") {
  const SshServer server;
  const WebServer web;
  const ServedRepository app((server.folder() / "app.git").string(), server.url("app.git"));
  const ServedRepository lib((server.folder() / "lib.git").string(), server.url("lib.git"));
  const ServedRepository open(web, "open.git");
  const auto path = (server.folder() / "lib.git").string();
  const auto of_lib = lib.commit("file", "lib");
  app.add_submodule("one", "ssh://git@127.0.0.1:9" + path, of_lib);
  app.add_submodule("two", "https://owner@127.0.0.1" + path, of_lib);
  const auto commit = app.add_submodule("three", open.url(), open.commit("file", "open"));
  const Volume volume;
  const GitRemote remote{.url = app.url(),
                         .password_file = volume.secrets.write("password", server.key()),
                         .known_hosts = server.known_hosts()};
  CHECK(volume.sync(remote) == commit);
  CHECK(volume.read("one/file") == "lib\n");
  CHECK(volume.read("two/file") == "lib\n");
  CHECK(volume.read("three/file") == "open\n");
  CHECK(volume.origin("two") == "https://owner@127.0.0.1" + path);
  CHECK_THAT(volume.places(), Contains(lib.url()) && Contains(open.url()));
}
