#include "base/files.h"
#include "base/hash.h"
#include "sync/collect/collect.h"
#include "sync/git/mirror.h"
#include "sync/git/repository.h"
#include "sync/support/lfs_server.h"
#include "sync/support/wait.h"
#include "sync/support/web_server.h"
#include "sync/volume/claim.h"

#include <catch2/catch.hpp>

#include <thread>

// What a clean-up takes out of mirrors, with real git, and what it leaves for those who come next.

using namespace content;
namespace fs = std::filesystem;

namespace {

/// A dataset's volume of one deployment, d1.
struct Volume {
  Folder folder, elsewhere;
  bool full_history = false, read_only = false;

  Path hidden(const std::string& path) const { return folder / (".gradient/" + path); }
  Path tree(const std::string& key) const { return hidden("checkouts/d1-" + key + "/tree"); }
  Path mirror(const ServedRepository& repository) const {
    return hidden("git/" + mirror_name(repository.url()));
  }

  /// The commit, or "REASON: message".
  std::string sync(const ServedRepository& repository, const std::string& ref,
                   const std::string& key) const {
    Reporter report(elsewhere / "told", 4096, json::Json::object());
    try {
      sync_repository({.volume = folder / "",
                       .key = "d1-" + key,
                       .name = "app",
                       .ref = ref,
                       .full_history = full_history,
                       .read_only = read_only,
                       .revision = "1",
                       .remote = {.url = repository.url()},
                       .program = GRADIENT_SYNC},
                      report, {});
    } catch (const Failure& failure) {
      return failure.reason + ": " + failure.what();
    }
    return json::string_at(json::parse(base::read_file(elsewhere / "told")), {"commit"});
  }

  /// Removes all checkouts but those.
  json::Json collect(const std::set<std::string>& keep) const {
    CollectOptions options{.volume = folder / "", .owners = {"d1"}, .grace = {}};
    for (const auto& key : keep)
      options.keep.insert("d1-" + key);
    for (const auto& entry : fs::directory_iterator(hidden("checkouts")))
      fs::last_write_time(entry.path(), fs::file_time_type::clock::now() - std::chrono::hours(48));
    Reporter report(elsewhere / "told", 4096, json::Json::object());
    content::collect(options, report, {});
    return json::parse(base::read_file(elsewhere / "told"));
  }

  /// `git ARGUMENTS` in a mirror; its output.
  std::string git(const ServedRepository& repository, const std::string& arguments) const {
    return shell("git -C " + mirror(repository).string() + " " + arguments);
  }
  bool has(const ServedRepository& repository, const std::string& object) const {
    return git(repository, "cat-file -e " + object + " 2>/dev/null && echo yes || echo no") ==
           "yes";
  }
  /// Fails where something is missing.
  void check(const ServedRepository& repository) const {
    INFO(git(repository, "fsck --full --strict 2>&1 || echo broken"));
    CHECK(git(repository, "fsck --full --strict >/dev/null 2>&1 && echo whole || true") == "whole");
  }
  /// Kibibytes on the disk.
  int used(const std::string& path) const {
    return std::stoi(shell("du -sk " + hidden(path).string()));
  }
};

int failed(const json::Json& told) {
  INFO(json::text(told));
  return static_cast<int>(json::integer_at(told, {"failed"}));
}

std::string sha256_path(const std::string& content) {
  const auto hash = base::sha256_hex(content);
  return "lfs/objects/" + hash.substr(0, 2) + "/" + hash.substr(2, 2) + "/" + hash;
}

/// Text that does not compress.
std::string noise(std::size_t bytes, unsigned seed) {
  std::string text;
  for (int i = 0; text.size() < bytes; ++i)
    text += base::sha256_hex(std::to_string(seed) + "-" + std::to_string(i));
  text.resize(bytes);
  return text;
}

}  // namespace

TEST_CASE("commits that no checkout needs go from a mirror, and come again when they are wanted") {
  const WebServer server;
  const ServedRepository app(server, "app.git");
  const Volume volume;
  std::vector<std::string> commits;
  for (const std::string key : {"1", "2", "3"}) {
    commits.push_back(app.commit("file", key));
    REQUIRE(volume.sync(app, "main", key) == commits.back());
  }
  const auto told = volume.collect({"2"});
  CHECK(failed(told) == 0);
  CHECK(json::integer_at(told, {"young"}) == 0);
  CHECK(json::integer_at(told, {"freedBytes"}) > 0);
  CHECK_FALSE(volume.has(app, commits[0]));
  CHECK(volume.has(app, commits[1]));
  CHECK_FALSE(volume.has(app, commits[2]));
  CHECK(base::read_file(volume.mirror(app) / "shallow") == commits[1] + "\n");
  CHECK(volume.git(app, "for-each-ref --format='%(refname)'") == "refs/gradient/" + commits[1]);
  CHECK(shell("ls " + volume.mirror(app).string() + "/objects/pack | wc -l") == "2");
  volume.check(app);

  const auto requests = server.log();
  CHECK(volume.sync(app, commits[1], "app-again") == commits[1]);
  CHECK(server.log() == requests);
  CHECK(volume.sync(app, commits[0], "1") == commits[0]);
  const auto newest = app.commit("file", "4");
  CHECK(volume.sync(app, "main", "4") == newest);
  CHECK(base::read_file(volume.tree("1") / "file") == "1\n");
  CHECK(base::read_file(volume.tree("4") / "file") == "4\n");
  volume.check(app);
  CHECK(fs::is_empty(volume.hidden("tmp")));
}

TEST_CASE("a mirror with the whole history keeps the server's branches and tags") {
  const WebServer server;
  const ServedRepository app(server, "app.git");
  const auto first = app.commit("file", "1");
  app.git("tag -a -m note v1");
  const auto other = app.commit("other", "text", "other");
  const auto lost = app.commit("file", "lost", "side");
  Volume volume;
  volume.full_history = true;
  REQUIRE(volume.sync(app, lost, "lost") == lost);
  app.git("update-ref -d refs/heads/side");
  const auto second = app.commit("file", "2");
  REQUIRE(volume.sync(app, "main", "2") == second);
  CHECK(failed(volume.collect({"2"})) == 0);
  CHECK_FALSE(volume.has(app, lost));
  for (const auto& commit : {first, second, other})
    CHECK(volume.has(app, commit));
  volume.check(app);
  const auto third = app.commit("file", "3");
  CHECK(volume.sync(app, "main", "3") == third);
  CHECK(shell("git -C " + volume.tree("3").string() + " rev-list --count HEAD") == "3");

  SECTION("until no checkout has it any more") {
    volume.full_history = false;
    const auto fourth = app.commit("file", "4");
    REQUIRE(volume.sync(app, "main", "4") == fourth);
    CHECK(failed(volume.collect({"4"})) == 0);
    CHECK_FALSE(volume.has(app, other));
    CHECK(volume.has(app, fourth));
    volume.check(app);
    volume.full_history = true;
    CHECK(volume.sync(app, "main", "whole") == fourth);
    CHECK(shell("git -C " + volume.tree("whole").string() + " rev-list --count HEAD") == "4");
    volume.check(app);
  }
}

TEST_CASE("what a submodule was fetched for goes with the last checkout that has it") {
  const WebServer server;
  const ServedRepository app(server, "app.git");
  const ServedRepository lib(server, "lib.git");
  const Volume volume;
  const auto first = lib.commit("file", "1");
  app.add_submodule("lib", lib.url(), first);
  volume.sync(app, "main", "1");
  const auto second = lib.commit("file", "2");
  app.add_submodule("lib", lib.url(), second);
  volume.sync(app, "main", "2");
  CHECK(failed(volume.collect({"2"})) == 0);
  CHECK_FALSE(volume.has(lib, first));
  CHECK(volume.has(lib, second));
}

TEST_CASE("twenty revisions of a large file, collected down to one, take the room of two") {
  if (LfsServer::is_missing()) return;
  LfsServer large;
  const WebServer server(large.port());
  const ServedRepository app(server, "app.git");
  app.commit(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text");
  const Volume volume;
  constexpr unsigned revisions = 20;
  for (unsigned i = 1; i <= revisions; ++i) {
    const auto commit = app.commit("weights.bin", large.put("app", noise(2U << 20U, i)));
    REQUIRE(volume.sync(app, "main", std::to_string(i)) == commit);
  }
  const auto kept = GENERATE(std::string("20"), std::string("7"));
  const auto begun = base::sha256_hex("of nobody");
  const auto resumed = base::sha256_hex(noise(2U << 20U, static_cast<unsigned>(std::stoi(kept))));
  for (const auto& name : {begun + "123", resumed + ".part"})
    volume.folder.write(
        volume.mirror(app).lexically_relative(volume.folder / "") / "lfs/incomplete" / name,
        "text");
  const auto told = volume.collect({kept});
  CHECK(failed(told) == 0);
  const int checkout = volume.used("checkouts/d1-" + kept);
  CHECK(checkout < 3 << 10);
  CHECK(10 * volume.used(".") <= 22 * checkout);
  CHECK(json::integer_at(told, {"largeFilesBytes"}) < 3 << 20);
  CHECK(json::integer_at(told, {"largeFilesBytes"}) >= 2 << 20);
  CHECK(json::integer_at(told, {"mirrorsBytes"}) < 1 << 20);
  CHECK(json::integer_at(told, {"freedBytes"}) > 2 * (revisions - 1) * (2 << 20));
  CHECK_FALSE(fs::exists(volume.mirror(app) / "lfs/incomplete" / (begun + "123")));
  CHECK(fs::exists(volume.mirror(app) / "lfs/incomplete" / (resumed + ".part")));

  const auto commit = shell("git -C " + volume.tree(kept).string() + " rev-parse HEAD");
  const auto requests = server.log();
  CHECK(volume.sync(app, commit, "app-again") == commit);
  CHECK(server.log() == requests);
  CHECK(volume.sync(app, "main~3", "other").starts_with("GitReferenceNotFound"));
  const auto earlier = app.git("rev-parse main~5");
  CHECK(volume.sync(app, earlier, "earlier") == earlier);
  CHECK(base::read_file(volume.tree("earlier") / "weights.bin") == noise(2U << 20U, revisions - 5));
}

TEST_CASE(
    "checkouts that nobody writes to have the content of large files once, and git is content") {
  if (LfsServer::is_missing()) return;
  LfsServer large;
  const WebServer server(large.port());
  const ServedRepository app(server, "app.git");
  app.commit(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text");
  const auto content = noise(2U << 20U, 1);
  const auto first = app.commit("weights.bin", large.put("app", content));
  Volume volume;
  volume.read_only = true;
  REQUIRE(volume.sync(app, "main", "1") == first);
  const auto second = app.commit("file", "text");
  REQUIRE(volume.sync(app, "main", "2") == second);
  const auto object = volume.mirror(app) / sha256_path(content);
  for (const std::string key : {"1", "2"})
    CHECK(fs::equivalent(volume.tree(key) / "weights.bin", object));
  CHECK(10 * volume.used(".") <= 12 * volume.used("checkouts/d1-1"));

  volume.read_only = false;
  REQUIRE(volume.sync(app, "main", "3") == second);
  CHECK_FALSE(fs::equivalent(volume.tree("3") / "weights.bin", object));
  CHECK(base::read_file(volume.tree("3") / "weights.bin") == content);

  // An app's git, which knows nothing of large files; the mirror's name of the content goes.
  const auto told = volume.collect({"1"});
  CHECK(failed(told) == 0);
  CHECK(json::integer_at(told, {"largeFilesBytes"}) > 2 << 20);
  CHECK(json::integer_at(told, {"checkoutsBytes"}) < 1 << 20);
  fs::remove(object);
  CHECK(base::read_file(volume.tree("1") / "weights.bin") == content);
  CHECK(shell("GIT_CONFIG_NOSYSTEM=1 git -C " + volume.tree("1").string() + " status --porcelain")
            .empty());
}

TEST_CASE("a mirror is left alone while somebody fetches into it, and cleaned up by a later Job") {
  const WebServer server;
  const ServedRepository app(server, "app.git");
  const auto first = app.commit("file", "1");
  const Volume volume;
  volume.sync(app, "main", "1");
  app.commit("file", "2");
  volume.sync(app, "main", "2");
  const auto unneeded =
      volume.folder.write(".gradient/git/" + mirror_name(app.url()) + "/" + sha256_path("old"), "");
  {
    const auto fetching =
        claim(mirror_claim(volume.hidden("tmp"), mirror_name(app.url())), Waiting{});
    const auto told = volume.collect({"2"});
    CHECK(failed(told) == 0);
    CHECK(json::integer_at(told, {"young"}) == 1);
    CHECK(volume.has(app, first));
    CHECK(fs::exists(unneeded));
    CHECK(fetching->is_ours());
  }
  CHECK(json::integer_at(volume.collect({"2"}), {"young"}) == 0);
  CHECK_FALSE(volume.has(app, first));
  CHECK_FALSE(fs::exists(unneeded));
}

TEST_CASE("what a helper needs that has not published yet stays") {
  const WebServer server;
  const ServedRepository app(server, "app.git");
  const auto first = app.commit("file", "1");
  const Volume volume;
  volume.sync(app, "main", "1");
  app.commit("file", "2");
  volume.sync(app, "main", "2");
  const auto other = claim(volume.hidden("tmp/checkout-d2-1"), Waiting{});
  fs::copy_file(volume.hidden("checkouts/d1-1/meta.json"), other->path() / "meta.json");
  CHECK(failed(volume.collect({"2"})) == 0);
  CHECK_FALSE(fs::exists(volume.tree("1")));
  CHECK(volume.has(app, first));
  volume.check(app);
}

TEST_CASE("a helper tells what it needs before it fetches that") {
  const WebServer server;
  const ServedRepository app(server, "app.git");
  const ServedRepository lib(server, "lib.git");
  const auto of_lib = lib.commit("file", "1");
  const auto commit = app.add_submodule("lib", lib.url(), of_lib);
  const Volume volume;
  // The helper waits for this one.
  fs::create_directories(volume.hidden("tmp"));
  auto fetching = claim(mirror_claim(volume.hidden("tmp"), mirror_name(lib.url())), Waiting{});
  std::jthread helper([&] { CHECK(volume.sync(app, "main", "1") == commit); });
  const auto meta = volume.hidden("tmp/checkout-d1-1/meta.json");
  CHECK(becomes(
      [&] { return base::read_if_there(meta, 1U << 20U).find(of_lib) != std::string::npos; }));
  CHECK(base::read_if_there(meta, 1U << 20U).find(commit) != std::string::npos);
  fetching.reset();
  helper.join();
}

TEST_CASE("nothing goes from mirrors while a checkout does not tell what it is of") {
  const WebServer server;
  const ServedRepository app(server, "app.git");
  const auto first = app.commit("file", "1");
  const Volume volume;
  volume.sync(app, "main", "1");
  app.commit("file", "2");
  volume.sync(app, "main", "2");
  volume.folder.write(".gradient/checkouts/d9-app/meta.json",
                      GENERATE("{", "{}", R"({"url":"https://git.example/a","commit":"main"})"));
  CHECK(failed(volume.collect({"2"})) == 0);
  CHECK(volume.has(app, first));
}

TEST_CASE("what a killed git has left in a mirror goes, and a damaged mirror goes as a whole") {
  const WebServer server;
  const ServedRepository app(server, "app.git");
  const auto commit = app.commit("file", "1");
  const Volume volume;
  volume.sync(app, "main", "1");
  const auto mirror = volume.mirror(app);
  for (const auto* left : {"packed-refs.lock", "shallow.lock", "objects/pack/tmp_pack_AbCdEf",
                           "objects/pack/.tmp-7-pack-1.pack"})
    content::write_file(mirror / left, "");
  SECTION("whole") {
    CHECK(failed(volume.collect({"1"})) == 0);
    CHECK(shell("ls " + (mirror / "objects/pack").string() + " | wc -l") == "2");
    CHECK(shell("find " + mirror.string() + " -name '*.lock'").empty());
    CHECK(volume.has(app, commit));
  }
  SECTION("damaged") {
    shell("rm -rf " + (mirror / "objects").string());
    CHECK(failed(volume.collect({"1"})) == 0);
    CHECK_FALSE(fs::exists(mirror));
    CHECK(volume.sync(app, "main", "2") == commit);
  }
}
