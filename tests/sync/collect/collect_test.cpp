#include "sync/collect/collect.h"

#include "base/files.h"
#include "base/hash.h"
#include "base/process.h"
#include "support/folder.h"
#include "support/skip.h"
#include "sync/program/environment.h"
#include "sync/report/failure.h"
#include "sync/volume/claim.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>

using namespace content;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr auto long_ago = 48h;

void age(const Path& path, std::chrono::hours hours = long_ago) {
  fs::last_write_time(path, fs::file_time_type::clock::now() - hours);
}

/// A dataset's volume on which deployments d1, d2, ... have published.
struct Volume {
  Folder folder, elsewhere;

  /// Whether nothing of what went is left.
  bool is_tidy() const {
    const auto all = names(".");
    return std::none_of(all.begin(), all.end(),
                        [](const std::string& name) { return name.starts_with("going-"); });
  }

  Path hidden(const std::string& path) const { return folder / (".gradient/" + path); }

  /// Published long ago.
  void checkout(const std::string& key, const std::string& url = "https://git.example/a") const {
    folder.write(".gradient/checkouts/" + key + "/meta.json",
                 R"({"url":")" + url + R"(","commit":")" + std::string(40, 'a') + R"("})");
    folder.write(".gradient/checkouts/" + key + "/tree/src/file", "text");
    age(hidden("checkouts/" + key));
  }
  void model(const std::string& name) const {
    folder.write(".gradient/models/" + name + "/..rev-1/weights", "text");
    fs::create_directory_symlink("..rev-1", hidden("models/" + name + "/..data"));
    age(hidden("models/" + name));
  }
  std::string mirror(const std::string& url) const {
    const auto name = base::short_hash(url);
    base::run({.arguments = {"git", "init", "--quiet", "--bare", hidden("git/" + name).string()},
               .environment = environment_for_programs()});
    return name;
  }

  json::Json collect(std::vector<std::string> owners, std::set<std::string> keep = {},
                     std::set<std::string> models = {}) const {
    Reporter report(elsewhere / "termination", 4096, json::Json::object());
    content::collect({.volume = folder / "",
                      .owners = std::move(owners),
                      .keep = std::move(keep),
                      .models = std::move(models)},
                     report, {});
    return json::parse(base::read_file(elsewhere / "termination"));
  }

  std::vector<std::string> names(const std::string& of) const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(hidden(of)))
      found.push_back(entry.path().filename().string());
    std::sort(found.begin(), found.end());
    return found;
  }
};

using Names = std::vector<std::string>;

std::int64_t blocks_of(const Path& path) {
  struct stat status {};
  REQUIRE(lstat(path.c_str(), &status) == 0);
  return std::int64_t{status.st_blocks} * 512;
}

}  // namespace

TEST_CASE("checkouts of the named deployments go, except those that are kept") {
  const Volume volume;
  for (const auto* key : {"d1-app-old", "d1-app-new", "d2-app-old", "d10-app-old"})
    volume.checkout(key);
  const auto told = volume.collect({"d1"}, {"d1-app-new"});
  CHECK(volume.names("checkouts") == Names{"d1-app-new", "d10-app-old", "d2-app-old"});
  CHECK(fs::exists(volume.hidden("checkouts/d1-app-new/tree/src/file")));
  CHECK(json::integer_at(told, {"removed"}) == 1);
  CHECK(json::integer_at(told, {"failed"}) == 0);
  CHECK(volume.is_tidy());
}

TEST_CASE("without a deployment or model that may go nothing goes, however little is kept") {
  const Volume volume;
  volume.checkout("d1-app-old");
  volume.model("llm");
  CHECK(json::integer_at(volume.collect({}), {"freedBytes"}) == 0);
  CHECK(volume.names("checkouts") == Names{"d1-app-old"});
  CHECK(volume.names("models") == Names{"llm"});
}

TEST_CASE("a checkout that was published or begun to be used within the grace stays") {
  const Volume volume;
  volume.checkout("d1-app-old");
  volume.checkout("d1-app-used");
  age(volume.hidden("checkouts/d1-app-used"), 0h);
  const auto told = volume.collect({"d1"});
  CHECK(volume.names("checkouts") == Names{"d1-app-used"});
  CHECK(json::integer_at(told, {"young"}) == 1);
  CHECK(json::integer_at(told, {"unusedBytes"}) > 0);
  CHECK(json::integer_at(told, {"unusedBytes"}) <= json::integer_at(told, {"checkoutsBytes"}));
}

TEST_CASE("a collection that ran late spares what was used since it was asked for") {
  const Volume volume;
  for (const auto hours : {1h, 2h, 3h, 4h, 5h}) {
    const auto key = "d1-app-" + std::to_string(hours.count());
    volume.checkout(key);
    age(volume.hidden("checkouts/" + key), hours);
  }
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  Reporter report(volume.elsewhere / "termination", 4096, json::Json::object());
  collect({.volume = volume.folder / "", .owners = {"d1"}, .listed_at = now - 3h}, report, {});
  CHECK(volume.names("checkouts") == Names{"d1-app-1", "d1-app-2", "d1-app-3"});
}

TEST_CASE("the grace holds though the clock of whoever asks is ahead") {
  const Volume volume;
  volume.checkout("d1-app-used");
  age(volume.hidden("checkouts/d1-app-used"), 0h);
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  Reporter report(volume.elsewhere / "termination", 4096, json::Json::object());
  collect({.volume = volume.folder / "", .owners = {"d1"}, .listed_at = now + 24h}, report, {});
  CHECK(volume.names("checkouts") == Names{"d1-app-used"});
}

TEST_CASE("only the named models go") {
  const Volume volume;
  volume.model("llm");
  volume.model("old");
  volume.collect({"d1"}, {}, {"old"});
  CHECK(volume.names("models") == Names{"llm"});
}

TEST_CASE("mirrors go that no checkout is from, unless somebody fetches into them") {
  const Volume volume;
  volume.checkout("d1-app-old", "https://git.example/gone");
  volume.checkout("d9-app");
  volume.folder.write(".gradient/checkouts/d9-app/meta.json",
                      R"({"url":"https://git.example/a",
                      "commit":"1111111111111111111111111111111111111111","submodules":[
                      {"path":"x","url":"https://git.example/of-a-stranger",
                      "commit":"2222222222222222222222222222222222222222"}]})");
  volume.mirror("https://git.example/gone");
  const auto used = volume.mirror("https://git.example/of-a-stranger");
  const auto locked = volume.mirror("https://git.example/being-fetched");
  fs::create_directory(volume.hidden("tmp"));
  const auto fetching = claim(volume.hidden("tmp/mirror-" + locked), {});
  volume.collect({"d1"});
  CHECK(volume.names("git") == (used < locked ? Names{used, locked} : Names{locked, used}));
}

TEST_CASE("no mirror goes while a checkout cannot tell where it is from") {
  const Volume volume;
  volume.checkout("d9-app");
  volume.folder.write(".gradient/checkouts/d9-app/meta.json", "cut off {");
  const auto mirror = volume.mirror("https://git.example/perhaps");
  volume.collect({"d1"});
  CHECK(fs::exists(volume.hidden("git/" + mirror)));
}

TEST_CASE("the team's files stay, also those that symbolic links of an app lead to") {
  const Volume volume;
  volume.folder.write("team/data", "precious");
  volume.folder.write("d1-app-old/data", "precious");
  volume.checkout("d1-app-old");
  fs::create_directory_symlink(volume.folder / "team",
                               volume.hidden("checkouts/d1-app-old/tree/link"));
  fs::create_directory_symlink(volume.folder / "team", volume.hidden("checkouts/d1-app-link"));
  volume.collect({"d1"});
  CHECK(fs::exists(volume.folder / "team/data"));
  CHECK(fs::exists(volume.folder / "d1-app-old/data"));
  CHECK(volume.names("checkouts") == Names{"d1-app-link"});
}

TEST_CASE("a symbolic link in place of a folder of ours is refused, and nothing goes") {
  const Volume volume;
  volume.folder.write("team/d1-app-old/data", "precious");
  fs::create_directory(volume.hidden(""));
  fs::create_directory_symlink(volume.folder / "team", volume.hidden("checkouts"));
  CHECK_THROWS_WITH(volume.collect({"d1"}),
                    Catch::Matchers::Contains("checkouts must be a folder"));
  CHECK(fs::exists(volume.folder / "team/d1-app-old/data"));
}

TEST_CASE("folders that an app has made read-only go too") {
  const Volume volume;
  volume.checkout("d1-app-old");
  for (const auto* path : {"tree/src/file", "tree/src", "tree"})
    fs::permissions(volume.hidden("checkouts/d1-app-old") / path, fs::perms::owner_read);
  CHECK(json::integer_at(volume.collect({"d1"}), {"failed"}) == 0);
  CHECK(volume.names("checkouts").empty());
  CHECK(volume.is_tidy());
}

TEST_CASE("a tree deeper than a path may be long goes without a trace") {
  const Volume volume;
  volume.checkout("d1-app-old");
  const std::string name(200, 'd');
  int folder = open(volume.hidden("checkouts/d1-app-old/tree").c_str(), O_RDONLY | O_DIRECTORY);
  for (int depth = 0; depth < 3000; ++depth) {
    REQUIRE(mkdirat(folder, name.c_str(), 0755) == 0);
    const int inner = openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY);
    close(folder);
    folder = inner;
  }
  close(folder);
  CHECK(json::integer_at(volume.collect({"d1"}), {"failed"}) == 0);
  CHECK(volume.names("checkouts").empty());
  CHECK(volume.is_tidy());
}

TEST_CASE("bytes are those of the disk: a sparse file's blocks, a file of two names once") {
  const Volume volume;
  volume.checkout("d1-app");
  const auto tree = volume.hidden("checkouts/d1-app/tree");
  volume.folder.write(".gradient/checkouts/d1-app/tree/one", std::string(100'000, 'x'));
  const auto before = json::integer_at(volume.collect({}), {"checkoutsBytes"});
  fs::create_hard_link(tree / "one", tree / "two");
  volume.folder.write(".gradient/checkouts/d1-app/tree/sparse", "");
  fs::resize_file(tree / "sparse", 1U << 30U);
  CHECK(json::integer_at(volume.collect({}), {"checkoutsBytes"}) == before);
  CHECK(before >= blocks_of(tree / "one"));
  const auto told = volume.collect({"d1"});
  CHECK(json::integer_at(told, {"freedBytes"}) >= blocks_of(volume.hidden("checkouts")));
  CHECK(json::integer_at(told, {"freedBytes"}) > 100'000);
  CHECK(json::integer_at(told, {"freedBytes"}) < 300'000);
  CHECK(json::integer_at(told, {"checkoutsBytes"}) == 0);
}

TEST_CASE(
    "of a file of several names the bytes are large files', else a mirror's, else a checkout's") {
  const Volume volume;
  volume.checkout("d1-app");
  volume.model("llm");
  const auto name = volume.mirror("https://git.example/a");
  const std::vector<std::pair<std::string, Path>> all = {
      {"modelsBytes", volume.hidden("models/llm/..rev-1/weights")},
      {"checkoutsBytes", volume.hidden("checkouts/d1-app/tree/src/file")},
      {"mirrorsBytes", volume.hidden("git/" + name + "/file")},
      {"largeFilesBytes", volume.hidden("git/" + name + "/lfs/logs/file")}};
  volume.folder.write(".gradient/models/llm/..rev-1/weights", std::string(1'000'000, 'x'));
  for (std::size_t i = 1; i < all.size(); ++i) {
    const auto& [now, path] = all[i];
    fs::remove(path);
    fs::create_directories(path.parent_path());
    fs::create_hard_link(all.front().second, path);
    const auto told = volume.collect({});
    for (const auto& [field, of_field] : all)
      CHECK((json::integer_at(told, {field}) > 1'000'000) == (field == now));
  }
}

TEST_CASE("a stop in the middle leaves no half checkout under its key") {
  const Volume volume;
  volume.checkout("d1-app-old");
  Reporter report(volume.elsewhere / "termination", 4096, json::Json::object());
  std::stop_source stop;
  stop.request_stop();
  CHECK_THROWS_AS(
      collect({.volume = volume.folder / "", .owners = {"d1"}}, report, stop.get_token()), Stopped);
  CHECK(volume.names("checkouts").empty());
}

TEST_CASE("what killed helpers and collections have left goes, and nothing of those that live") {
  const Volume volume;
  volume.folder.write(".gradient/going-left/tree/file", "text");
  volume.folder.write(".gradient/tmp/left/mirror/HEAD", "text");
  const Owner dead{.id = "dead", .process = "dead", .renewal = 10ms};
  for (const auto* folder : {"going-left", "tmp/left"})
    write_file(volume.hidden(folder) / owner_file, text_of(dead));
  const auto live = claim(volume.hidden("tmp/checkout-d1-app"), {});
  volume.collect({});
  CHECK(volume.names(".") == Names{"tmp"});
  CHECK(volume.names("tmp") == Names{"checkout-d1-app"});
  CHECK(live->is_ours());
}

TEST_CASE("a checkout that cannot be read for good keeps nobody waiting") {
  const Volume volume;
  volume.checkout("d1-app-old");
  fs::remove(volume.hidden("checkouts/d1-app-old/meta.json"));
  REQUIRE(mkfifo(volume.hidden("checkouts/d1-app-old/meta.json").c_str(), 0600) == 0);
  age(volume.hidden("checkouts/d1-app-old"));
  volume.collect({"d1"});
  CHECK(volume.names("checkouts").empty());
}

TEST_CASE("a volume on which nothing was published yet has nothing to collect") {
  const Volume volume;
  CHECK(volume.collect({"d1"}) == json::parse(R"({"checkoutsBytes":0,"mirrorsBytes":0,
      "largeFilesBytes":0,"modelsBytes":0,"unusedBytes":0,"freedBytes":0,"removed":0,"young":0,
      "failed":0})"));
}

TEST_CASE("what another user has locked away is told, and the rest goes") {
  if (geteuid() != 0) {
    support::skip("only root can make files of another user");
    return;
  }
  constexpr uid_t helper = 65532;
  const Volume volume;
  volume.checkout("d1-app-old");
  volume.checkout("d1-other-old");
  volume.folder.write(".gradient/checkouts/d1-app-old/tree/cache/file", "text");
  for (const auto& entry : fs::recursive_directory_iterator(volume.folder / ""))
    REQUIRE(lchown(entry.path().c_str(), helper, helper) == 0);
  for (const auto& root : {volume.folder / ".", volume.elsewhere / "."})
    REQUIRE(chown(root.c_str(), helper, helper) == 0);
  REQUIRE(chown(volume.hidden("checkouts/d1-app-old/tree/cache").c_str(), 0, 0) == 0);

  REQUIRE(seteuid(helper) == 0);
  const auto told = volume.collect({"d1"});
  REQUIRE(seteuid(0) == 0);
  CHECK(volume.names("checkouts").empty());
  CHECK(json::integer_at(told, {"removed"}) == 2);
  CHECK(json::integer_at(told, {"failed"}) == 1);
  CHECK(json::string_at(told, {"message"}) == "cannot remove all of " +
                                                  volume.hidden("checkouts/d1-app-old").string() +
                                                  ": cache: Permission denied");
}

TEST_CASE("a mirror in which this user may not work is told, and the rest goes") {
  if (geteuid() != 0) {
    support::skip("only root can make files of another user");
    return;
  }
  constexpr uid_t helper = 65532;
  const Volume volume;
  volume.checkout("d1-app-old");
  volume.checkout("d1-app-new");
  const auto name = volume.mirror("https://git.example/a");
  for (const auto& entry : fs::recursive_directory_iterator(volume.folder / ""))
    REQUIRE(lchown(entry.path().c_str(), helper, helper) == 0);
  for (const auto& root : {volume.folder / ".", volume.elsewhere / "."})
    REQUIRE(chown(root.c_str(), helper, helper) == 0);
  fs::create_directory(volume.hidden("tmp"));

  REQUIRE(seteuid(helper) == 0);
  const auto told = volume.collect({"d1"}, {"d1-app-new"});
  REQUIRE(seteuid(0) == 0);
  CHECK(volume.names("checkouts") == Names{"d1-app-new"});
  CHECK(json::integer_at(told, {"failed"}) > 0);
  CHECK_THAT(json::string_at(told, {"message"}),
             Catch::Matchers::StartsWith("cannot clean up " +
                                         volume.hidden("git/" + name).string() + ": "));
}
