#include "base/files.h"
#include "base/hash.h"
#include "sync/rclone/download_part.h"
#include "sync/support/registry.h"
#include "sync/support/s3_server.h"
#include "sync/support/ssh_server.h"
#include "sync/support/wait.h"
#include "sync/support/web_server.h"
#include "sync/volume/claim.h"

#include <catch2/catch.hpp>

#include <csignal>
#include <fcntl.h>
#include <map>
#include <regex>
#include <sstream>
#include <sys/wait.h>

// Large files that come in ranges, with real rclone, against real servers; a large one has 4 KiB
// here, and a range 64 KiB.

using namespace content;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t range = 65536;

/// Bytes of which no two places look the same.
std::string content_of(std::int64_t bytes, const std::string& version = "a") {
  std::string text;
  while (static_cast<std::int64_t>(text.size()) < bytes)
    text += base::sha256_hex(version + std::to_string(text.size()));
  text.resize(static_cast<std::size_t>(bytes));
  return text;
}

/// A helper in a container of its own, with all that it has started. Killed at the end.
class Helper {
 public:
  /// `pod`: its host name; empty for ours.
  Helper(const std::string& url, const Folder& volume, const std::string& pod = "",
         const std::vector<std::string>& more = {}) {
    std::vector<std::string> words{"/usr/bin/env", "TMPDIR=" + (log_ / "").string(),
                                   MODEL_IN_RANGES, url, (volume / "model").string()};
    words.insert(words.end(), more.begin(), more.end());
    if (!pod.empty()) {
      words.insert(words.begin(),
                   {"/usr/bin/unshare", "-ru", "sh", "-c", "hostname \"$0\" && exec \"$@\"", pod});
    }
    const auto arguments = exec_arguments(words);
    const auto log = (log_ / "log").string();
    pid_ = fork();
    if (pid_ == 0) {
      setpgid(0, 0);
      const int output = open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
      dup2(output, STDOUT_FILENO);
      execv(arguments.front(), arguments.data());
      _exit(127);
    }
  }
  ~Helper() { kill_all(); }
  Helper(const Helper&) = delete;
  Helper& operator=(const Helper&) = delete;

  /// As the end of a container: nobody of it has time to do anything.
  void kill_all() {
    if (pid_ <= 0) return;
    // rclone has a process group of its own.
    shell("for pid in $(ps -o pid= --ppid " + std::to_string(pid_) +
          "); do kill -9 $pid; done; "
          "kill -9 " +
          std::to_string(pid_) + " 2>/dev/null; true");
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  /// Not to its programs.
  void send(int signal) const { kill(pid_, signal); }
  std::string log() const {
    try {
      return base::read_file(log_ / "log");
    } catch (const std::runtime_error&) {
      return {};
    }
  }

 private:
  Folder log_;
  pid_t pid_ = 0;
};

/// A web server of one file, which can hold back ranges.
class Server {
 public:
  explicit Server(const std::string& text, const std::string& more = "") {
    set(text);
    server_.folder().write_script(
        "cgi/llm",
        "file=$(dirname $0)/../weights; size=$(stat -c %s $file)\n"
        "time=$(date -ud @$(stat -c %Y $file) '+%a, %d %b %Y %H:%M:%S GMT')\n"
        "head=\"Content-Type: application/octet-stream\\r\\nLast-Modified: $time\\r\\n\"\n" +
            more +
            "if [ $REQUEST_METHOD = HEAD ]; then printf \"${head}Content-Length: "
            "$size\\r\\n\\r\\n\"; exit; fi\n"
            "range=${HTTP_RANGE#bytes=}; begin=${range%-*}; end=${range#*-}\n"
            "[ -n \"$HTTP_RANGE\" ] || { printf \"${head}Content-Length: $size\\r\\n\\r\\n\"; cat "
            "$file; exit; }\n"
            "while [ -e $file.held ] && [ $begin -ge $(cat $file.held) ]; do sleep 0.05; done\n"
            "printf \"Status: 206\\r\\n${head}Content-Range: bytes $begin-$end/$size\\r\\n"
            "Content-Length: $((end - begin + 1))\\r\\n\\r\\n\"\n"
            "tail -c +$((begin + 1)) $file | head -c $((end - begin + 1))\n");
  }
  std::string url() const { return server_.url("cgi/llm/weights.bin"); }
  /// At a time of its own.
  void set(const std::string& text) {
    const auto beside = server_.folder().write("weights.new", text);
    shell("touch -d @" + std::to_string(1767323045 + ++versions_) + " " + beside.string());
    fs::rename(beside, server_.folder() / "weights");
  }
  /// Answers no request for bytes from `begin` on.
  void hold(std::int64_t begin) const {
    server_.folder().write("weights.held", std::to_string(begin));
  }
  void go_on() const { fs::remove(server_.folder() / "weights.held"); }
  /// The ranges that were asked for, each once: the end of each by its begin.
  std::map<std::int64_t, std::int64_t> asked() const {
    std::map<std::int64_t, std::int64_t> result;
    const auto log = server_.full_log();
    const std::regex range_header("[Rr]ange: bytes=([0-9]+)-([0-9]+)");
    for (std::sregex_iterator match(log.begin(), log.end(), range_header), end; match != end;
         ++match)
      result[std::stoll((*match)[1])] = std::stoll((*match)[2]) + 1;
    return result;
  }
  void forget() const { fs::resize_file(server_.folder() / "server.log", 0); }
  const WebServer& web() const { return server_; }

 private:
  WebServer server_;
  int versions_ = 0;
};

/// The lengths of ranges that follow each other from `begin` to `end`; empty if they do not.
std::vector<std::int64_t> lengths(const std::map<std::int64_t, std::int64_t>& ranges,
                                  std::int64_t begin, std::int64_t end) {
  std::vector<std::int64_t> result;
  for (const auto& [from, to] : ranges) {
    if (from != begin) return {};
    result.push_back(to - from);
    begin = to;
  }
  return begin == end ? result : std::vector<std::int64_t>{};
}

/// What the notes of the partial files on a volume say is there.
std::int64_t noted(const Folder& volume) {
  std::int64_t most = 0;
  std::error_code error;
  for (const auto& folder : fs::directory_iterator(volume / "model", error)) {
    for (const auto& work : works_in(folder)) {
      for (const auto& [part, version] : partial_files(work / parts_folder)) {
        std::istringstream line(version);
        SourceFile file;
        line >> file.version >> file.bytes >> file.path;
        most = std::max(most, noted_ranges(part, file).bytes());
      }
    }
  }
  return most;
}

}  // namespace

TEST_CASE("a large file comes in ranges, with its hash, its time and its progress") {
  const auto text = content_of(5 * range + 17);
  const Server server(text);
  const Folder volume;
  const Helper helper(server.url(), volume);
  REQUIRE(becomes([&] { return reads(volume / "model/weights.bin", text); }));
  const auto size = static_cast<std::int64_t>(text.size());
  // As long as they may be at first; towards the end a quarter of the rest, an eighth at least.
  CHECK(lengths(server.asked(), 0, size) ==
        std::vector<std::int64_t>{range, range, 49156, 36867, 27650, 20738, 15553, 11665, 8749,
                                  range / 8, range / 8, range / 8, 1671});
  REQUIRE(becomes([&] { return helper.log().find("published") != std::string::npos; }));
  CHECK_THAT(helper.log(),
             Contains("\"total\":" + std::to_string(text.size())) &&
                 Contains("\"revision\":\"sha256:" +
                          base::sha256_hex(base::sha256_hex(text) + "  weights.bin\n")));
}

TEST_CASE("a helper that is killed in a large file goes on where it was") {
  const auto text = content_of(8 * range);
  const Server server(text);
  server.hold(4 * range);
  const Folder volume;
  std::string pod;
  SECTION("in a new container") {}
  SECTION("in another pod") {
    pod = "another";
  }
  {
    Helper first(server.url(), volume);
    REQUIRE(becomes([&] { return noted(volume) == 4 * range; }));
    first.kill_all();
  }
  CHECK_FALSE(fs::exists(volume / "model/..data"));
  server.forget();
  server.go_on();
  const Helper second(server.url(), volume, pod);
  REQUIRE(becomes([&] { return reads(volume / "model/weights.bin", text); }));
  CHECK_FALSE(lengths(server.asked(), 4 * range, 8 * range).empty());
  // What was there counts as come.
  CHECK_THAT(second.log(), Contains("\"bytes\":" + std::to_string(4 * range)));
}

TEST_CASE("of a registry's layer only the ranges are fetched that a killed helper has not left") {
  if (Registry::is_missing()) return;
  const auto text = content_of(8 * range);
  const Registry registry;
  registry.push("llm", "1", {{"weights.bin", text}, {"config.json", "{}"}});
  const auto hash = base::sha256_hex(text);
  const SourceFile file{.path = "weights.bin", .bytes = 8 * range, .version = hash};
  const auto url = registry.url("llm:1");
  const Folder volume;
  const auto work = std::string("model/..tmp-dead/work-1/");
  volume.write(work + "about", url + "\n");
  volume.write(
      "model/..tmp-dead/owner",
      text_of(Owner{.id = "another", .process = "another", .renewal = std::chrono::minutes(1)}));
  const auto part = PartialFile::path_in(volume / (work + parts_folder), file);
  fs::create_directories(part.parent_path());
  std::ofstream(part) << text.substr(0, 4 * range + 100);
  std::ofstream(part.string() + ".ranges") << version_line(file) << "\n0 " << 3 * range << "\n"
                                           << 3 * range + 50 << " " << 4 * range + 100 << "\n";
  const Helper helper(url, volume);
  REQUIRE(becomes([&] { return reads(volume / "model/weights.bin", text); }));
  CHECK(reads(volume / "model/config.json", "{}"));
  CHECK(registry.bytes_of("sha256:" + hash) == 4 * range - 50);
}

TEST_CASE("a range that breaks off goes on where it was, without another look at the source") {
  const auto text = content_of(2 * range);
  // The first answer of all has half of what it promises.
  const Server server(text,
                      "[ -e $file.cut ] || [ -z \"$HTTP_RANGE\" ] || { touch $file.cut; "
                      "printf \"Status: 206\\r\\n${head}Content-Range: bytes "
                      "0-65535/$size\\r\\nContent-Length: 65536\\r\\n\\r\\n\"; head -c 30000 "
                      "$file; exit; }\n");
  const Folder volume;
  const Helper helper(server.url(), volume);
  CHECK(becomes([&] { return reads(volume / "model/weights.bin", text); }));
}

TEST_CASE("two versions of a file are never mixed") {
  const auto before = content_of(8 * range, "before");
  const auto after = content_of(8 * range, "after");
  Server server(before);
  server.hold(4 * range);
  const Folder volume;
  auto first = std::make_unique<Helper>(server.url(), volume);
  REQUIRE(becomes([&] { return noted(volume) == 4 * range; }));
  SECTION("when it changes while it is copied") {
    server.set(after);
    server.go_on();
    CHECK(becomes([&] { return reads(volume / "model/weights.bin", after); }));
    CHECK_THAT(first->log(), Contains("ModelSourceChanged"));
  }
  SECTION("when it changes before the download goes on") {
    first.reset();
    server.set(after);
    server.forget();
    server.go_on();
    const Helper second(server.url(), volume);
    CHECK(becomes([&] { return reads(volume / "model/weights.bin", after); }));
    CHECK_FALSE(lengths(server.asked(), 0, 8 * range).empty());
  }
}

TEST_CASE("a helper that is paused loses its work, and both end with the whole file") {
  const auto text = content_of(8 * range);
  const Server server(text);
  server.hold(4 * range);
  const Folder volume;
  const Helper first(server.url(), volume);
  REQUIRE(becomes([&] { return noted(volume) == 4 * range; }));
  first.send(SIGSTOP);
  server.forget();
  const Helper second(server.url(), volume, "another");
  REQUIRE(becomes([&] { return server.asked().contains(4 * range); }));
  CHECK(server.asked().begin()->first == 4 * range);
  first.send(SIGCONT);
  server.go_on();
  for (const auto* helper : {&first, &second})
    CHECK(becomes([&] { return helper->log().find("\"published\"") != std::string::npos; }));
  CHECK(reads(volume / "model/weights.bin", text));
}

TEST_CASE("a server that sends whole files in place of ranges is read in one piece") {
  const auto text = content_of(3 * range);
  const Server server(text, "HTTP_RANGE=\n");
  const Folder volume;
  const Helper helper(server.url(), volume);
  CHECK(becomes([&] { return reads(volume / "model/weights.bin", text); }));
  CHECK_THAT(helper.log(), !Contains("retry"));
}

TEST_CASE("files of which a server tells no time come in one piece") {
  const auto text = content_of(3 * range);
  const Server server(text, "head='Content-Type: application/octet-stream\\r\\n'\n");
  const Folder volume;
  const Helper helper(server.url(), volume);
  CHECK(becomes([&] { return reads(volume / "model/weights.bin", text); }));
  CHECK(server.asked().empty());
}

TEST_CASE("large and small files come together, from each kind of server") {
  const auto text = content_of(5 * range + 17);
  const Folder volume;
  const auto is_there = [&] {
    return reads(volume / "model/sub/large file.safetensors", text) &&
           reads(volume / "model/small", "small");
  };
  SECTION("of the web") {
    const WebServer server;
    server.folder().write("files/llm/sub/large file.safetensors", text);
    server.folder().write("files/llm/small", "small");
    const Helper helper(server.url("files/llm/"), volume);
    CHECK(becomes(is_there));
    CHECK_THAT(server.log(), Contains("206 Partial Content"));
  }
  SECTION("of ssh") {
    const SshServer server;
    server.folder().write("llm/sub/large file.safetensors", text);
    server.folder().write("llm/small", "small");
    volume.write("secret/knownHosts", server.known_hosts());
    volume.write("secret/privateKey", server.key());
    auto url = server.url("llm");
    url.replace(0, 3, "sftp");
    const Helper helper(url, volume, "", {"", (volume / "secret").string()});
    CHECK(becomes(is_there));
    CHECK_THAT(helper.log(), !Contains("retry"));
  }
  SECTION("of S3") {
    if (S3Server::is_missing()) return;
    S3Server server;
    server.put("models");
    server.put("models/llm/sub/large%20file.safetensors", text);
    server.put("models/llm/small", "small");
    volume.write("secret/accessKeyId", "jane");
    volume.write("secret/secretAccessKey", "canary-4711");
    const Helper helper("s3://models/llm", volume, "",
                        {server.endpoint(), (volume / "secret").string()});
    CHECK(becomes(is_there));
    CHECK_THAT(helper.log(), !Contains("retry"));
  }
}

TEST_CASE("the MD5 that an uploader has noted is not compared where S3 holds a file in parts") {
  if (S3Server::is_missing()) return;
  const auto text = content_of(5 * range + 17);
  const Folder volume;
  S3Server server;
  server.put("models");
  server.put_with_md5("models/llm/large.bin", text, "AAAAAAAAAAAAAAAAAAAAAA==");
  volume.write("secret/accessKeyId", "jane");
  volume.write("secret/secretAccessKey", "canary-4711");
  const Helper helper("s3://models/llm", volume, "",
                      {server.endpoint(), (volume / "secret").string()});
  CHECK(becomes([&] { return reads(volume / "model/large.bin", text); }));
  CHECK_THAT(helper.log(), !Contains("retry"));
}
