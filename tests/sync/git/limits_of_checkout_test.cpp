#include "sync/git/repository.h"
#include "sync/model/model.h"
#include "sync/report/failure.h"
#include "sync/support/pointer.h"
#include "sync/support/web_server.h"
#include "sync/volume/limits.h"

#include <catch2/catch.hpp>

#include <sys/resource.h>

// Sources that have more than they may, with real git and rclone.

using namespace content;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
namespace fs = std::filesystem;

namespace {

/// How a program of the helper's ends that throws.
template <class Work>
std::string end_of(const Work& work) {
  const Folder told;
  Reporter report(told / "told", 4096, json::Json::object());
  try {
    work(report);
    return "published";
  } catch (const Failure& failure) {
    CHECK(failure.kind == Failure::Kind::Permanent);
    return failure.reason + ": " + failure.what();
  }
}

std::string sync(const ServedRepository& repository, const Limits& limits,
                 const Parts& parts = {}) {
  const Folder volume;
  const auto end = end_of([&](Reporter& report) {
    sync_repository({.volume = volume / "",
                     .key = "key",
                     .name = "app",
                     .ref = "main",
                     .parts = parts,
                     .limits = limits,
                     .revision = "1",
                     .remote = {.url = repository.url()},
                     .program = GRADIENT_SYNC},
                    report, {});
  });
  CHECK(fs::exists(volume / ".gradient/checkouts/key") == (end == "published"));
  return end;
}

std::string too_large(const std::string& url, const std::string& has, const std::string& setting,
                      const std::string& most) {
  return "SourceTooLarge: " + url + ": it has at least " + has + ", and sync.limits." + setting +
         " of the operator's configuration allows " + most +
         "; raise that, if it is what the source should have";
}

/// Eight objects that stand for ten million files.
void make_bomb(const ServedRepository& repository) {
  auto object = "blob " + repository.git("hash-object -w --stdin </dev/null");
  auto mode = std::string("100644");
  for (int level = 0; level < 7; ++level) {
    const auto tree = repository.git("mktree <<END\n" + [&] {
      std::string entries;
      for (char name = '0'; name <= '9'; ++name)
        entries += mode + " " + object + "\t" + name + "\n";
      return entries;
    }() + "END\n");
    object = "tree " + tree;
    mode = "040000";
  }
  repository.git("update-ref refs/heads/main $(git -C " + repository.path() +
                 " -c user.name=t -c user.email=t@t commit-tree -m bomb " + object.substr(5) + ")");
}

}  // namespace

TEST_CASE("a few bytes that stand for millions of files are refused, whatever memory these take") {
  const WebServer server;
  const ServedRepository app(server, "app.git");
  make_bomb(app);
  const auto parts = GENERATE(Parts{}, Parts{.paths = {"/0/1/"}});
  CHECK(sync(app, {.files = 50'000}, parts) ==
        too_large(app.url(), "50001 files and folders", "files", "50000"));
  rusage children{};
  getrusage(RUSAGE_CHILDREN, &children);
  CHECK(children.ru_maxrss < 500L * 1024);  // KiB; a checkout takes three times as much
}

TEST_CASE("files, bytes and depth are those of a repository and its submodules together") {
  const WebServer server;
  const ServedRepository app(server, "app.git");
  const ServedRepository lib(server, "lib.git");
  const auto lib_commit = lib.commit("a/b", std::string(2000, 'x'));  // a, a/b
  app.commit("c", std::string(2000, 'x'));
  app.add_submodule("vendor/lib", lib.url(), lib_commit);  // c, .gitmodules, vendor, vendor/lib
  CHECK(sync(app, {.files = 6, .bytes = 4200, .depth = 4}) == "published");
  const auto inner = "submodule vendor/lib: " + lib.url();
  CHECK(sync(app, {.files = 5}) == too_large(inner, "6 files and folders", "files", "5"));
  CHECK_THAT(sync(app, {.bytes = 4000}),
             StartsWith("SourceTooLarge: " + inner) && Contains("sync.limits.bytes"));
  CHECK(sync(app, {.depth = 3}) == too_large(inner, "4 parts in a path", "depth", "3"));
}

TEST_CASE("large files count by the size that their pointers tell") {
  const WebServer server;
  const ServedRepository app(server, "app.git");
  app.commit(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text");
  app.commit("a.bin", pointer(std::string(64, 'a'), std::size_t{4} << 30U));
  CHECK(sync(app, {.bytes = std::int64_t{1} << 30}) ==
        too_large(app.url(), "4.0 GiB", "bytes", "1.0 GiB"));
  CHECK_THAT(server.log(), !Contains("/info/lfs/"));
  CHECK(sync(app, {.bytes = std::int64_t{1} << 30}, {.large_files = {Selection::Which::None}}) ==
        "published");
}

TEST_CASE("a model has limits, too, whatever it comes from") {
  const WebServer server;
  const ServedRepository app(server, "app.git");
  app.commit("a", "text");
  app.commit("b", "text");
  server.folder().write("files/llm/a", "text");
  server.folder().write("files/llm/b", "text");
  const bool is_git = GENERATE(true, false);
  const auto url = is_git ? app.url() : server.url("files/llm/");
  const Folder target;
  CHECK(end_of([&](Reporter& report) {
          sync_model({.source = {.url = (is_git ? "git+" : "") + url},
                      .target = target / "",
                      .limits = {.files = 1},
                      .program = GRADIENT_SYNC},
                     report, {});
        }) == too_large(url, "2 files and folders", "files", "1"));
}
