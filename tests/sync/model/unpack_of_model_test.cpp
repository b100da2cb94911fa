#include "base/files.h"
#include "sync/model/digest.h"
#include "sync/support/lfs_server.h"
#include "sync/support/model_pod.h"
#include "sync/support/sidecar.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

#include <csignal>

// source.unpack: archives of a source, with real rclone and git against real servers.

using namespace content;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

/// The bytes of an archive of what a script of the shell writes; its name says of which kind.
std::string packed(const std::string& name, const std::string& script) {
  const Folder folder;
  const bool is_zip = name.ends_with(".zip");
  const auto archive = (folder / name).string();
  shell("set -e; mkdir " + (folder / "in").string() + "; cd " + (folder / "in").string() + "; " +
        script + "\n" + (is_zip ? "zip -q -r -y " : "tar -caf ") + archive + " *");
  return base::read_file(archive);
}

struct Pod {
  Folder volume;
  ModelPod pod;

  explicit Pod(const std::string& url, std::vector<std::string> options = {},
               const std::string& path = "")
      : pod({.source = url,
             .target = volume / "model",
             .options = std::move(options),
             .path = path}) {}
  bool shows(const std::string& file, const std::string& text) {
    return becomes([&] { return reads(volume / ("model/" + file), text) || pod.has_ended(); }) &&
           !pod.has_ended();
  }
  std::string files() const {
    return shell("cd " + (volume / "model/..data").string() +
                 "/ && find . -type f ! -name '..*' | sort | tr '\\n' ' '");
  }
};

int count(const std::string& text, const std::string& what) {
  int found = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++found;
  return found;
}

}  // namespace

TEST_CASE("what is in a source's archives comes in their place, and has the files' digest") {
  const WebServer server;
  server.folder().write("files/llm/raw.bin", "raw");
  server.folder().write("files/llm/sub/a.tar.gz",
                        packed("a.tar.gz", "mkdir in; printf w >in/weights.bin"));
  server.folder().write("files/llm/b.zip", packed("b.zip", "printf '{}' >config.json"));
  Pod pod(server.url("files/llm/"), {"--unpack"});
  INFO(pod.pod.log());
  REQUIRE(pod.shows("sub/in/weights.bin", "w"));
  CHECK(pod.files() == "./config.json ./raw.bin ./sub/in/weights.bin ");
  const Folder plain;
  plain.write("raw.bin", "raw");
  plain.write("config.json", "{}");
  plain.write("sub/in/weights.bin", "w");
  CHECK(becomes([&] { return pod.pod.tells("published", digest(plain / "")); }));
  CHECK_FALSE(pod.pod.tells("archive"));
}

TEST_CASE("a source of one file is an archive whatever it is called") {
  const WebServer server;
  server.folder().write("files/v1", packed("a.zip", "printf w >weights.bin"));
  Pod pod(server.url("files/v1"), {"--unpack"});
  INFO(pod.pod.log());
  REQUIRE(pod.shows("weights.bin", "w"));
  CHECK(pod.files() == "./weights.bin ");
}

TEST_CASE("where the URL names an archive, patterns are for what is in it") {
  const WebServer server;
  server.folder().write("files/a.zip", packed("a.zip", "printf w >weights.bin; printf t >a.txt"));
  Pod pod(server.url("files/a.zip"), {"--unpack", "--include=*.bin"});
  INFO(pod.pod.log());
  REQUIRE(pod.shows("weights.bin", "w"));
  CHECK(pod.files() == "./weights.bin ");
}

TEST_CASE("a new archive is a new revision, and one that fails leaves what is served") {
  const WebServer server;
  server.folder().write("files/llm/b.bin", "beside");
  server.folder().write("files/llm/a.tgz", packed("a.tgz", "printf first >w; printf 1 >old"));
  Pod pod(server.url("files/llm/"), {"--unpack", "--refresh-interval", "1"});
  REQUIRE(pod.shows("w", "first"));
  server.folder().write("files/llm/a.tgz", packed("a.tgz", "printf second >w"));
  REQUIRE(pod.shows("w", "second"));
  CHECK(pod.files() == "./b.bin ./w ");
  const auto broken = packed("a.tgz", "head -c 100000 /dev/urandom >w");
  server.folder().write("files/llm/a.tgz", broken.substr(0, 50000));
  REQUIRE(becomes([&] { return pod.pod.tells("refresh-failed", "ModelArchiveRefused"); }));
  CHECK(pod.pod.tells("refresh-failed", "a.tgz cannot be unpacked: it is no whole archive"));
  CHECK(pod.files() == "./b.bin ./w ");
  CHECK(pod.shows("w", "second"));
  server.folder().write("files/llm/a.tgz", packed("a.tgz", "printf third-one >w"));
  CHECK(pod.shows("w", "third-one"));
}

TEST_CASE("archives of a repository are unpacked, also large files (LFS)") {
  if (LfsServer::is_missing()) return;
  LfsServer large;
  WebServer server(large.port());
  const ServedRepository repository(server, "llm.git");
  server.serve_large_files(large.objects());
  repository.commit(".gitattributes", "*.zip filter=lfs diff=lfs merge=lfs -text");
  const Folder elsewhere;
  repository.add_file(
      "sub/b.tar", elsewhere.write("b.tar", packed("b.tar", "printf '{}' >config.json")).string());
  repository.commit("a.zip", large.put("llm", packed("a.zip", "printf first >weights.bin")));
  Pod pod("git+" + repository.url(), {"--unpack", "--refresh-interval", "1"});
  INFO(pod.pod.log());
  REQUIRE(pod.shows("weights.bin", "first"));
  CHECK(pod.files() == "./.gitattributes ./sub/config.json ./weights.bin ");
  repository.commit("a.zip", large.put("llm", packed("a.zip", "printf second >weights.bin")));
  CHECK(pod.shows("weights.bin", "second"));
}

TEST_CASE("an archive that nobody asks to unpack is served as it is, which is told") {
  const WebServer server;
  server.folder().write("files/llm/a.zip", packed("a.zip", "printf w >weights.bin"));
  server.folder().write("files/llm/b.bin", "raw");
  Pod pod(server.url("files/llm/"));
  REQUIRE(becomes([&] { return pod.pod.is_ready() || pod.pod.has_ended(); }));
  CHECK(pod.files() == "./a.zip ./b.bin ");
  CHECK(pod.pod.tells("archive", R"(source.unpack: true has them unpacked: \"a.zip\")"));
  CHECK(pod.pod.tells("published", R"("archives":"\"a.zip\"")"));
}

TEST_CASE("to unpack where there is no archive, or one of another kind, is refused at once") {
  const WebServer server;
  const auto end = [&](const std::vector<std::string>& names) {
    for (const auto& name : names)
      server.folder().write("files/llm/" + name, "x");
    const Folder volume;
    return Sidecar({.url = server.url("files/llm/"), .unpack = true}, volume / "model").end();
  };
  CHECK_THAT(end({"a.bin", "b.bin"}),
             Contains("ModelArchiveRefused: ") && Contains("none of its files is an archive"));
  CHECK_THAT(end({"a.7z", "c.zip"}),
             Contains("ModelArchiveRefused: ") && Contains("\"a.7z\" is an archive of a kind"));
  CHECK_THAT(server.log(), !Contains("GET /files/llm/a.7z"));
}

TEST_CASE("a helper that is killed while it unpacks has its archives fetched once") {
  const WebServer server;
  // Of this kind of file the server tells the time.
  server.folder().write("files/llm.safetensors", packed("a.zip", "printf w >weights.bin"));
  const Folder programs;
  const std::string path = std::getenv("PATH");
  programs.write_script("gradient-unpack",
                        "touch " + (programs / "begun").string() + "; exec sleep 600\n");
  fs::permissions(programs / "gradient-unpack", fs::perms::all);
  const Folder volume;
  const auto url = server.url("files/llm.safetensors");
  {
    ModelPod killed({.source = url,
                     .target = volume / "model",
                     .options = {"--unpack"},
                     .path = (programs / "").string() + ":" + path});
    REQUIRE(becomes([&] { return fs::exists(programs / "begun") || killed.has_ended(); }));
    kill(killed.pid(), SIGKILL);
  }
  ModelPod next({.source = url, .target = volume / "model", .options = {"--unpack"}});
  INFO(next.log());
  REQUIRE(becomes([&] { return next.is_ready() || next.has_ended(); }));
  CHECK(reads(volume / "model/weights.bin", "w"));
  CHECK(count(server.log(), "GET /files/llm.safetensors") == 1);
}
