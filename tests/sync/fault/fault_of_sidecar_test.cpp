#include "base/files.h"
#include "base/hash.h"
#include "sync/model/digest.h"
#include "sync/model/model.h"
#include "sync/support/helper_run.h"
#include "sync/support/model_pod.h"
#include "sync/support/web_server.h"
#include "sync/volume/claim.h"

#include <catch2/catch.hpp>

#include <chrono>
#include <fcntl.h>
#include <functional>
#include <memory>
#include <stop_token>
#include <thread>

// What others do to a model's helper, and what it lacks while it serves.

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

/// A model of one file and a pod that refreshes it every second, ready.
struct Refreshed {
  explicit Refreshed(const std::string& path = "") {
    server.folder().write("files/llm/weights.bin", "first");
    pod = std::make_unique<ModelPod>(ModelPod::Settings{.source = server.url("files/llm/"),
                                                        .target = volume / "model",
                                                        .options = {"--refresh-interval", "1"},
                                                        .path = path});
    REQUIRE(becomes([&] { return pod->is_ready() || pod->has_ended(); }));
  }
  /// A change of the source comes through.
  bool refreshes(const std::string& text) const {
    server.folder().write("files/llm/weights.bin", text);
    return becomes([&] { return reads(volume / "model/weights.bin", text); });
  }

  WebServer server;
  Folder volume;
  std::unique_ptr<ModelPod> pod;
};

}  // namespace

TEST_CASE("a pod that finds its model does not wait for the helper that fetches into the folder") {
  const WebServer server;
  server.folder().write("files/llm/weights.bin", "w");
  const ServedRepository repository(server, "llm.git");
  repository.commit("weights.bin", "w");
  const Folder volume;
  ModelPod::Settings settings{.source = server.url("files/llm/"), .target = volume / "model"};
  SECTION("of files") {}
  SECTION("of files of a digest") {
    settings.options = {"--digest", content::digest(server.folder() / "files/llm")};
  }
  SECTION("of git, refreshed") {
    settings.source = "git+" + repository.url();
    settings.options = {"--refresh-interval", "1"};
  }
  {
    ModelPod first(settings);
    REQUIRE(becomes([&] { return first.is_ready() || first.has_ended(); }));
  }
  // Another helper fetches what these want, and another one what nobody has yet.
  const auto fetches = [&](const std::string& source) {
    return content::claim(volume / ("model/..tmp-" + base::short_hash(source)), {});
  };
  const auto refreshing = fetches(settings.source);
  auto fetching = fetches(server.url("files/llm/weights.bin"));
  const auto long_ago = fs::file_time_type::clock::now() - 48h;
  fs::last_write_time(volume / "model", long_ago);
  ModelPod second(settings);
  CHECK(becomes([&] { return second.is_ready() || second.has_ended(); }));
  CHECK_FALSE(second.tells("waiting"));
  // A collection takes none that a pod begins to use.
  CHECK(fs::last_write_time(volume / "model") > long_ago + 47h);

  auto others = settings;
  others.source = server.url("files/llm/weights.bin");
  others.options.clear();
  ModelPod other(others);
  REQUIRE(becomes(
      [&] { return other.tells("waiting", "which fetches the model") || other.has_ended(); }));
  CHECK_FALSE(other.is_ready());
  fetching.reset();
  CHECK(becomes([&] { return other.is_ready() || other.has_ended(); }));
  CHECK(other.count("waiting") == 1);
  CHECK_FALSE(second.has_ended());
}

TEST_CASE("a repository's helper tells that it waits for another one") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  repository.commit("file", "text");
  HelperRun helper;
  REQUIRE(helper.repository(repository.url()) == "published");
  const auto hidden = helper.folder() / "volume/.gradient";
  const bool is_same_checkout = GENERATE(true, false);
  const auto name =
      is_same_checkout ? "checkout-key" : "mirror-" + base::short_hash(repository.url());
  auto fetching = content::claim(hidden / "tmp" / name, {});
  fetching->tell_progress(json::parse(R"({"bytes":3100,"total":9800})"));
  REQUIRE(becomes([&] { return content::owner_of(fetching->path())->bytes == 3100; }));
  fs::remove_all(hidden / "checkouts/key");
  std::jthread owner([&] {
    becomes([&] { return base::read_file(helper.log()).find("waiting") != std::string::npos; });
    fetching.reset();
  });
  CHECK(helper.repository(repository.url()) == "published");
  CHECK_THAT(base::read_file(helper.log()),
             Contains(", which fetches " + repository.url() + ": 3.0 KiB of 9.5 KiB"));
}

TEST_CASE("a helper that may open no more files goes on serving, and refreshes when it may") {
  Refreshed model;
  const auto pid = std::to_string(model.pod->pid());
  // Two are left: UndefinedBehaviorSanitizer opens a pipe to look at a type that it has not seen.
  shell("prlimit --pid " + pid + " --nofile=$(($(ls /proc/" + pid + "/fd | wc -l) + 2)):");
  REQUIRE(becomes([&] {
    return model.pod->tells("refresh-failed", "Too many open files") || model.pod->has_ended();
  }));
  CHECK(reads(model.volume / "model/weights.bin", "first"));
  shell("prlimit --pid " + pid + " --nofile=1024:");
  CHECK(model.refreshes("the second"));
  CHECK_FALSE(model.pod->has_ended());
}

TEST_CASE("a helper without its program goes on serving, and names the program") {
  const Folder programs;
  const auto program = shell("command -v rclone");
  fs::create_symlink(program, programs / "rclone");
  Refreshed model((programs / "").string());
  fs::remove(programs / "rclone");
  REQUIRE(becomes([&] { return model.pod->tells("refresh-failed") || model.pod->has_ended(); }));
  CHECK(model.pod->tells("refresh-failed", "rclone cannot be run: No such file or directory"));
  fs::create_symlink(program, programs / "rclone");
  CHECK(model.refreshes("the second"));
  CHECK_FALSE(model.pod->has_ended());
}

TEST_CASE("a helper without its folder for temporary files goes on serving, and names the folder") {
  Refreshed model;
  fs::remove_all(model.pod->temporary());
  CHECK(model.refreshes("the second"));
  REQUIRE(becomes([&] { return model.pod->tells("refresh-failed") || model.pod->has_ended(); }));
  CHECK(model.pod->tells("refresh-failed", "files, \\\"" + model.pod->temporary().string()));
  fs::create_directory(model.pod->temporary());
  CHECK(becomes([&] { return model.pod->count("published") == 2; }));
  CHECK(model.pod->is_ready());
}

TEST_CASE("what a helper lacks at its start is named") {
  const WebServer server;
  server.folder().write("files/llm/weights.bin", "w");
  HelperRun helper;
  SECTION("its program") {
    helper.environment = {"PATH=/none"};
    CHECK(helper.model(server.url("files/llm/")) ==
          "SyncFailed: rclone cannot be run: No such file or directory");
  }
  SECTION("its folder for temporary files") {
    helper.environment.emplace_back("TMPDIR=/none");
    CHECK_THAT(
        helper.model(server.url("files/llm/")),
        StartsWith("SyncFailed: the helper's folder for temporary files, \"/none\", is not"));
    CHECK_THAT(
        helper.repository(server.url("git/app.git")),
        StartsWith("SyncFailed: the helper's folder for temporary files, \"/none\", is not"));
  }
}
