#include "sync/git/parts.h"

#include "base/files.h"
#include "base/hash.h"
#include "sync/collect/collect.h"
#include "sync/git/mirror.h"
#include "sync/git/repository.h"
#include "sync/report/failure.h"
#include "sync/support/lfs_server.h"
#include "sync/support/pointer.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

// What of a commit comes when not all is wanted. With real git, against a real web server.

using namespace content;
using Catch::Matchers::Contains;
using enum Selection::Which;
namespace fs = std::filesystem;

namespace {

/// A dataset's volume of one deployment, d1.
struct Volume {
  Folder folder, elsewhere;

  /// The commit, or "REASON: message" without the URL's beginning.
  std::string sync(const ServedRepository& repository, const Parts& parts,
                   const std::string& key = "key") const {
    Reporter report(elsewhere / "told", 4096, json::Json::object());
    try {
      sync_repository({.volume = folder / "",
                       .key = "d1-" + key,
                       .name = "app",
                       .ref = "main",
                       .parts = parts,
                       .revision = "1",
                       .remote = {.url = repository.url()},
                       .program = GRADIENT_SYNC},
                      report, {});
    } catch (const Failure& failure) {
      CHECK(failure.kind == Failure::Kind::Permanent);
      std::string text = failure.what();
      if (text.starts_with(repository.url() + ": ")) text.erase(0, repository.url().size() + 2);
      return failure.reason + ": " + text;
    }
    return json::string_at(json::parse(base::read_file(elsewhere / "told")), {"commit"});
  }
  Path tree(const std::string& key = "key") const {
    return folder / (".gradient/checkouts/d1-" + key + "/tree");
  }
  std::string read(const std::string& file) const { return base::read_file(tree() / file); }
  /// Files of the checkout, sorted, without those of git.
  std::string files(const std::string& key = "key") const {
    return shell("cd " + tree(key).string() +
                 " && find . -name .git -prune -o -type f -printf '%P\\n' | sort");
  }
  /// A git without LFS sees nothing that has changed, and no object that is in nobody's use.
  void check() const {
    const auto git = "GIT_CONFIG_NOSYSTEM=1 git -C " + tree().string() + " ";
    CHECK(shell(git + "status --porcelain").empty());
    CHECK(shell(git + "fsck 2>&1").empty());
  }
};

/// Text that does not compress.
std::string noise(std::size_t bytes) {
  std::string text;
  for (int i = 0; text.size() < bytes; ++i)
    text += base::sha256_hex(std::to_string(i));
  return text;
}

/// A repository with the submodules lib, which has the submodule deep, and `away`, whose server is
/// none.
struct WithSubmodules {
  WebServer server;
  ServedRepository app{server, "app.git"}, lib{server, "lib.git"}, deep{server, "deep.git"};
  std::string commit;

  WithSubmodules() {
    const auto deep_commit = deep.commit("file", "deep");
    lib.commit("file", "lib");
    const auto lib_commit = lib.add_submodule("deep", deep.url(), deep_commit);
    app.add_submodule("away", "http://127.0.0.1:1/away.git", deep_commit);
    commit = app.add_submodule("vendor/lib", "../lib.git", lib_commit);
  }
};

/// A repository with a large file at each of three paths, and their server.
struct WithLargeFiles {
  LfsServer large;
  WebServer server{large.port()};
  ServedRepository app{server, "app.git"};
  std::string commit;

  WithLargeFiles() {
    app.commit(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text");
    for (const auto* path : {"a.bin", "data/b.bin", "data/c.bin"})
      commit = app.commit(path, large.put("app", std::string("content of ") + path));
  }
  bool was_asked_for(const std::string& path) const {
    return server.log().find(base::sha256_hex("content of " + path)) != std::string::npos;
  }
};

bool is_pointer(const std::string& text) {
  return text.starts_with("version https://git-lfs.github.com/spec/v1\n");
}

}  // namespace

TEST_CASE("without submodules there are empty folders, and no request is made for them") {
  const WithSubmodules test;
  const Volume volume;
  CHECK(volume.sync(test.app, {.submodules = {None}}) == test.commit);
  CHECK(volume.files() == ".gitmodules");
  CHECK(fs::is_empty(volume.tree() / "vendor/lib"));
  CHECK(fs::is_empty(volume.tree() / "away"));
  CHECK_THAT(test.server.log(), !Contains("lib.git"));
  CHECK(shell("git -C " + volume.tree().string() +
              " config --get-regexp '^submodule' || echo no") == "no");
  volume.check();
}

TEST_CASE("submodules that are listed come, and those that they are in") {
  const WithSubmodules test;
  const Volume volume;
  SECTION("one of the top") {
    CHECK(volume.sync(test.app, {.submodules = {Listed, {"vendor/lib"}}}) == test.commit);
    CHECK(volume.files() == ".gitmodules\nvendor/lib/.gitmodules\nvendor/lib/file");
    CHECK(fs::is_empty(volume.tree() / "vendor/lib/deep"));
    CHECK_THAT(test.server.log(), !Contains("deep.git"));
  }
  SECTION("one within another") {
    CHECK(volume.sync(test.app, {.submodules = {Listed, {"vendor/lib/deep"}}}) == test.commit);
    CHECK(volume.read("vendor/lib/file") == "lib\n");
    CHECK(volume.read("vendor/lib/deep/file") == "deep\n");
  }
  CHECK(fs::is_empty(volume.tree() / "away"));
  volume.check();
}

TEST_CASE("a submodule that is listed and is none is refused, whatever it is in") {
  const WithSubmodules test;
  const Volume volume;
  const std::string remedy =
      " in the commit, or paths leaves it out; correct repositories.repositories[].submodules, "
      "which names it";
  CHECK(volume.sync(test.app, {.submodules = {Listed, {"vendor/lib", "vendor/li"}}}) ==
        "GitPathNotFound: there is no submodule vendor/li" + remedy);
  CHECK_THAT(test.server.log(), !Contains("lib.git"));
  CHECK(volume.sync(test.app, {.submodules = {Listed, {"vendor/lib/shallow"}}}) ==
        "GitPathNotFound: submodule vendor/lib: " + test.lib.url() +
            ": there is no submodule shallow" + remedy);
  CHECK_FALSE(fs::exists(volume.tree()));
}

TEST_CASE("without large files their pointers stay, and nothing is asked of their server") {
  const WebServer server;
  const ServedRepository app(server, "app.git");
  app.commit(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text");
  const auto text = pointer(std::string(64, 'a'), std::size_t{1} << 60U);
  const auto commit = app.commit("a.bin", text);
  const Volume volume;
  CHECK(volume.sync(app, {.large_files = {None}}) == commit);
  CHECK(is_pointer(volume.read("a.bin")));
  CHECK_THAT(server.log(), !Contains("/info/lfs/"));
  volume.check();
}

TEST_CASE("large files that a pattern fits come, and the others stay pointers") {
  if (LfsServer::is_missing()) return;
  const WithLargeFiles test;
  const Volume volume;
  const auto patterns = GENERATE(std::vector<std::string>{"b.*", "/a.bin"},
                                 std::vector<std::string>{"/data/b.bin", "a.bin"});
  // .lfsconfig would leave one of them out.
  test.app.commit(".lfsconfig", "[lfs]\\nfetchexclude = a.bin");
  const auto commit = test.app.git("rev-parse main");
  CHECK(volume.sync(test.app, {.large_files = {Listed, patterns}}) == commit);
  CHECK(volume.read("a.bin") == "content of a.bin");
  CHECK(volume.read("data/b.bin") == "content of data/b.bin");
  CHECK(is_pointer(volume.read("data/c.bin")));
  CHECK_FALSE(test.was_asked_for("data/c.bin"));
  volume.check();
}

TEST_CASE("a pattern that fits no large file is refused") {
  if (LfsServer::is_missing()) return;
  const WithLargeFiles test;
  const Volume volume;
  CHECK(volume.sync(test.app, {.large_files = {Listed, {"*.bin", "*.safetensor"}}}) ==
        "GitPathNotFound: repositories.repositories[].lfs has *.safetensor, which fits no large "
        "file (LFS) of the commit; correct it, or remove it");
}

TEST_CASE("of paths that are chosen the files come, and no others cross the wire") {
  const WebServer server;
  const ServedRepository app(server, "app.git");
  const Volume volume;
  constexpr std::size_t large = 300'000;
  const auto unwanted = volume.elsewhere.write("unwanted", noise(large)).string();
  for (const auto* path : {"docs/large", "serve/large.md"})
    app.add_file(path, unwanted);
  app.commit(".gitattributes", "*.txt text eol=crlf");
  app.commit("serve/deep/app.txt", "app");
  app.commit("other/app.py", "app");
  const auto commit = app.commit("serve/run.py", "run");
  const bool can_filter = GENERATE(true, false);
  app.git(std::string("config uploadpack.allowFilter ") + (can_filter ? "true" : "false"));
  CHECK(volume.sync(app, {.paths = {"/serve/", "!*.md", "/other/*.py"}}) == commit);
  CHECK(volume.files() == "other/app.py\nserve/deep/app.txt\nserve/run.py");
  CHECK(volume.read("serve/deep/app.txt") == "app\r\n");
  volume.check();
  INFO(server.bytes_sent());
  CHECK((server.bytes_sent() < large / 10) == can_filter);
}

TEST_CASE("a server that gives no files by their objects gives all, and the paths are chosen") {
  const WebServer server;
  const ServedRepository app(server, "app.git");
  app.commit("docs/page", "page");
  const auto commit = app.commit("serve/run.py", "run");
  const Volume volume;
  // As servers before protocol v2, which give what their refs name.
  const std::string path = std::getenv("PATH");
  const auto git = volume.elsewhere.write_script(
      "bin/git", "PATH=" + path + " exec git -c protocol.version=0 \"$@\"\n");
  setenv("PATH", (git.parent_path().string() + ":" + path).c_str(), 1);
  const auto result = volume.sync(app, {.paths = {"serve"}});
  setenv("PATH", path.c_str(), 1);
  CHECK(result == commit);
  CHECK(volume.files() == "serve/run.py");
  CHECK(fs::exists(volume.folder / ".gradient/git" / mirror_name(app.url())));
  volume.check();
}

TEST_CASE("large files and submodules are those of the paths that are chosen") {
  if (LfsServer::is_missing()) return;
  const WithLargeFiles test;
  const ServedRepository lib(test.server, "lib.git");
  const auto lib_commit = lib.commit("docs/file", "lib");
  test.app.add_submodule("vendor/lib", lib.url(), lib_commit);
  const auto commit = test.app.add_submodule("away", "http://127.0.0.1:1/away.git", lib_commit);
  const Volume volume;
  CHECK(volume.sync(test.app, {.paths = {"/data/b.bin", "/vendor/"}}) == commit);
  CHECK(volume.files() == "data/b.bin\nvendor/lib/docs/file");
  CHECK(volume.read("data/b.bin") == "content of data/b.bin");
  CHECK_FALSE(test.was_asked_for("a.bin"));
  volume.check();
}

TEST_CASE("settings of git-lfs are checked although no path chooses them") {
  const WebServer server;
  const ServedRepository app(server, "app.git");
  app.commit(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text");
  app.commit(".lfsconfig", "[lfs]\\nurl = /volume/app");
  app.commit("a.bin", pointer(std::string(64, 'a'), 7));
  const Volume volume;
  CHECK_THAT(volume.sync(app, {.paths = {"*.bin"}}),
             Contains("GitLfsFailed: lfs.url in .lfsconfig must be the URL of a server"));
}

TEST_CASE("a path's pattern that fits no file is refused") {
  const WebServer server;
  const ServedRepository app(server, "app.git");
  app.commit("serve/run.py", "run");
  const Volume volume;
  CHECK(volume.sync(app, {.paths = {"/serve/", "!*.md", "/server/"}}) ==
        "GitPathNotFound: repositories.repositories[].paths has /server/, which fits no file of "
        "the commit; correct it, or remove it");
  CHECK(fs::is_empty(volume.folder / ".gradient/tmp"));
}

TEST_CASE("a clean-up leaves what was chosen, and a mirror comes when all is wanted") {
  if (LfsServer::is_missing()) return;
  const WithLargeFiles test;
  const Volume volume;
  REQUIRE(volume.sync(test.app, {.paths = {"/data/b.bin"}}) == test.commit);
  Reporter report(volume.elsewhere / "told", 4096, json::Json::object());
  collect({.volume = volume.folder / "", .owners = {"d1"}, .keep = {"d1-key"}, .grace = {}}, report,
          {});
  const auto told = json::parse(base::read_file(volume.elsewhere / "told"));
  INFO(json::text(told));
  CHECK(json::integer_at(told, {"failed"}) == 0);
  CHECK(volume.read("data/b.bin") == "content of data/b.bin");
  CHECK(volume.sync(test.app, {}, "whole") == test.commit);
  CHECK(volume.files("whole") == ".gitattributes\na.bin\ndata/b.bin\ndata/c.bin");
}
