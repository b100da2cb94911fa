#include "base/files.h"
#include "base/hash.h"
#include "sync/support/cutting_proxy.h"
#include "sync/support/model_pod.h"
#include "sync/support/pointer.h"
#include "sync/support/repository_run.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <regex>
#include <utility>

// Large files (LFS) of 32 MiB and more, which our git-lfs fetches in several ranges at a time: with
// a real web server. What was asked for is in its log.

using namespace content;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t mebibyte = 1 << 20;
constexpr std::size_t size = 40 * mebibyte;

/// No two pieces of it are the same.
const std::string& content_of_file() {
  static const auto content = [] {
    std::string text;
    text.reserve(size + mebibyte);
    for (std::size_t line = 0; text.size() < size; ++line)
      text += "line " + std::to_string(line) + " of a large file\n";
    text.resize(size);
    return text;
  }();
  return content;
}

const std::string& hash_of_file() {
  static const auto hash = base::sha256_hex(content_of_file());
  return hash;
}

struct Range {
  std::size_t begin, end;
  bool operator==(const Range&) const = default;
  auto operator<=>(const Range&) const = default;
};

/// That a server was asked for, in their order; of all its files.
std::vector<Range> ranges(const WebServer& server) {
  const auto log = server.full_log();
  const std::regex header("rqst: Range: bytes=([0-9]+)-([0-9]+)");
  std::vector<Range> result;
  for (std::sregex_iterator match(log.begin(), log.end(), header), end; match != end; ++match)
    result.push_back({std::stoul((*match)[1]), std::stoul((*match)[2]) + 1});
  return result;
}

/// Whether each byte from one on was asked for once.
bool cover_once(std::vector<Range> ranges, std::size_t begin = 0) {
  std::sort(ranges.begin(), ranges.end());
  for (const auto& range : ranges)
    if (std::exchange(begin, range.end) != range.begin) return false;
  return begin == size;
}

int count(const std::string& text, const std::string& part) {
  int result = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++result;
  return result;
}

/// A repository with a large file that its server has as files/weights.
struct Fixture {
  WebServer server;
  ServedRepository repository{server, "app.git"};

  explicit Fixture(const std::string& href = "") {
    server.folder().write("files/weights", content_of_file());
    repository.commit(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text");
    repository.commit("weights.bin", pointer(hash_of_file(), size));
    repository.commit(".lfsconfig", "[lfs]\\n\\turl = " + server.url("cgi/lfs"));
    lead_to(href.empty() ? server.url("files/weights") : href);
  }
  /// Where the file is, and what is sent there.
  void lead_to(const std::string& href, const std::string& headers = "{}") const {
    server.folder().write_script(
        "cgi/lfs",
        "printf 'Content-Type: application/vnd.git-lfs+json\\r\\n\\r\\n%s' "
        R"('{"transfer":"basic","objects":[{"oid":")" +
            hash_of_file() + R"(","size":)" + std::to_string(size) +
            R"(,"authenticated":true,"actions":{"download":{"href":")" + href + R"(","header":)" +
            headers + "}}}]}'\n");
  }
  /// Has the file come from cgi/weights, a script that knows the functions `whole` and `range`,
  /// which answer with the file and with what is asked of it, and the variable first, 0 for the
  /// range that the file begins with.
  void answer_by(const std::string& script) const {
    const auto file = (server.folder() / "files/weights").string();
    const auto bytes = std::to_string(size);
    server.folder().write_script(
        "cgi/weights", "whole() { printf 'Content-Length: " + bytes + "\\r\\n\\r\\n'; cat " + file +
                           "; }\n"
                           "asked=${HTTP_RANGE#bytes=} first=${asked%-*} last=${asked#*-}\n"
                           "range() {\n"
                           "  printf 'Status: 206\\r\\nContent-Length: %s\\r\\n' $((last - first + "
                           "1))\n"
                           "  printf 'Content-Range: bytes %s-%s/" +
                           bytes +
                           "\\r\\n\\r\\n' $first $last\n"
                           "  tail -c +$((first + 1)) " +
                           file +
                           " | head -c $((last - first + 1))\n"
                           "}\n" +
                           script);
    lead_to(server.url("cgi/weights"));
  }
  /// What git-lfs says of the file with this hash, with another one in its place.
  std::string failure_of_fetch(const std::string& hash, std::size_t bytes) const {
    auto answer = base::read_file(server.folder() / "cgi/lfs");
    repository.commit("weights.bin", pointer(hash, bytes));
    server.folder().write_script(
        "cgi/lfs",
        std::regex_replace(answer, std::regex(R"("oid":"[0-9a-f]+","size":[0-9]+)"),
                           R"("oid":")" + hash + R"(","size":)" + std::to_string(bytes)));
    const Folder folder;
    const auto tree = (folder / "tree").string();
    const auto told = shell("export HOME=" + (folder / "").string() +
                            " GIT_TERMINAL_PROMPT=0 GIT_LFS_SKIP_SMUDGE=1\n"
                            "git clone --quiet " +
                            repository.url() + " " + tree + "\ngit -C " + tree +
                            " -c lfs.transfer.maxretries=1 -c lfs.transfer.maxretrydelay=1 lfs "
                            "fetch origin 2>&1 && exit 1 || true");
    return std::regex_replace(told, std::regex(hash), "HASH");
  }
  std::string publish() const { return publish_repository({.url = repository.url()}); }
};

/// As the end of a container does.
void kill_with_children(pid_t pid) {
  kill(pid, SIGSTOP);
  const auto threads = "/proc/" + std::to_string(pid) + "/task";
  for (const auto& thread : fs::directory_iterator(threads)) {
    std::ifstream children(thread.path() / "children");
    for (pid_t child = 0; children >> child;)
      kill_with_children(child);
  }
  kill(pid, SIGKILL);
}

/// What a download that was killed has of the file.
std::string part_of(const Path& model) {
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(model, error)) {
    const auto is_part = entry.path().parent_path().filename() == "incomplete";
    if (is_part && entry.path().filename().string().starts_with(hash_of_file()))
      return base::read_file(entry.path());
  }
  return {};
}

}  // namespace

TEST_CASE("a large file comes in ranges at the same time, and each byte of it once") {
  Fixture f;
  constexpr int kilobytes_per_second = 2048;
  f.server.serve_large_files((f.server.folder() / "files").string(), kilobytes_per_second);
  const auto before = std::chrono::steady_clock::now();
  CHECK(f.publish() == "published");
  // One connection takes 20 seconds for it.
  CHECK(std::chrono::steady_clock::now() - before < 15s);
  const auto asked = ranges(f.server);
  CHECK(asked.size() == size / (4 * mebibyte));
  CHECK(cover_once(asked));
}

TEST_CASE("a download that was killed has the beginning of a large file, and goes on after it") {
  Fixture f;
  f.server.serve_large_files((f.server.folder() / "files").string(), 500);
  const Folder folder;
  const ModelPod::Settings settings{.source = "git+" + f.repository.url(),
                                    .target = folder / "model"};
  std::string part;
  {
    ModelPod pod(settings);
    REQUIRE(becomes([&] { return !part_of(folder / "model").empty(); }));
    kill_with_children(pod.pid());
    REQUIRE(becomes([&] { return pod.has_ended(); }));
    part = part_of(folder / "model");
  }
  CHECK(part == content_of_file().substr(0, part.size()));
  const auto before = static_cast<std::ptrdiff_t>(ranges(f.server).size());
  f.server.serve_large_files((f.server.folder() / "files").string());
  ModelPod pod(settings);
  REQUIRE(becomes([&] { return pod.is_ready() || pod.has_ended(); }));
  CHECK(reads(folder / "model/weights.bin", content_of_file()));
  auto asked = ranges(f.server);
  asked.erase(asked.begin(), asked.begin() + before);
  REQUIRE_FALSE(asked.empty());
  CHECK(asked.front().begin >= part.size());
  CHECK(cover_once(asked, asked.front().begin));
}

TEST_CASE("a server that gives no ranges is asked once for a large file") {
  Fixture f;
  f.answer_by("whole\n");
  CHECK(f.publish() == "published");
  CHECK(count(f.server.log(), "GET /cgi/weights") == 1);
}

TEST_CASE("a server that refuses ranges of a large file is asked for all of it") {
  Fixture f;
  f.answer_by(
      "[ -z \"$HTTP_RANGE\" ] || { printf 'Status: 416\\r\\n\\r\\n'; exit; }\n"
      "whole\n");
  CHECK(f.publish() == "published");
  CHECK(count(f.server.log(), "GET /cgi/weights") == 2);
}

TEST_CASE("a server that gives less than a range is asked for the rest") {
  Fixture f;
  f.answer_by(
      "most=$((first + 3000000))\n"
      "[ $last -lt $most ] || last=$((most - 1))\n"
      "range\n");
  CHECK(f.publish() == "published");
}

TEST_CASE("a server that gives one connection of a client gets no more of them for long") {
  Fixture f;
  f.answer_by("flock -n " + (f.server.folder() / "lock").string() +
              " true || { printf 'Status: 503\\r\\n\\r\\n'; exit; }\n"
              "exec 9>" +
              (f.server.folder() / "lock").string() +
              "\n"
              "flock -n 9 || { printf 'Status: 503\\r\\n\\r\\n'; exit; }\n"
              "sleep 0.3\n"
              "range\n");
  CHECK(f.publish() == "published");
  CHECK(count(f.server.log(), "HTTP/1.1 503") >= 6);
  CHECK(count(f.server.log(), "HTTP/1.1 503") < 20);
}

TEST_CASE("what git-lfs says of a refusal is the same, however large the file is") {
  const Fixture f;
  for (const auto* status : {"403", "404", "410", "500", "503"}) {
    INFO(status);
    f.answer_by("printf 'Status: " + std::string(status) + "\\r\\n\\r\\n'\n");
    const auto large = f.failure_of_fetch(hash_of_file(), size);
    CHECK_THAT(large, Contains("cgi/weights"));
    CHECK(f.failure_of_fetch(base::sha256_hex("small"), 5) == large);
  }
}

TEST_CASE("a server that asks to wait for a large file is waited for") {
  Fixture f;
  const auto mark = (f.server.folder() / "asked").string();
  f.answer_by("[ -e " + mark + " ] || { touch " + mark +
              "; printf 'Status: 429\\r\\nRetry-After: 1\\r\\n\\r\\n'; exit; }\n"
              "range\n");
  CHECK(f.publish() == "published");
  // The first range twice.
  CHECK(ranges(f.server).size() == size / (4 * mebibyte) + 1);
}

TEST_CASE("a range that breaks off goes on from where it came to") {
  const WebServer files;
  files.folder().write("files/weights", content_of_file());
  CuttingProxy proxy(files.port(), 3'000'000);
  const Fixture f("http://127.0.0.1:" + std::to_string(proxy.port()) + "/files/weights");
  CHECK(f.publish() == "published");
  CHECK(proxy.cuts() > 10);
  const auto asked = ranges(files);
  CHECK(std::any_of(asked.begin(), asked.end(),
                    [](const Range& range) { return range.begin % (4 * mebibyte) != 0; }));
  CHECK(std::none_of(asked.begin(), asked.end(), [&](const Range& range) {
    return std::count(asked.begin(), asked.end(), range) > 1;
  }));
}

TEST_CASE("no credential of a large file gets to where its server redirects") {
  const WebServer other;
  other.folder().write("files/weights", content_of_file());
  Fixture f;
  f.server.folder().write_script(
      "cgi/moved", "printf 'Status: 302\\r\\nLocation: http://localhost:" +
                       std::to_string(other.port()) + "/files/weights\\r\\n\\r\\n'\n");
  f.lead_to(f.server.url("cgi/moved"),
            std::string(R"({"Authorization":"Bearer )") + canary + "\"}");
  CHECK(f.publish() == "published");
  CHECK_THAT(f.server.full_log(), Contains(std::string("Authorization: Bearer ") + canary));
  CHECK(cover_once(ranges(other)));
  const auto log = other.full_log();
  CHECK_THAT(log, !Contains(canary) && !Contains("Authorization") && !Contains("Referer"));
}
