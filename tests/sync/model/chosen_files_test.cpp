#include "sync/model/chosen_files.h"

#include "base/files.h"
#include "sync/model/layout.h"
#include "sync/model/ready.h"
#include "sync/support/lfs_server.h"
#include "sync/support/sidecar.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

// Of repositories what include and exclude let through: with real git and git-lfs, against real
// servers. What was transferred is in the web server's log.

using namespace content;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
namespace fs = std::filesystem;

namespace {

/// Bytes that do not compress, others for each seed.
std::string noise(std::uint32_t seed, std::size_t bytes) {
  std::independent_bits_engine<std::mt19937, 8, std::uint32_t> random(seed);
  std::string text(bytes, 0);
  std::generate(text.begin(), text.end(), [&] { return static_cast<char>(random()); });
  return text;
}

/// The files of a revision, as they are published.
std::string files_in(const Path& model) {
  return shell("cd " + (model / "..data").string() +
               "/ && find . ! -type d ! -name '..*' | sort | tr '\\n' ' '");
}

struct Pod {
  Folder folder;

  Path model(const std::string& file = "") const { return folder / ("model/" + file); }
  /// The files, or "REASON: message".
  std::string files(const Source& source) const {
    Sidecar sidecar(source, model());
    if (becomes([&] { return is_ready(model()) || sidecar.has_ended(); }) && !sidecar.has_ended())
      return files_in(model());
    return sidecar.end();
  }
};

}  // namespace

TEST_CASE("of a tenth that is wanted no more than a twentieth more crosses the wire") {
  if (LfsServer::is_missing()) return;
  constexpr std::size_t bytes = 1'000'000;
  LfsServer large;
  WebServer server(large.port());
  const ServedRepository repository(server, "llm.git");
  server.serve_large_files(large.objects());
  repository.commit(".gitattributes", "*.safetensors filter=lfs diff=lfs merge=lfs -text");
  const Folder elsewhere;
  for (std::uint32_t i = 0; i < 10; ++i) {
    const auto number = std::to_string(i);
    repository.commit("model-" + number + ".safetensors", large.put("llm", noise(i, bytes)));
    // Small files of git itself count, too: here as many bytes as of large ones.
    repository.add_file("part-" + number + ".bin",
                        elsewhere.write("part", noise(100 + i, bytes)).string());
  }
  repository.commit("config.json", "{}");
  const Source source{.url = "hf://git/llm.git",
                      .endpoint = server.url(""),
                      .include = {"model-3.*", "/part-4.bin", "*.json"}};
  const Pod pod;
  const Sidecar sidecar(source, pod.model(), 1s);
  REQUIRE(becomes([&] { return is_ready(pod.model()) || sidecar.has_ended(); }));
  CHECK(files_in(pod.model()) == "./config.json ./model-3.safetensors ./part-4.bin ");
  CHECK(reads(pod.model("model-3.safetensors"), noise(3, bytes)));
  INFO(server.bytes_sent());
  CHECK(server.bytes_sent() >= 2 * bytes);
  CHECK(server.bytes_sent() <= 2 * bytes * 105 / 100);

  // A refresh brings what has changed of that alone.
  const auto before = server.bytes_sent();
  repository.add_file("part-5.bin", elsewhere.write("part", noise(200, bytes)).string());
  repository.commit("model-5.safetensors", large.put("llm", noise(201, bytes)));
  repository.commit("config.json", "[]");
  REQUIRE(becomes([&] { return reads(pod.model("config.json"), "[]\n"); }));
  CHECK(files_in(pod.model()) == "./config.json ./model-3.safetensors ./part-4.bin ");
  CHECK(server.bytes_sent() - before < bytes / 20);
}

TEST_CASE("patterns choose files of a repository as of any other source") {
  const WebServer server;
  const ServedRepository repository(server, "llm.git");
  for (const auto* file :
       {"a.bin", "sub/b.bin", "sub/a.txt", "a.txt", "old/c.bin", "sub/old/d.bin", "A.BIN"})
    repository.commit(file, file);
  repository.git(std::string("config uploadpack.allowFilter ") + GENERATE("true", "false"));
  const auto url = "git+" + repository.url();
  const Pod pod;
  CHECK(pod.files({.url = url, .include = {"*.bin", "/a.txt"}, .exclude = {"old/"}}) ==
        "./a.bin ./a.txt ./sub/b.bin ");
  SECTION("and others are another revision") {
    Sidecar sidecar({.url = url, .include = {"*.txt"}}, pod.model());
    CHECK(becomes([&] { return files_in(pod.model()) == "./a.txt ./sub/a.txt "; }));
  }
  const Pod other;
  CHECK(other.files({.url = url, .exclude = {"**.bin", "sub/**"}}) == "./A.BIN ./a.txt ");
}

TEST_CASE("patterns of a repository that fit nothing, or cannot be read, end with the reason") {
  const WebServer server;
  const ServedRepository repository(server, "llm.git");
  repository.commit("a.bin", "a");
  const auto url = "git+" + repository.url();
  const auto end = [&](const Source& source) { return Pod().files(source); };
  CHECK(end({.url = url, .include = {"*.bin", "*.safetensor"}}) ==
        "GitPathNotFound: " + url +
            ": source.include has *.safetensor, which fits no file of the commit; correct it, or "
            "remove it");
  CHECK(end({.url = url, .exclude = {"*"}}) ==
        "ModelEmpty: " + url +
            ": there is no file that source.include and source.exclude let through; check url and "
            "patterns");
  CHECK_THAT(end({.url = url, .include = {"["}}),
             StartsWith("ModelSourceRefused: ") && Contains("not closed"));
  CHECK(end({.url = url, .exclude = {"*.gguf"}}) == "./a.bin ");
}

TEST_CASE("files of submodules are chosen by their whole paths, and excluded ones not asked for") {
  const WebServer server;
  const ServedRepository app(server, "app.git");
  const ServedRepository lib(server, "lib.git");
  lib.commit("docs/page", "page");
  const auto commit = lib.commit("weights.bin", "w");
  app.commit("a.txt", "a");
  app.add_submodule("away", "http://127.0.0.1:1/away.git", commit);
  app.add_submodule("vendor/lib", lib.url(), commit);
  const auto url = "git+" + app.url();
  CHECK(Pod().files({.url = url, .include = {"/vendor/lib/*.bin"}, .exclude = {"away/"}}) ==
        "./vendor/lib/weights.bin ");
  CHECK(Pod().files({.url = url, .exclude = {"/away/**", "/vendor/", ".gitmodules"}}) ==
        "./a.txt ");
  CHECK(Pod().files({.url = url, .include = {"*.bin", "*.gguf"}, .exclude = {"away/"}}) ==
        "GitPathNotFound: " + url +
            ": source.include has *.gguf, which fits no file of the commit; correct it, or remove "
            "it");
}

TEST_CASE("settings of git-lfs that are not chosen are checked, and are no file of the model") {
  const WebServer server;
  const ServedRepository repository(server, "llm.git");
  repository.commit("a.txt", "a");
  repository.commit(".lfsconfig", "[lfs]\\nconcurrenttransfers = 4");
  const auto url = "git+" + repository.url();
  CHECK(Pod().files({.url = url, .include = {"*.txt"}}) == "./a.txt ");
  CHECK(Pod().files({.url = url, .exclude = {"*.md"}}) == "./.lfsconfig ./a.txt ");
  repository.commit(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text");
  repository.commit("a.bin", "version https://git-lfs.github.com/spec/v1\\noid sha256:" +
                                 std::string(64, 'a') + "\\nsize 7");
  repository.commit(".lfsconfig", "[lfs]\\nurl = /volume/app");
  CHECK_THAT(Pod().files({.url = url, .include = {"*.bin"}}),
             Contains("GitLfsFailed: ") && Contains("lfs.url in .lfsconfig must be the URL"));
}

TEST_CASE("a symbolic link to a file that is left out is refused") {
  const WebServer server;
  const ServedRepository repository(server, "llm.git");
  repository.commit("a.bin", "a");
  shell("cd " + repository.path() +
        "; export GIT_INDEX_FILE=$PWD/links; git read-tree main; blob=$(printf a.bin | git "
        "hash-object -w --stdin); git update-index --add --cacheinfo 120000,$blob,latest; "
        "git update-ref refs/heads/main $(git -c user.name=t -c user.email=t@t commit-tree -p main "
        "-m link $(git write-tree))");
  const auto url = "git+" + repository.url();
  CHECK(Pod().files({.url = url, .include = {"latest", "a.*"}}) == "./a.bin ./latest ");
  CHECK_THAT(Pod().files({.url = url, .include = {"latest"}}),
             StartsWith("ModelSourceRefused: ") && Contains("latest is a symbolic link to") &&
                 Contains("or is left out"));
}
