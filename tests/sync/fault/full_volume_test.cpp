#include "base/files.h"
#include "base/process.h"
#include "sync/program/environment.h"
#include "sync/support/model_pod.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

#include <chrono>
#include <functional>

// A volume that was filled, or cannot be written any more, after something was published there.

using namespace std::chrono_literals;

namespace {

struct Full {
  std::function<std::unique_ptr<MountedVolume>()> make;
  std::function<void(const MountedVolume&)> fill;
};

/// A volume without room for another file, and two without room for another byte, of which a folder
/// needs some in the one and none in the other; empty where it cannot be mounted.
Full full_volume() {
  const std::string kind = GENERATE("no files", "no bytes", "no bytes, but folders");
  if (kind != "no bytes") {
    if (MountedVolume::is_missing()) return {};
    if (kind == "no files")
      return {[] { return std::make_unique<MountedVolume>("size=64m,nr_inodes=400"); },
              [](const MountedVolume& volume) { volume.use_up_inodes(); }};
    return {[] { return std::make_unique<MountedVolume>("size=8m"); },
            [](const MountedVolume& volume) { volume.use_up_bytes(); }};
  }
  if (MountedVolume::is_loop_missing()) return {};
  return {[] { return std::make_unique<MountedVolume>(8 << 10); },
          [](const MountedVolume& volume) { volume.use_up_bytes(); }};
}

bool is_full(const MountedVolume& volume) {
  return volume
      .run(
          "cd $1 && mkdir one-more && (echo text >one-more/file && cat one-more/file); "
          "rm -rf one-more; true")
      .empty();
}

/// How `gradient-sync COMMAND...` ends on the volume, and what it tells.
std::string run(const MountedVolume& volume, const Folder& pod,
                const std::vector<std::string>& command) {
  auto words = volume.inside();
  words.insert(words.end(), {"/usr/bin/env", "TMPDIR=" + (pod / "").string(), GRADIENT_SYNC});
  words.insert(words.end(), command.begin(), command.end());
  words.insert(words.end(), {"--termination-log", (pod / "told").string()});
  const auto finished = base::run(
      {.arguments = std::move(words), .environment = content::environment_for_programs()});
  return std::to_string(finished.exit_code) + " " + base::read_file(pod / "told");
}

std::vector<std::string> repository(const MountedVolume& volume, const ServedRepository& served) {
  return {"repository", "--volume",  volume.path().string(), "--key", "d1-app-1", "--name", "app",
          "--url",      served.url()};
}

}  // namespace

TEST_CASE("a model that is there starts on a full volume, and what was replaced goes from it") {
  const auto full = full_volume();
  if (!full.make) return;
  const auto volume = full.make();
  const WebServer server;
  server.folder().write("files/llm/weights.bin", std::string(100'000, '1'));
  const ModelPod::Settings settings{.source = server.url("files/llm/"),
                                    .target = volume->path() / "model",
                                    .options = {"--refresh-interval", "1", "--grace", "3600"},
                                    .inside = volume->inside()};
  ModelPod first(settings);
  REQUIRE(becomes([&] { return first.is_ready() || first.has_ended(); }));
  server.folder().write("files/llm/weights.bin", std::string(100'001, '2'));
  REQUIRE(becomes([&] { return first.count("published") == 2 || first.has_ended(); }));
  full.fill(*volume);
  REQUIRE(is_full(*volume));

  ModelPod second(settings);
  CHECK(becomes([&] { return second.is_ready() || second.has_ended(); }));
  CHECK_FALSE(second.has_ended());

  const auto revisions = [&] {
    return volume->run("cd $1/model && ls -d ..rev-* ..old-* 2>/dev/null | wc -l");
  };
  REQUIRE(revisions() == "2\n");
  volume->run("cd $1/model && for rev in ..rev-*; do touch -d '2 hours ago' $rev; done");
  CHECK(becomes([&] { return revisions() == "1\n" || first.has_ended(); }));
  CHECK_FALSE(first.has_ended());
  CHECK(volume->run("head -c 1 $1/model/weights.bin") == "2");
}

TEST_CASE("removal that fails is told and tried again while the model is served") {
  if (MountedVolume::is_missing()) return;
  const MountedVolume volume("size=1m");
  const WebServer server;
  server.folder().write("files/llm/weights.bin", "first");
  ModelPod pod({.source = server.url("files/llm/"),
                .target = volume.path() / "model",
                .options = {"--refresh-interval", "1", "--grace", "3600"},
                .inside = volume.inside()});
  REQUIRE(becomes([&] { return pod.is_ready() || pod.has_ended(); }));
  server.folder().write("files/llm/weights.bin", "the second");
  REQUIRE(becomes([&] { return pod.count("published") == 2 || pod.has_ended(); }));
  volume.run(
      "cd $1/model && for rev in ..rev-*; do touch -d '2 hours ago' $rev; done && "
      "mount -o remount,ro $1");
  REQUIRE(
      becomes([&] { return pod.tells("removal-failed", "VolumeReadOnly") || pod.has_ended(); }));
  CHECK(volume.run("cat $1/model/weights.bin") == "the second");
  volume.run("mount -o remount,rw $1");
  CHECK(becomes([&] { return volume.run("ls -d $1/model/..rev-* | wc -l") == "1\n"; }));
  CHECK(becomes([&] { return pod.count("published") == 3; }));  // the operator knows the last line
  CHECK_FALSE(pod.has_ended());
}

TEST_CASE("a checkout that is there is taken on a full volume, and a collection frees that") {
  const auto full = full_volume();
  if (!full.make) return;
  const auto volume = full.make();
  const WebServer server;
  const ServedRepository served(server, "app.git");
  const auto commit = served.commit("file", "text");
  const Folder pod;
  REQUIRE_THAT(run(*volume, pod, repository(*volume, served)), Catch::Matchers::StartsWith("0 "));
  full.fill(*volume);
  REQUIRE(is_full(*volume));
  CHECK_THAT(run(*volume, pod, repository(*volume, served)),
             Catch::Matchers::StartsWith("0 ") && Catch::Matchers::Contains(commit));

  volume->run("touch -d '2 days ago' $1/.gradient/checkouts/*");
  CHECK_THAT(
      run(*volume, pod,
          {"collect", "--volume", volume->path().string(), "--owner", "d1", "--grace", "60"}),
      Catch::Matchers::StartsWith("0 ") && Catch::Matchers::Contains("\"removed\":2") &&
          Catch::Matchers::Contains("\"failed\":0"));
  CHECK_FALSE(is_full(*volume));
}

TEST_CASE("on a full volume a collection takes out of a mirror what needs no room first") {
  const auto full = full_volume();
  if (!full.make) return;
  const auto volume = full.make();
  const WebServer server;
  const ServedRepository served(server, "app.git");
  const Folder pod;
  served.commit("file", "first");
  auto old = repository(*volume, served);
  old[4] = "d1-app-0";
  REQUIRE_THAT(run(*volume, pod, old), Catch::Matchers::StartsWith("0 "));
  const auto commit = served.commit("file", "text");
  REQUIRE_THAT(run(*volume, pod, repository(*volume, served)), Catch::Matchers::StartsWith("0 "));
  volume->run(
      "for mirror in $1/.gradient/git/*; do for i in 1 2 3 4 5 6 7 8 9; do "
      "mkdir -p $mirror/lfs/objects/ab/c$i && head -c 100000 /dev/zero "
      ">$mirror/lfs/objects/ab/c$i/abc$i; done; done");
  // A checkout of an unknown owner: nothing else can go.
  volume->run("mv $1/.gradient/checkouts/d1-app-0 $1/gone && rm -r $1/gone");
  full.fill(*volume);
  REQUIRE(is_full(*volume));
  CHECK_THAT(run(*volume, pod, {"collect", "--volume", volume->path().string()}),
             Catch::Matchers::StartsWith("0 ") && Catch::Matchers::Contains("\"failed\":0"));
  CHECK(volume->run("find $1/.gradient/git -path '*/lfs/*' -type f").empty());
  CHECK(volume->run("cd $1/.gradient/git/* && git for-each-ref --format='%(refname)'") ==
        "refs/gradient/" + commit + "\n");
  CHECK(volume->run("ls $1/.gradient/tmp").empty());
}

TEST_CASE("a collection frees a full volume that never had a repository") {
  const auto full = full_volume();
  if (!full.make) return;
  const auto volume = full.make();
  volume->run(
      "mkdir -p $1/.gradient/models/old/..rev-1 && cd $1/.gradient/models && "
      "echo w >old/..rev-1/weights && touch -d '2 days ago' old");
  full.fill(*volume);
  REQUIRE(is_full(*volume));
  const Folder pod;
  CHECK_THAT(run(*volume, pod, {"collect", "--volume", volume->path().string(), "--model", "old"}),
             Catch::Matchers::StartsWith("0 ") && Catch::Matchers::Contains("\"removed\":1") &&
                 Catch::Matchers::Contains("\"failed\":0"));
  CHECK(volume->run("ls -A $1/.gradient") == "models\n");
}
