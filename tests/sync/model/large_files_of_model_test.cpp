#include "base/files.h"
#include "base/hash.h"
#include "sync/model/layout.h"
#include "sync/model/ready.h"
#include "sync/support/lfs_server.h"
#include "sync/support/sidecar.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

#include <iostream>
#include <sstream>

// Models from git with large files (LFS): with real git-lfs and a real LFS server. What was
// transferred is in the web server's log.

using namespace content;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// A repository with large files, *.bin.
struct Large {
  LfsServer large;
  WebServer server{large.port()};
  ServedRepository repository{server, "llm.git"};
  Source source{.url = "git+" + repository.url()};
  Folder pod;

  Large() {
    server.serve_large_files(large.objects());
    repository.commit(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text");
  }
  void put(const std::string& file, const std::string& content) {
    repository.commit(file, large.put("llm", content));
  }
  /// How often this content was asked for.
  int transfers(const std::string& content) const {
    const auto request = "/objects/storage/" + base::sha256_hex(content);
    const auto log = server.log();
    int count = 0;
    for (auto at = log.find(request); at != std::string::npos; at = log.find(request, at + 1))
      ++count;
    return count;
  }
  Path model(const std::string& file = "") const { return pod / ("model/" + file); }
};

/// What is printed while this lives.
class Printed {
 public:
  Printed() : before_(std::cout.rdbuf(text_.rdbuf())) {}
  ~Printed() { std::cout.rdbuf(before_); }
  Printed(const Printed&) = delete;
  Printed& operator=(const Printed&) = delete;
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::streambuf* before_;
};

/// The first of these, below the folder of a download that goes on.
Path in_download(const Path& model, const std::string& folder, const std::string& name) {
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(model, error)) {
    const auto path = entry.path().string();
    if (path.find("/..tmp-") != std::string::npos && path.find(folder) != std::string::npos &&
        entry.path().filename().string().starts_with(name))
      return entry.path();
  }
  return {};
}

bool has_bytes(const Path& file) {
  std::error_code error;
  return !file.empty() && fs::file_size(file, error) > 0 && !error;
}

}  // namespace

TEST_CASE("of a new commit's large files only those that changed are transferred") {
  if (LfsServer::is_missing()) return;
  Large model;
  model.put("same.bin", "the same");
  model.put("sub/copy.bin", "the same");
  model.put("changed.bin", "first");
  {
    const Sidecar sidecar(model.source, model.model(), 1s);
    REQUIRE(becomes([&] { return is_ready(model.model()) || sidecar.has_ended(); }));
    CHECK(reads(model.model("changed.bin"), "first"));
    model.put("changed.bin", "second");
    REQUIRE(becomes([&] { return reads(model.model("changed.bin"), "second"); }));
  }
  CHECK(model.transfers("the same") == 1);
  CHECK(model.transfers("first") == 1);
  CHECK(model.transfers("second") == 1);
  CHECK(reads(model.model("sub/copy.bin"), "the same"));
  SECTION("nor is anything when another branch has the same") {
    model.repository.git("update-ref refs/heads/v2 refs/heads/main");
    auto other = model.source;
    other.url += "?ref=v2";
    const Sidecar sidecar(other, model.model());
    const auto source = [&] {
      return json::string_at(Layout(model.model()).current(), {"source"});
    };
    REQUIRE(becomes([&] { return source() == other.url || sidecar.has_ended(); }));
    CHECK(reads(model.model("changed.bin"), "second"));
    CHECK(model.transfers("second") == 1);
  }
  SECTION("and content takes room once") {
    CHECK(fs::equivalent(model.model("same.bin"), model.model("sub/copy.bin")));
    CHECK(shell("find " + model.model().string() + " -path '*/..tmp-*'").empty());
  }
}

TEST_CASE("a download that was stopped goes on with what it has of large files") {
  if (LfsServer::is_missing()) return;
  Large model;
  const std::string small = "small";
  const std::string big(4'000'000, 'b');
  model.put("big.bin", big);
  model.put("small.bin", small);
  model.server.serve_large_files(model.large.objects(), 500);
  {
    const Sidecar sidecar(model.source, model.model());
    REQUIRE(becomes([&] {
      return !in_download(model.model(), "/objects/", base::sha256_hex(small)).empty() &&
             has_bytes(in_download(model.model(), "/incomplete/", base::sha256_hex(big)));
    }));
  }
  model.server.serve_large_files(model.large.objects());
  const Sidecar sidecar(model.source, model.model());
  REQUIRE(becomes([&] { return is_ready(model.model()) || sidecar.has_ended(); }));
  CHECK(reads(model.model("big.bin"), big));
  CHECK(reads(model.model("small.bin"), small));
  CHECK(model.transfers(small) == 1);
  CHECK(model.transfers(big) == 2);
  const auto log = model.server.full_log();
  CHECK(log.find("Range: bytes=") != std::string::npos);
  CHECK(log.find("HTTP/1.1 206") != std::string::npos);
}

TEST_CASE("what an interrupted download has of large files is compared with their names") {
  if (LfsServer::is_missing()) return;
  Large model;
  model.put("a.bin", "right");
  model.put("b.bin", "whole");
  const auto object = [&](const std::string& content) {
    const auto hash = base::sha256_hex(content);
    return "model/..tmp-dead/work-1/content/objects/" + hash.substr(0, 2) + "/" +
           hash.substr(2, 2) + "/" + hash;
  };
  model.pod.write("model/..tmp-dead/work-1/about", model.source.url + "\n");
  model.pod.write("model/..tmp-dead/owner",
                  text_of(Owner{.id = "another", .process = "another", .renewal = 1min}));
  model.pod.write(object("right"), "wrong");
  model.pod.write(object("whole"), "whole");
  const Sidecar sidecar(model.source, model.model());
  REQUIRE(becomes([&] { return is_ready(model.model()) || sidecar.has_ended(); }));
  CHECK(reads(model.model("a.bin"), "right"));
  CHECK(reads(model.model("b.bin"), "whole"));
  CHECK(model.transfers("right") == 1);
  CHECK(model.transfers("whole") == 0);
  CHECK(reads(model.pod / object("right"), "wrong"));
}

TEST_CASE("large files that cannot fit are refused before they are asked for, with both numbers") {
  if (LfsServer::is_missing()) return;
  Large model;
  model.repository.commit("a.bin", "version https://git-lfs.github.com/spec/v1\\noid sha256:" +
                                       std::string(64, 'a') + "\\nsize 8796093022208");
  const auto end = Sidecar(model.source, model.model()).end();
  using Catch::Matchers::Contains;
  CHECK_THAT(end, Catch::Matchers::StartsWith("VolumeFull: ") &&
                      Contains(": the content of its large files (LFS) needs 8.0 TiB, and the "
                               "volume has ") &&
                      Contains(" left; make it larger or remove files from it"));
  CHECK(model.server.log().find("/info/lfs/") == std::string::npos);
  CHECK(shell("find " + model.model().string() + " -path '*/..tmp-*'").empty());
}

TEST_CASE("how far large files are is told with the total, the rate and the time left") {
  if (LfsServer::is_missing()) return;
  Large model;
  model.put("a.bin", std::string(3'000'000, 'a'));
  model.put("b.bin", std::string(3'000'000, 'b'));
  model.server.serve_large_files(model.large.objects(), 400);
  const Printed printed;
  {
    const Sidecar sidecar(model.source, model.model());
    REQUIRE(becomes([&] { return is_ready(model.model()) || sidecar.has_ended(); }));
  }
  std::istringstream lines(printed.text());
  std::vector<std::int64_t> bytes;
  bool has_rate = false;
  for (std::string line; std::getline(lines, line);) {
    const auto told = json::parse(line);
    if (json::integer_at(told, {"total"}) != 6'000'000) continue;
    bytes.push_back(json::integer_at(told, {"bytes"}));
    has_rate = has_rate ||
               (json::integer_at(told, {"rate"}) > 0 && json::integer_at(told, {"eta"}, -1) >= 0);
  }
  INFO(printed.text());
  CHECK(bytes.size() >= 2);
  CHECK(std::is_sorted(bytes.begin(), bytes.end()));
  CHECK(bytes.back() > 0);
  CHECK(bytes.back() <= 6'000'000);
  CHECK(has_rate);
}
