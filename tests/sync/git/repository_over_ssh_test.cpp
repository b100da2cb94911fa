#include "base/files.h"
#include "support/skip.h"
#include "sync/git/repository.h"
#include "sync/report/failure.h"
#include "sync/support/ssh_server.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

// With real git and ssh, against a real sshd.

using namespace content;
using Catch::Matchers::Contains;

namespace {

/// A repository on a server, and a dataset's volume that it is brought to.
struct Site {
  explicit Site(std::string host = "127.0.0.1", int port = free_port())
      : server(std::move(host), port),
        url(server.url("app.git")),
        repository((server.folder() / "app.git").string(), url),
        commit(repository.commit("file", "text")),
        key(server.key()),
        known_hosts(server.known_hosts()) {}

  /// The commit, or "REASON: message" without the URL.
  std::string sync() const {
    RepositoryOptions options{.volume = volume / "",
                              .key = "key",
                              .name = "app",
                              .ref = "",
                              .revision = "1",
                              .remote = {.url = url,
                                         .password_file = secrets.write("password", key),
                                         .known_hosts_file = secrets / "known_hosts",
                                         .known_hosts = configured_known_hosts},
                              .program = GRADIENT_SYNC};
    if (!known_hosts.empty()) secrets.write("known_hosts", known_hosts);
    Reporter report(secrets / "termination", 4096, json::object({{"repository", "app"}}));
    try {
      sync_repository(options, report, {});
    } catch (const Failure& failure) {
      const std::string text = failure.what();
      return failure.reason + ": " + text.substr(text.find(url) == 0 ? url.size() + 2 : 0);
    }
    return json::string_at(json::parse(base::read_file(secrets / "termination")), {"commit"});
  }
  std::string tree() const { return (volume / ".gradient/checkouts/key/tree").string(); }

  Folder volume, secrets;
  SshServer server;
  std::string url;
  ServedRepository repository;
  std::string commit, key, known_hosts, configured_known_hosts;
};

constexpr const char* remedy = "NAME.known_hosts, NAME being the key that password names";

}  // namespace

TEST_CASE("a repository is fetched over ssh, and is its checkout's origin") {
  const Site site;
  CHECK(site.sync() == site.commit);
  CHECK(base::read_file(site.tree() + "/file") == "text\n");
  CHECK(shell("git -C " + site.tree() + " remote get-url origin") == site.url);
  CHECK(shell("git -C " + site.tree() + " status --porcelain").empty());
}

TEST_CASE("a server that gives no large files over ssh is told, once") {
  const Site site;
  site.repository.commit(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text");
  site.repository.commit("weights.bin", "version https://git-lfs.github.com/spec/v1\\noid sha256:" +
                                            std::string(64, 'a') + "\\nsize 5");
  CHECK(site.sync() ==
        "GitLfsFailed: the server gives no large files (LFS) over ssh; name their server by "
        "lfs.url in .lfsconfig, or write an https URL");
}

TEST_CASE("USER@HOST:PATH is the same at ssh's own port") {
  const auto number = getpid();  // a host of this run alone
  const auto host =
      "127.88." + std::to_string(number / 256 % 256) + "." + std::to_string(number % 256);
  if (!may_listen(host, 22)) {
    support::skip("this user may not listen at port 22");
    return;
  }
  Site site(host, 22);
  site.url = site.server.account() + ":" + (site.server.folder() / "app.git").string();
  CHECK(site.sync() == site.commit);
  CHECK(shell("git -C " + site.tree() + " remote get-url origin") == site.url);
}

TEST_CASE("the user is git where the URL names none") {
  Site site;
  site.url = "ssh://127.0.0.1:" + std::to_string(site.server.port()) + "/app@v2.git";
  CHECK(site.sync() ==
        "GitAuthenticationFailed: the server does not take the private key; give it the public "
        "key, and check the user in the URL");
  CHECK_THAT(site.server.log(), Contains("user git "));
}

TEST_CASE("keys of every form are taken, also without the newline at their end") {
  Site site;
  const auto options =
      GENERATE("-t ed25519 -N ''", "-t rsa -m PEM -N ''", "-t ecdsa -m PKCS8 -N ''");
  std::filesystem::remove(site.server.folder() / "key");
  site.key = make_key(site.server.folder() / "key", options);
  SECTION("as written") {}
  SECTION("without newline") {
    site.key.pop_back();
  }
  SECTION("with the line ends of Windows") {
    for (auto at = site.key.find('\n'); at != std::string::npos; at = site.key.find('\n', at + 2))
      site.key.insert(at, "\r");
  }
  CHECK(site.sync() == site.commit);
}

TEST_CASE("of several keys in one value all are tried") {
  Site site;
  auto others =
      make_key(site.secrets / "one") + make_key(site.secrets / "two", "-t rsa -m PEM -N ''");
  SECTION("one after the other") {
    site.key = others + site.key;
  }
  SECTION("also without a newline between them") {
    others.pop_back();
    site.key = others + site.key;
  }
  SECTION("in any order") {
    site.key = "# deploy keys\n" + site.key + others;
  }
  CHECK(site.sync() == site.commit);
}

TEST_CASE("a key that is for another repository is not the last one that is tried") {
  Site site;
  const auto other = make_key(site.secrets / "other");
  const auto keys = (site.server.folder() / "key.pub").string();
  shell("{ printf 'command=\"echo ERROR: Repository not found. >&2; exit 1\" '; cat " +
        (site.secrets / "other.pub").string() + "; } >>" + keys);
  const auto own = site.key;
  site.key = other;
  CHECK(site.sync() ==
        "GitRepositoryNotFound: there is no such repository, or the credentials may not see it");
  site.key = other + own;
  CHECK(site.sync() == site.commit);
}

TEST_CASE("a key that cannot be used is told, and is not repeated") {
  Site site;
  SECTION("another") {
    site.key = make_key(site.secrets / "other");
    CHECK(site.sync() ==
          "GitAuthenticationFailed: the server does not take the private key; give it the public "
          "key, and check the user in the URL");
  }
  SECTION("with a passphrase") {
    site.key = make_key(site.secrets / "protected", "-t ed25519 -N canary-4711");
    CHECK(site.sync() ==
          "GitAuthenticationFailed: the private key has a passphrase, and nobody is there to enter "
          "it; put one without into the Secret (ssh-keygen -p takes it off)");
  }
  SECTION("with a passphrase, behind one without") {
    site.key += make_key(site.secrets / "protected", "-t ed25519 -N canary-4711");
    CHECK_THAT(site.sync(), Catch::StartsWith("GitAuthenticationFailed: the private key has a "
                                              "passphrase"));
  }
  SECTION("none") {
    site.key = "canary-4711";
    CHECK(site.sync() ==
          "GitAuthenticationFailed: what password names is no private key that ssh can read; put "
          "the whole file into the Secret, from -----BEGIN to -----END");
  }
}

TEST_CASE("a host whose key nobody has told is not spoken to") {
  Site site;
  site.known_hosts.clear();
  CHECK_THAT(site.sync(),
             Catch::StartsWith("HostKeyUnknown: ") && Contains("ssh-keyscan") && Contains(remedy));
  CHECK_THAT(site.server.log(), !Contains("publickey"));
}

TEST_CASE("a host whose key has changed is not spoken to") {
  Site site;
  site.server.stop();
  site.server.change_host_key();
  site.server.start();
  CHECK_THAT(site.sync(),
             Catch::StartsWith("HostKeyChanged: ") && Contains("ssh-keyscan") && Contains(remedy));
  CHECK_THAT(site.server.log(), !Contains("publickey"));
}

TEST_CASE("host keys of the configuration are for those who have none of their own") {
  Site site;
  SECTION("none") {
    site.configured_known_hosts = site.known_hosts;
    site.known_hosts.clear();
    CHECK(site.sync() == site.commit);
  }
  SECTION("others") {
    site.configured_known_hosts = site.known_hosts;
    site.known_hosts = "# nothing yet\n";
    CHECK_THAT(site.sync(), Catch::StartsWith("HostKeyUnknown: "));
  }
}

TEST_CASE("what the server does not have is told as over http") {
  Site site;
  SECTION("a repository") {
    std::filesystem::remove_all(site.server.folder() / "app.git");
    CHECK(site.sync() ==
          "GitRepositoryNotFound: there is no such repository, or the credentials may not see it");
  }
  SECTION("the server itself") {
    site.server.stop();
    CHECK(site.sync() ==
          "HostUnreachable: the host refuses the connection; check port and server; tried 4 times");
  }
}

TEST_CASE("submodules of the same server come with the same key, those of another do not") {
  const Site site;
  const ServedRepository lib((site.server.folder() / "lib.git").string(),
                             site.server.url("lib.git"));
  const auto commit = lib.commit("file", "lib");
  SECTION("the same") {
    const auto changed = site.repository.add_submodule("lib", "../lib.git", commit);
    CHECK(site.sync() == changed);
    CHECK(base::read_file(site.tree() + "/lib/file") == "lib\n");
  }
  SECTION("another") {
    site.repository.add_submodule("lib", "git@localhost:lib.git", commit);
    CHECK_THAT(site.sync(),
               Catch::StartsWith("GitSubmoduleRefused: submodule lib: submodule.lib.url in "
                                 ".gitmodules is over ssh on localhost, ") &&
                   Contains("; write https://localhost/lib.git; "));
  }
}

TEST_CASE("a private key is nowhere on the volume, in nothing that is told and in no file left") {
  const Site site;
  const Folder temporary;
  setenv("TMPDIR", (temporary / "").c_str(), 1);
  const auto result = site.sync();
  unsetenv("TMPDIR");
  REQUIRE(result == site.commit);
  const auto second_line = site.key.find('\n') + 1;
  const auto part = site.key.substr(second_line, site.key.find('\n', second_line) - second_line);
  REQUIRE(part.size() > 60);
  std::filesystem::remove(site.secrets / "password");
  CHECK(shell("grep -rF '" + part + "' " + (site.volume / "").string() + " " +
              (site.secrets / "").string() + " || echo none") == "none");
  CHECK(shell("grep -rE 'sshCommand|/proc/' " + site.tree() + "/.git/config || echo none") ==
        "none");
  CHECK(std::filesystem::is_empty(temporary / ""));
}

TEST_CASE("any user may run it, also one that the system has no name for") {
  if (geteuid() != 0) {
    support::skip("only root can become another user");
    return;
  }
  const Site site;
  // Where that user may go, with what belongs to it.
  const std::filesystem::path built = std::filesystem::path(GRADIENT_SYNC).parent_path();
  const auto program = site.secrets / "bin/gradient-sync";
  const auto library = site.secrets / "lib/libgradient_connect.so";
  for (const auto& file : {program, library})
    std::filesystem::create_directory(file.parent_path());
  std::filesystem::copy_file(GRADIENT_SYNC, program);
  std::filesystem::copy_file(built / "../lib/libgradient_connect.so", library);
  const auto command = program.string() + " repository --key key --name app --revision 1 --url " +
                       site.url + " --volume " + (site.volume / "").string() + " --password-file " +
                       site.secrets.write("password", site.key).string() + " --known-hosts-file " +
                       site.secrets.write("known_hosts", site.known_hosts).string() +
                       " --termination-log " + (site.volume / "termination").string();
  // TSan's suppressions are in the checkout, which that user cannot read.
  shell(
      "chmod 755 " + (site.secrets / "").string() + "; chown 54321 " + (site.volume / "").string() +
      "; cd /; env -u TSAN_OPTIONS setpriv --reuid=54321 --regid=54321 --clear-groups " + command);
  CHECK(base::read_file(site.tree() + "/file") == "text\n");
}
