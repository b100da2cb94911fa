#include "base/files.h"
#include "base/process.h"
#include "sync/program/environment.h"
#include "sync/support/model_pod.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cerrno>

// Volumes that lack what others have: hard links, symbolic links, chmod, locks, a size. FUSE shows
// a folder as such a one.

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

/// A folder and a volume that shows it.
struct Lacking {
  explicit Lacking(std::vector<std::string> settings)
      : fuse{FUSE_VOLUME, backing / "", std::move(settings)}, is_missing(fuse.is_missing()) {
    if (!is_missing) volume = std::make_unique<MountedVolume>(fuse);
  }
  Folder backing;
  MountedVolume::Fuse fuse;
  bool is_missing;
  std::unique_ptr<MountedVolume> volume;
};

/// "CALL=ERRNO", with each errno by which file systems refuse a call.
std::string refused(const std::string& call) {
  return call + "=" + std::to_string(GENERATE(EPERM, EOPNOTSUPP, ENOSYS));
}

/// How `gradient-sync repository` ends: its exit code and what it tells.
std::string publish(const MountedVolume& volume, const ServedRepository& served) {
  const Folder pod;
  auto words = volume.inside();
  words.insert(words.end(),
               {"/usr/bin/env", "TMPDIR=" + (pod / "").string(), GRADIENT_SYNC, "repository",
                "--volume", volume.path().string(), "--key", "key", "--name", "app", "--url",
                served.url(), "--termination-log", (pod / "told").string()});
  const auto finished = base::run(
      {.arguments = std::move(words), .environment = content::environment_for_programs()});
  return std::to_string(finished.exit_code) + " " + base::read_file(pod / "told");
}

std::ptrdiff_t count(const std::string& text, const std::string& part) {
  std::ptrdiff_t result = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++result;
  return result;
}

ModelPod::Settings pod_of(const Lacking& lacking, const WebServer& server) {
  return {.source = server.url("files/llm/"),
          .target = lacking.volume->path() / "model",
          .options = {"--refresh-interval", "1", "--grace", "3600"},
          .inside = lacking.volume->inside()};
}

constexpr const char* tree = ".gradient/checkouts/key/tree/";

}  // namespace

TEST_CASE("without hard links, chmod or locks a model is refreshed by what has changed alone") {
  const auto lacks = GENERATE(values<std::string>({"link", "chmod", "flock", "fsync"}));
  const Lacking lacking({refused(lacks), "size=0"});
  if (lacking.is_missing) return;
  INFO(lacking.fuse.settings.front());
  const WebServer server;
  server.folder().write("files/llm/weights.bin", std::string(300'000, '1'));
  server.folder().write("files/llm/config", "first");
  ModelPod pod(pod_of(lacking, server));
  REQUIRE(becomes([&] { return pod.is_ready() || pod.has_ended(); }));
  INFO(pod.log());
  REQUIRE_FALSE(pod.has_ended());
  server.folder().write("files/llm/config", "the second");
  REQUIRE(becomes([&] { return pod.count("published") == 2 || pod.has_ended(); }));
  CHECK(base::read_file(lacking.backing / "model/..data/config") == "the second");
  CHECK(base::read_file(lacking.backing / "model/..data/weights.bin") == std::string(300'000, '1'));
  CHECK(count(server.log(), "GET /files/llm/weights.bin") == 1);
}

TEST_CASE("two files that are one on a volume are refused there, and are two elsewhere") {
  const Lacking lacking({"fold=1"});
  if (lacking.is_missing) return;
  const WebServer server;
  server.folder().write("files/llm/sub/Read.me", "first");
  server.folder().write("files/llm/sub/read.me", "second");
  ModelPod pod(pod_of(lacking, server));
  REQUIRE(becomes([&] { return pod.has_ended(); }));
  CHECK(pod.tells("failed",
                  R"(the source has \"sub/read.me\", which \"sub/Read.me\" of the source would )"
                  "replace: on this volume they are one file"));
  const Folder volume;
  ModelPod elsewhere({.source = server.url("files/llm/"), .target = volume / "model"});
  REQUIRE(becomes([&] { return elsewhere.is_ready() || elsewhere.has_ended(); }));
  CHECK(base::read_file(volume / "model/sub/Read.me") == "first");
  CHECK(base::read_file(volume / "model/sub/read.me") == "second");
}

TEST_CASE("without symbolic links there is no folder of a model, told before files are fetched") {
  const Lacking lacking({refused("symlink")});
  if (lacking.is_missing) return;
  const WebServer server;
  server.folder().write("files/llm/weights.bin", "weights");
  ModelPod pod(pod_of(lacking, server));
  REQUIRE(becomes([&] { return pod.is_ready() || pod.has_ended(); }));
  CHECK(pod.has_ended());
  CHECK_THAT(pod.log(), Contains("VolumeLacksFeature") && Contains("symbolic links") &&
                            Contains(lacking.volume->path().string()) && Contains("mfsymlinks"));
  CHECK(count(server.log(), "GET /files/llm/weights.bin") == 0);
}

TEST_CASE("without symbolic links a repository that has none is published, and one that has not") {
  const Lacking lacking({refused("symlink"), "link=1", "flock=95", "size=0"});
  if (lacking.is_missing) return;
  const WebServer server;
  const ServedRepository served(server, "app.git");
  const auto commit = served.commit("file", "text");
  CHECK_THAT(publish(*lacking.volume, served), StartsWith("0 ") && Contains(commit));
  CHECK(base::read_file(lacking.backing / (tree + std::string("file"))) == "text\n");

  const ServedRepository other(server, "other.git");
  const auto git = (server.folder() / "git/other.git").string();
  shell("cd " + git +
        " && export GIT_INDEX_FILE=$PWD/test-index && git update-index --add --cacheinfo 120000,"
        "$(printf file | git hash-object -w --stdin),lib/link && git update-ref refs/heads/main "
        "$(git -c user.name=t -c user.email=t@t commit-tree -m Link $(git write-tree))");
  std::filesystem::remove_all(lacking.backing / ".gradient/checkouts/key");
  CHECK_THAT(publish(*lacking.volume, other), StartsWith("1 ") && Contains("VolumeLacksFeature") &&
                                                  Contains("lib/link is a symbolic link") &&
                                                  Contains("mfsymlinks"));
}

TEST_CASE("without chmod there is no git, which is told before anything is fetched") {
  const Lacking lacking({refused("chmod")});
  if (lacking.is_missing) return;
  const WebServer server;
  const ServedRepository served(server, "app.git");
  served.commit("file", "text");
  CHECK_THAT(publish(*lacking.volume, served), StartsWith("1 ") && Contains("VolumeLacksFeature") &&
                                                   Contains("chmod") && Contains("uid and gid"));
  CHECK(count(server.log(), "POST ") == 1);  // for the names of its refs
}
