#include "base/files.h"
#include "base/hash.h"
#include "json/json.h"
#include "sync/model/layout.h"
#include "sync/support/killed_run.h"
#include "sync/support/lfs_server.h"
#include "sync/support/web_server.h"
#include "sync/volume/claim.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <limits>
#include <random>
#include <thread>

// gradient-sync itself, killed at the system calls that change files, and started again. The calls
// are tried in an order that a seed decides, for as long as a test may take.

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

/// For each test; GRADIENT_CRASH_SECONDS takes more of them in.
std::chrono::seconds longest() {
  const char* seconds = std::getenv("GRADIENT_CRASH_SECONDS");
  return seconds == nullptr ? 20s : std::chrono::seconds(std::atoi(seconds));
}

constexpr unsigned seed = 4711;
/// So rare that none comes between two changes; and so often that dead helpers are known soon.
constexpr const char* rare = "GRADIENT_HEARTBEAT_MS=60000";
constexpr const char* often = "GRADIENT_HEARTBEAT_MS=500";
constexpr int never = std::numeric_limits<int>::max();

/// Numbers from 1 to `last`, until the time is over; `attempt` gives the run that was to be killed.
template <class Try>
void for_each_change(int last, const Try& attempt) {
  std::vector<int> order;
  for (int nth = 1; nth <= last; ++nth)
    order.push_back(nth);
  std::shuffle(order.begin(), order.end(), std::mt19937(seed));
  const auto end = std::chrono::steady_clock::now() + longest();
  std::size_t tried = 0;
  std::size_t killed = 0;
  for (; tried < order.size() && std::chrono::steady_clock::now() < end; ++tried)
    killed += attempt(order[tried]).was_killed ? 1 : 0;
  std::cout << "tried " << tried << " of " << last << " changes, killed " << killed << "\n";
  CHECK(2 * killed > tried);  // how often progress is told differs from run to run
}

/// How many changes of files were not on the disk yet when something got this name; fails when
/// nothing did.
int changes_at_risk(const WatchedRun& run, const std::string& name) {
  const auto found = std::find_if(run.renames.begin(), run.renames.end(), [&](const auto& rename) {
    return rename.to.find(name) != std::string::npos;
  });
  REQUIRE(found != run.renames.end());
  return found->changes_since_sync;
}

WatchedRun run(const std::vector<std::string>& command, int nth = 0) {
  return run_until_change(command, nth);
}

struct Repository {
  Repository() {
    app.commit("file", "app");
    commit = app.add_submodule("lib", lib.url(), lib.commit("file", "lib"));
  }
  std::vector<std::string> command(const Folder& volume, const std::string& pod = "pod",
                                   const std::string& heartbeat = rare) const {
    return {"/usr/bin/env",
            "POD_UID=" + pod,
            heartbeat,
            GRADIENT_SYNC,
            "repository",
            "--volume",
            (volume / "").string(),
            "--key",
            "key",
            "--name",
            "app",
            "--url",
            app.url(),
            "--termination-log",
            (volume / "told").string()};
  }
  /// Whether there is a checkout; fails when there is one that is not whole.
  bool is_published(const Folder& volume) const {
    const auto checkout = volume / ".gradient/checkouts/key";
    if (!fs::exists(checkout)) return false;
    const auto meta = json::parse(base::read_file(checkout / "meta.json"));
    CHECK(json::string_at(meta, {"commit"}) == commit);
    CHECK(base::read_file(checkout / "tree/file") == "app\n");
    CHECK(base::read_file(checkout / "tree/lib/file") == "lib\n");
    const auto git = "git -C " + (checkout / "tree").string();
    CHECK(shell(git + " status --porcelain && " + git + " rev-parse HEAD") == commit);
    return true;
  }

  /// Whether nothing is left of runs that were killed.
  static bool is_tidy(const Folder& volume) { return fs::is_empty(volume / ".gradient/tmp"); }

  WebServer server;
  ServedRepository app{server, "app.git"};
  ServedRepository lib{server, "lib.git"};
  std::string commit;
};

/// A volume on which two of three revisions of a repository may go, as one pod sees it.
struct Collected {
  Collected() {
    for (const std::string text : {"1", "2", "3"}) {
      commits.push_back(app.commit("file", text));
      app.commit("side", text, "side" + text);
      REQUIRE(sync(before, commits.back(), "d1-" + text).exit_code == 0);
    }
    for (const auto& mirror : fs::directory_iterator(before / ".gradient/git")) {
      name = mirror.path().filename().string();
      for (const auto* file : {"same", "lfs/objects/ab/cd/abcd", "lfs/incomplete/abcd"})
        before.write(".gradient/git/" + name + "/" + file, "text");
    }
  }
  fs::path mirror(const Folder& volume) const { return volume / (".gradient/git/" + name); }

  WatchedRun sync(const Folder& volume, const std::string& ref, const std::string& key,
                  const std::string& more = "--revision=1") const {
    return start(volume, {"repository", "--key", key, "--name", "app", "--url", app.url(), "--ref",
                          ref, more});
  }
  WatchedRun collect(const Folder& volume, int nth = 0) const {
    return start(volume, {"collect", "--owner", "d1", "--keep", "d1-2", "--grace", "0"}, nth,
                 nth == 0 ? "GRADIENT_HEARTBEAT_MS=20" : rare);
  }
  /// Fails unless whoever comes after a clean-up that was killed gets what it wants.
  void is_usable(const Folder& volume) const {
    CHECK(base::read_file(volume / ".gradient/checkouts/d1-2/tree/file") == "2\n");
    for (const auto& commit : commits) {
      INFO(commit);
      CHECK(sync(volume, commit, "d2-" + commit).exit_code == 0);
    }
    CHECK(sync(volume, "side3", "d2-side").exit_code == 0);
    CHECK(sync(volume, "main", "d2-whole", "--full-history").exit_code == 0);
    for (const std::string text : {"1", "2", "3"})
      CHECK(base::read_file(volume / (".gradient/checkouts/d2-" + commits.at(std::stoul(text) - 1) +
                                      "/tree/file")) == text + "\n");
    CHECK(shell("git -C " + (volume / ".gradient/checkouts/d2-whole/tree").string() +
                " rev-list --count HEAD") == "3");
    CHECK(fs::exists(mirror(volume) / "same"));  // and was not thrown away
  }
  /// Fails unless nothing is left of clean-ups that were killed.
  void is_tidy(const Folder& volume) const {
    CHECK(fs::is_empty(volume / ".gradient/tmp"));
    CHECK(
        shell("ls -d " + (volume / ".gradient/going-*").string() + " 2>/dev/null || true").empty());
    const auto in_mirror = mirror(volume).string();
    CHECK(shell("cd " + in_mirror + " && find . -name '*.lock' -o -name '.tmp-*' -o -name 'tmp_*'")
              .empty());
    CHECK(shell("cd " + in_mirror + "/lfs && find . -type f").empty());
    CHECK(shell("git -C " + in_mirror + " for-each-ref --format='%(refname)'") ==
          "refs/gradient/" + commits.at(1));
    CHECK(shell("ls " + in_mirror + "/objects/pack | wc -l") == "2");
    shell("git -C " + in_mirror + " fsck --full --strict 2>&1");
  }

  WebServer server;
  ServedRepository app{server, "app.git"};
  std::vector<std::string> commits;
  std::string name;  ///< of the mirror
  Folder before;

 private:
  static WatchedRun start(const Folder& volume, std::vector<std::string> command, int nth = 0,
                          const std::string& heartbeat = rare) {
    command.insert(command.begin(), {"/usr/bin/env", "POD_UID=pod", heartbeat, GRADIENT_SYNC});
    command.insert(command.end(), {"--volume", (volume / "").string(), "--termination-log",
                                   (volume / "told").string()});
    return run(command, nth);
  }
};

/// Two revisions of a model, "old" and "new".
struct Model {
  static std::vector<std::string> names(const std::string& revision) {
    return {"a", "b", "sub/c", revision};
  }
  virtual ~Model() = default;
  virtual std::string source(const std::string& revision) const = 0;

  std::vector<std::string> command(const Folder& volume, const std::string& revision,
                                   const std::string& temporary,
                                   const std::string& heartbeat) const {
    return {"/usr/bin/env",
            "TMPDIR=" + (volume / temporary).string(),
            "POD_UID=" + temporary,
            heartbeat,
            GRADIENT_SYNC,
            "model",
            "--source",
            source(revision),
            "--target",
            (volume / "model").string(),
            "--name",
            "llm",
            "--grace",
            "0",
            "--termination-log",
            (volume / "told").string()};
  }
  /// Until it is killed, or ready.
  WatchedRun run(const Folder& volume, const std::string& revision, int nth = 0,
                 const std::string& temporary = "tmp", const std::string& heartbeat = rare) const {
    fs::remove_all(volume / temporary);  // a new container's
    fs::create_directory(volume / temporary);
    return run_until_change(command(volume, revision, temporary, heartbeat), nth,
                            R"("event":"published")");
  }
  /// How many there are from the old revision to the new one.
  int changes_of_update() const {
    const Folder volume;
    run(volume, "old");
    REQUIRE(published(volume) == "old");
    const auto all = run(volume, "new", never);
    REQUIRE(published(volume) == "new");
    return all.changes;
  }
  /// "old", "new", or nothing before the first; fails when what is there is not whole.
  std::string published(const Folder& volume) const {
    const auto data = volume / "model/..data";
    if (!fs::exists(fs::symlink_status(data))) return "";
    const std::string text = fs::exists(data / "new") ? "new" : "old";
    for (const auto& name : names(text))
      CHECK(base::read_file(data / name) == text + name);
    CHECK_FALSE(content::Layout(volume / "model").current().is_null());
    return text;
  }
};

struct ModelOfFiles : Model {
  ModelOfFiles() {
    for (const std::string revision : {"old", "new"}) {
      for (const auto& name : names(revision))
        server.folder().write("files/" + revision + "/" + name, revision + name);
    }
  }
  std::string source(const std::string& revision) const override {
    return server.url("files/" + revision + "/");
  }

  WebServer server;
};

/// A model with a file that comes in ranges.
struct LargeModel {
  LargeModel() {
    while (text.size() < 300'000)
      text += "line " + std::to_string(text.size()) + "\n";
    server.folder().write("files/llm/large.safetensors", text);
    server.folder().write("files/llm/small", "small");
  }
  WatchedRun run(const Folder& volume, int nth = 0) const {
    fs::remove_all(volume / "tmp");  // a new container's
    fs::create_directory(volume / "tmp");
    return run_until_change(
        {"/usr/bin/env", "TMPDIR=" + (volume / "tmp").string(), "POD_UID=pod", "NODE_NAME=node",
         MODEL_IN_RANGES, server.url("files/llm/"), (volume / "model").string()},
        nth, R"("event":"published")");
  }
  /// Fails when there is a part of it alone.
  bool is_published(const Folder& volume) const {
    const auto data = volume / "model/..data";
    if (!fs::exists(fs::symlink_status(data))) return false;
    CHECK(base::read_file(data / "large.safetensors") == text);
    CHECK(base::read_file(data / "small") == "small");
    return true;
  }
  /// The notes of a partial file that a killed run has left; empty: there are none.
  static fs::path notes(const Folder& volume) {
    std::error_code error;  // there is none before the first change
    for (const auto& entry : fs::recursive_directory_iterator(volume / "model", error))
      if (entry.path().extension() == ".ranges") return entry.path();
    return {};
  }
  /// Makes of what a killed run has left that of another pod, whose node has booted since.
  static void give_away(const Folder& volume) {
    for (const auto& entry : fs::directory_iterator(volume / "model")) {
      auto owner = content::owner_of(entry.path());
      if (!owner) continue;
      owner->uid = "another";
      owner->boot = "before";
      content::write_file(entry.path() / content::owner_file, content::text_of(*owner));
    }
  }

  std::string text;
  WebServer server;
};

/// Of a repository with large files alone, and one that both revisions have.
struct ModelOfGit : Model {
  ModelOfGit() {
    repository.commit(".gitattributes", "* filter=lfs\\n.gitattributes !filter");
    repository.commit("same", large.put("llm", "same"));
    for (const std::string revision : {"old", "new"}) {
      for (const auto& name : names(revision))
        repository.commit(name, large.put("llm", revision + name), revision);
    }
  }
  std::string source(const std::string& revision) const override {
    return "git+" + repository.url() + "?ref=" + revision;
  }
  /// How often content was asked for, in all.
  std::ptrdiff_t transfers(const std::string& content) const {
    const auto log = server.log();
    const auto request = "/objects/storage/" + base::sha256_hex(content);
    std::ptrdiff_t count = 0;
    for (auto at = log.find(request); at != std::string::npos; at = log.find(request, at + 1))
      ++count;
    return count;
  }

  LfsServer large;
  WebServer server{large.port()};
  ServedRepository repository{server, "llm.git"};
};

/// Kills the update from the old revision to the new one; `old_is_there` is told before each.
void kill_updates(
    const Model& model, const std::function<void()>& old_is_there = [] {}) {
  const auto changes = model.changes_of_update();
  for_each_change(changes, [&](int nth) {
    INFO("killed at change " << nth << " of " << changes);
    const Folder volume;
    model.run(volume, "old");
    old_is_there();
    const auto update = model.run(volume, "new", nth);
    CHECK_FALSE(model.published(volume).empty());
    model.run(volume, "new");
    CHECK(model.published(volume) == "new");
    CHECK(base::read_file(volume / "model/new") == "newnew");
    CHECK_FALSE(fs::exists(fs::symlink_status(volume / "model/old")));
    return update;
  });
}

/// Kills a helper at each change, on a volume that was prepared. Another one, after `meanwhile`,
/// publishes.
void kill_fetches(const LargeModel& model, const std::function<void(const Folder&)>& prepare,
                  const std::function<void(const Folder&)>& meanwhile) {
  const auto changes = [&] {
    const Folder volume;
    prepare(volume);
    const auto all = model.run(volume, never);
    REQUIRE(model.is_published(volume));
    return all.changes;
  }();
  for_each_change(changes, [&](int nth) {
    INFO("killed at change " << nth << " of " << changes);
    const Folder volume;
    prepare(volume);
    const auto first = model.run(volume, nth);
    model.is_published(volume);
    meanwhile(volume);
    model.run(volume);
    CHECK(model.is_published(volume));
    return first;
  });
}

}  // namespace

TEST_CASE("a repository's helper may be killed at any change: there is a whole checkout or none") {
  const Repository repository;
  const Folder whole;
  const auto all = run(repository.command(whole), never);
  REQUIRE(all.exit_code == 0);
  REQUIRE(repository.is_published(whole));
  for_each_change(all.changes, [&](int nth) {
    INFO("killed at change " << nth << " of " << all.changes);
    const Folder volume;
    const auto team = volume.write("precious", "the team's");
    const auto first = run(repository.command(volume), nth);
    repository.is_published(volume);
    CHECK(run(repository.command(volume)).exit_code == 0);
    CHECK(repository.is_published(volume));
    CHECK(base::read_file(team) == "the team's");
    // The clean-up, as another container of the pod that was killed.
    REQUIRE(
        run({"/usr/bin/env", "POD_UID=pod", "GRADIENT_HEARTBEAT_MS=20", GRADIENT_SYNC, "collect",
             "--volume", (volume / "").string(), "--termination-log", (volume / "told").string()})
            .exit_code == 0);
    CHECK(Repository::is_tidy(volume));
    return first;
  });
}

TEST_CASE("a clean-up may be killed at any change: the next one ends it") {
  const Collected collected;
  const auto copy = [&](const Folder& volume) {
    shell("cp -a " + (collected.before / ".gradient").string() + " " + (volume / "").string());
  };
  const Folder whole;
  copy(whole);
  const auto all = collected.collect(whole, never);
  REQUIRE(all.exit_code == 0);
  collected.is_tidy(whole);
  SECTION("and whoever fetches before that finds a mirror that it can use") {
    collected.is_usable(whole);
    for_each_change(all.changes, [&](int nth) {
      INFO("killed at change " << nth << " of " << all.changes);
      const Folder volume;
      copy(volume);
      const auto first = collected.collect(volume, nth);
      collected.is_usable(volume);
      return first;
    });
  }
  SECTION("and nothing is left") {
    for_each_change(all.changes, [&](int nth) {
      INFO("killed at change " << nth << " of " << all.changes);
      const Folder volume;
      copy(volume);
      const auto first = collected.collect(volume, nth);
      CHECK(collected.collect(volume).exit_code == 0);
      INFO(base::read_file(volume / "told"));
      CHECK(base::read_file(volume / "told").find(R"("failed":0)") != std::string::npos);
      collected.is_tidy(volume);
      return first;
    });
  }
}

TEST_CASE("however often a repository's helper is killed, it leaves one partial clone at most") {
  const Repository repository;
  const Folder once;
  const int changes = run(repository.command(once), never).changes;
  const Folder volume;
  const auto clones = [&] {
    return std::stoi(shell("find " + (volume / ".gradient/tmp").string() + " -name HEAD | wc -l"));
  };
  int most = 0;
  for (int kills = 1; kills <= 10; ++kills) {
    INFO("kill " << kills);
    // Before there is a mirror; what was left before is removed first, so later ones go less far.
    REQUIRE(run(repository.command(volume), changes / 5).was_killed);
    CHECK(clones() <= 1);
    most = std::max(most, clones());
  }
  CHECK(most == 1);
}

TEST_CASE(
    "a checkout is on the disk before it gets its name: a power cut leaves it whole or none") {
  const Repository repository;
  const Folder volume;
  const auto all = run(repository.command(volume), never);
  REQUIRE(repository.is_published(volume));
  CHECK(changes_at_risk(all, ".gradient/checkouts/key") == 0);
}

TEST_CASE("so is a model's revision, and its name is before the link leads to it") {
  const ModelOfFiles model;
  const Folder volume;
  const auto all = model.run(volume, "new", never);
  REQUIRE(model.published(volume) == "new");
  CHECK(changes_at_risk(all, "/..rev-") == 0);
  // The link itself: made beside, after the revision's folder was synced, and renamed.
  CHECK(changes_at_risk(all, "/..data") == 1);
}

TEST_CASE("what notes say of a partial file is on the disk before they say more") {
  const LargeModel model;
  const Folder volume;
  const auto all = model.run(volume, never);
  REQUIRE(model.is_published(volume));
  std::vector<int> syncs{0};
  for (const auto& rename : all.renames)
    if (rename.to.ends_with(".ranges")) syncs.push_back(rename.syncs);
  REQUIRE(syncs.size() > 1);
  CHECK(std::adjacent_find(syncs.begin(), syncs.end(), std::greater_equal<>()) == syncs.end());
}

TEST_CASE("a model's helper may be killed at any change: the files are the old ones or the new") {
  kill_updates(ModelOfFiles());
}

TEST_CASE("so it is with large files of git, and those that are there are not fetched again") {
  if (LfsServer::is_missing()) return;
  const ModelOfGit model;
  std::ptrdiff_t first_runs = 1;  // the one that counts the changes
  kill_updates(model, [&] { ++first_runs; });
  CHECK(model.transfers("same") == first_runs);
}

TEST_CASE(
    "a large file's helper may be killed at any change: another one goes on to the whole file") {
  const LargeModel model;
  kill_fetches(
      model, [](const Folder&) {}, [](const Folder&) {});
}

TEST_CASE("so may be one that takes over what another pod had of a large file") {
  const LargeModel model;
  // All of the file is there, and nothing is published. The notes tell of some.
  const Folder left;
  std::string version;
  for (int nth = 20; version.empty(); ++nth) {
    fs::remove_all(left / "model");
    REQUIRE(model.run(left, nth).was_killed);
    const auto notes = LargeModel::notes(left);
    if (!notes.empty()) version = base::read_file(notes);
  }
  REQUIRE_FALSE(model.is_published(left));
  auto notes = LargeModel::notes(left);
  std::ofstream(notes) << version.substr(0, version.find('\n')) << "\n0 100000\n150000 250000\n";
  const auto partial = notes.replace_extension();
  REQUIRE(fs::exists(partial));
  std::ofstream(partial) << model.text;
  kill_fetches(
      model,
      [&](const Folder& volume) {
        fs::copy(left / "model", volume / "model", fs::copy_options::recursive);
        LargeModel::give_away(volume);
      },
      LargeModel::give_away);
}

TEST_CASE("sixteen helpers at once, some of them killed, leave one whole checkout") {
  const Repository repository;
  std::mt19937 random(seed);
  for (int round = 0; round < 4; ++round) {
    const Folder volume;
    std::string script = "status=0; pids=";
    for (int i = 0; i < 16; ++i) {
      std::string line;
      for (const auto& word : repository.command(volume, "pod-" + std::to_string(i), often))
        line += " '" + word + "'";
      const auto lives = std::uniform_real_distribution<>(0.005, 0.4)(random);
      script += i % 2 == 0
                    ? "\ntimeout -s KILL " + std::to_string(lives) + line + " >/dev/null 2>&1 &"
                    : "\n" + line + " >/dev/null 2>&1 & pids=\"$pids $!\"";
    }
    CHECK(shell(script +
                "\nfor pid in $pids; do wait $pid || status=$?; done; wait; echo $status") == "0");
    CHECK(repository.is_published(volume));
  }
}

TEST_CASE("sixteen helpers of a model at once, half of them killed, leave the whole new revision") {
  const ModelOfFiles model;
  std::mt19937 random(seed);
  std::uniform_int_distribution<> any_change(1, model.changes_of_update());
  for (int round = 0; round < 4; ++round) {
    const Folder volume;
    model.run(volume, "old");
    std::array<WatchedRun, 16> runs;
    {
      std::vector<std::jthread> helpers;
      for (std::size_t i = 0; i < runs.size(); ++i) {
        const int nth = i % 2 == 0 ? any_change(random) : 0;
        helpers.emplace_back([&, i, nth] {
          runs.at(i) = model.run(volume, "new", nth, "tmp-" + std::to_string(i), often);
        });
      }
    }
    for (std::size_t i = 1; i < runs.size(); i += 2)
      CHECK(runs.at(i).exit_code == 128 + SIGTERM);  // told to when it had published
    CHECK(model.published(volume) == "new");
    CHECK_FALSE(fs::exists(fs::symlink_status(volume / "model/old")));
  }
}
