#include "sync/git/git.h"
#include "sync/git/ssh.h"
#include "sync/report/failure.h"
#include "sync/support/pointer.h"
#include "sync/support/repository_run.h"
#include "sync/support/ssh_server.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

#include <chrono>

// Servers that are slow: those that say something now and then are waited for, silent ones are not.

using namespace content;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

/// A git server that runs a script before it sends anything of a commit.
class BusyServer {
 public:
  BusyServer(const std::string& script, int keep_alive) : served_(server_, "app.git") {
    commit_ = served_.commit("file", "text");
    const auto hook = server_.folder().write_script("hook", script + "exec \"$@\"\n");
    server_.folder().write_script("cgi/busy",
                                  "export GIT_HTTP_EXPORT_ALL=1 GIT_CONFIG_COUNT=2\n"
                                  "export GIT_PROJECT_ROOT=" +
                                      (server_.folder() / "git").string() +
                                      "\nexport GIT_CONFIG_KEY_0=uploadpack.packObjectsHook "
                                      "GIT_CONFIG_VALUE_0=" +
                                      hook.string() +
                                      "\nexport GIT_CONFIG_KEY_1=uploadpack.keepAlive "
                                      "GIT_CONFIG_VALUE_1=" +
                                      std::to_string(keep_alive) + "\nexec git http-backend\n");
  }
  /// "fetched" or "REASON: message", without the URL.
  std::string fetch(std::chrono::seconds silence) const {
    const GitRemote remote{.url = server_.url("cgi/busy/app.git"), .silence = silence};
    const Git git(remote, GRADIENT_SYNC, {}, {});
    const Folder folder;
    const auto bare = (folder / "bare").string();
    git.init(bare, commit_, true);
    try {
      git({"-C", bare, "fetch", "--progress", "--depth=1", "--", remote.url, commit_});
      return git({"-C", bare, "cat-file", "-t", commit_}) == "commit\n" ? "fetched" : "nothing";
    } catch (const Failure& failure) {
      return failure.reason + ": " + std::string(failure.what()).substr(remote.url.size() + 2);
    }
  }

 private:
  WebServer server_;
  ServedRepository served_;
  std::string commit_;
};

/// What ssh makes of the configuration that it is given.
std::string ssh_option(const GitRemote& remote, const std::string& name) {
  const Folder home;
  ssh_access(remote, home / "");
  const auto all = shell("HOME=" + (home / "").string() + " ssh -G -F " +
                         (home / "ssh_config").string() + " git.example");
  const auto at = all.find("\n" + name + " ");
  const auto from = all.substr(at + name.size() + 2);
  return from.substr(0, from.find('\n'));
}

}  // namespace

TEST_CASE("a git server that works and says so is waited for, however slow it is") {
  CHECK(BusyServer("for i in $(seq 12); do printf 'Counting objects: %d\\r' $i >&2; sleep 0.5; "
                   "done\n",
                   0)
            .fetch(2s) == "fetched");
}

TEST_CASE("a git server that only shows, every second, that it is alive is waited for") {
  CHECK(BusyServer("sleep 6\n", 1).fetch(2s) == "fetched");
}

TEST_CASE("a git server that sends nothing is given up, and told as such") {
  const auto before = std::chrono::steady_clock::now();
  CHECK_THAT(
      BusyServer("sleep 30\n", 0).fetch(2s),
      StartsWith("HostUnreachable: the host accepts the connection and then sends almost nothing"));
  CHECK(std::chrono::steady_clock::now() - before < 25s);
}

TEST_CASE("a server of large files that sends little is waited for, and a silent one is not") {
  WebServer server;
  const ServedRepository served(server, "app.git");
  served.commit(".gitattributes", "*.bin filter=lfs");
  const auto oid = std::string(64, 'a');
  served.commit("weights.bin", pointer(oid, 7));
  served.commit(".lfsconfig", "[lfs]\\n\\turl = " + server.url("cgi/lfs"));
  const auto answer_after = [&](const std::string& script) {
    server.folder().write_script(
        "cgi/lfs", "printf 'Content-Type: application/vnd.git-lfs+json\\r\\n\\r\\n'\n" + script +
                       "printf '{\"objects\":[{\"oid\":\"" + oid +
                       "\",\"size\":7,\"error\":{\"code\":404,\"message\":\"Object does not exist "
                       "on the server\"}}]}'\n");
    return publish_repository({.url = served.url(), .silence = 2s});
  };
  CHECK_THAT(answer_after("for i in $(seq 15); do printf ' '; sleep 0.2; done\n"),
             StartsWith("GitLfsFailed: ") && Contains("lacks weights.bin, a large file (LFS)"));
  CHECK_THAT(answer_after("sleep 20\n"), StartsWith("HostUnreachable: "));
}

TEST_CASE("a server of large files that asks for much patience is given up") {
  const auto [seconds, problem] = GENERATE(
      // what git-lfs waits for itself, and what it does not
      std::pair(200,
                ": the server of its large files (LFS) gave nothing of them for 4 s; it may "
                "be busy, or limit requests"),
      std::pair(3600,
                ": the server of its large files (LFS), such as weights.bin, asks to slow "
                "down (too many requests); tried 4 times"));
  WebServer server;
  const ServedRepository served(server, "app.git");
  served.commit(".gitattributes", "*.bin filter=lfs");
  served.commit("weights.bin", pointer(std::string(64, 'a'), 7));
  served.commit(".lfsconfig", "[lfs]\\n\\turl = " + server.url("cgi/lfs"));
  server.folder().write_script("cgi/lfs", "printf 'Status: 429\\r\\nRetry-After: " +
                                              std::to_string(seconds) + "\\r\\n\\r\\n'\n");
  const auto before = std::chrono::steady_clock::now();
  CHECK(publish_repository({.url = served.url(), .silence = 1s}) ==
        "ServerBusy: " + served.url() + problem);
  CHECK(std::chrono::steady_clock::now() - before < 60s);
}

TEST_CASE("silence lasts five minutes, over http, for large files and over ssh") {
  const Git git({.url = "https://git.example/app.git"}, GRADIENT_SYNC, {}, {});
  CHECK(git({"config", "--get", "http.lowSpeedLimit"}) == "1\n");
  for (const auto* key : {"http.lowSpeedTime", "lfs.activitytimeout", "lfs.tlstimeout"})
    CHECK(git({"config", "--get", key}) == "300\n");
  const Folder files;
  make_key(files / "key");
  GitRemote remote{.url = "git@git.example:app.git", .password_file = files / "key"};
  CHECK(ssh_option(remote, "serveraliveinterval") == "15");
  CHECK(ssh_option(remote, "serveralivecountmax") == "20");
  remote.silence = 3s;
  CHECK(ssh_option(remote, "serveraliveinterval") == "1");
  CHECK(ssh_option(remote, "serveralivecountmax") == "3");
}
