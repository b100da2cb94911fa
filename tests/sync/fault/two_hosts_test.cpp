#include "base/files.h"
#include "sync/support/model_pod.h"
#include "sync/support/server_process.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <random>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

// Two hosts with one volume, which each sees through a cache of its own, as NFS clients do, and
// which disagree about the time by ten minutes.

namespace fs = std::filesystem;

namespace {

struct Host {
  Host(const Folder& backing, std::string name_in, const std::string& clock)
      : name(std::move(name_in)), volume({FUSE_VOLUME, backing / "", {"nfs=1", clock}}) {}

  std::string name;
  MountedVolume volume;
};

struct Hosts {
  Folder backing;
  MountedVolume::Fuse fuse{FUSE_VOLUME, backing / "", {"nfs=1"}};
  bool are_missing = fuse.is_missing();
  std::unique_ptr<Host> one, two;

  Hosts() {
    if (are_missing) return;
    one = std::make_unique<Host>(backing, "one", "clock=0");
    two = std::make_unique<Host>(backing, "two", "clock=600");
  }
  std::ptrdiff_t revisions() const {
    std::error_code none;
    return std::count_if(
        fs::directory_iterator(backing / "model", none), fs::directory_iterator(),
        [](const auto& entry) { return entry.path().filename().string().starts_with("..rev-"); });
  }
  /// Whether there is nothing but the current revision, and the marks of so many helpers.
  bool is_tidy(std::ptrdiff_t helpers) const {
    std::ptrdiff_t others = 0;
    for (const auto& entry : fs::directory_iterator(backing / "model")) {
      const auto name = entry.path().filename().string();
      if (name.starts_with("..old-") || name.starts_with("..tmp-")) ++others;
    }
    const auto marks =
        std::distance(fs::directory_iterator(backing / "model/..uses"), fs::directory_iterator());
    return others == 0 && revisions() == 1 && marks == helpers;
  }
};

ModelPod::Settings pod_on(const Host& host, const std::string& uid, const WebServer& server) {
  auto inside = host.volume.inside();
  inside.insert(inside.end(), {"/usr/bin/env", "GRADIENT_HEARTBEAT_MS=100", "POD_UID=" + uid,
                               "NODE_NAME=" + host.name});
  return {.source = server.url("files/llm/"),
          .target = host.volume.path() / "model",
          .options = {"--refresh-interval", "1", "--grace", "0"},
          .inside = std::move(inside)};
}

const std::string weights(3'000'000, '1');

/// An app that maps a file of these weights, and reads it when it is told to.
class App {
 public:
  App(const Host& host, const std::string& file) {
    auto words = host.volume.inside();
    words.insert(words.end(), {"python3", "-c",
                               "import mmap, sys, os, time\n"
                               "file = open(sys.argv[1], 'rb')\n"
                               "content = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)\n"
                               "open(sys.argv[2] + '/mapped', 'w')\n"
                               "while not os.path.exists(sys.argv[2] + '/go'): time.sleep(0.01)\n"
                               "open(sys.argv[2] + '/read.new', 'wb').write(content[:])\n"
                               "os.rename(sys.argv[2] + '/read.new', sys.argv[2] + '/read')\n",
                               (host.volume.path() / file).string(), (folder_ / "").string()});
    const auto arguments = exec_arguments(words);
    pid_ = fork();
    if (pid_ == 0) {
      execv(arguments.front(), arguments.data());
      _exit(127);
    }
    REQUIRE(becomes([&] { return fs::exists(folder_ / "mapped"); }));
  }
  ~App() {
    if (pid_ > 0) kill(pid_, SIGKILL);
    if (pid_ > 0) waitpid(pid_, nullptr, 0);
  }
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  /// What it reads then; what it died of, where it did.
  std::string read() {
    folder_.write("go", "");
    int status = 0;
    waitpid(std::exchange(pid_, 0), &status, 0);
    if (WIFSIGNALED(status)) return "died of signal " + std::to_string(WTERMSIG(status));
    if (!fs::exists(folder_ / "read")) return "ended without reading";
    return base::read_file(folder_ / "read") == weights ? "weights" : "something else";
  }

 private:
  Folder folder_;
  pid_t pid_ = 0;
};

/// Publishes so many revisions, one after the other.
void refresh(const WebServer& server, ModelPod& pod, int times) {
  for (int i = 0; i < times; ++i) {
    const auto before = pod.count("published");
    const auto file = server.folder() / "files/llm/weights.bin";
    server.folder().write("files/llm/weights.bin", std::string(fs::file_size(file) + 1, '2'));
    REQUIRE(becomes([&] { return pod.count("published") > before || pod.has_ended(); }));
  }
}

/// A helper that is started again, as another pod's or as another container of its own, whenever it
/// is killed.
class Helper {
 public:
  Helper(const Host& host, std::vector<std::string> arguments)
      : host_(host), arguments_(std::move(arguments)) {
    start(true);
  }
  ~Helper() { end(SIGKILL); }
  Helper(const Helper&) = delete;
  Helper& operator=(const Helper&) = delete;

  void start(bool as_another_pod) {
    static int pods = 0;
    if (as_another_pod) uid_ = "pod-" + std::to_string(++pods);
    fs::remove_all(folder_ / "tmp");
    fs::create_directory(folder_ / "tmp");
    auto words = host_.volume.inside();
    words.insert(words.end(), {"/usr/bin/env", "GRADIENT_HEARTBEAT_MS=500", "POD_UID=" + uid_,
                               "CONTAINER_NAME=helper", "NODE_NAME=" + host_.name,
                               "TMPDIR=" + (folder_ / "tmp").string(), "/bin/sh", "-c",
                               "log=$1; shift; exec \"$@\" >>$log 2>&1", "sh",
                               (folder_ / "log").string(), GRADIENT_SYNC});
    words.insert(words.end(), arguments_.begin(), arguments_.end());
    words.insert(words.end(), {"--termination-log", (folder_ / "told").string()});
    const auto arguments = exec_arguments(words);
    pid_ = fork();
    if (pid_ != 0) return;
    execv(arguments.front(), arguments.data());
    _exit(127);
  }
  /// How it ended; -1 when it was killed by this, or had ended before.
  int end(int signal) {
    if (pid_ == 0) return -1;
    int status = 0;
    if (signal != 0) kill(pid_, signal);
    if (waitpid(pid_, &status, signal == 0 ? WNOHANG : 0) == 0) return -1;
    pid_ = 0;
    if (WIFEXITED(status)) exit_code_ = WEXITSTATUS(status);
    return WIFEXITED(status) ? exit_code_ : -1;
  }
  bool is_running() {
    end(0);
    return pid_ != 0;
  }
  int exit_code() const { return exit_code_; }
  std::string log() const { return base::read_file(folder_ / "log"); }
  /// Since it was started last.
  bool has_published() const {
    return base::read_if_there(folder_ / "log", 1 << 20).find(R"("event":"published")") !=
           std::string::npos;
  }
  void forget_log() { fs::remove(folder_ / "log"); }

 private:
  const Host& host_;
  std::vector<std::string> arguments_;
  Folder folder_;
  std::string uid_;
  pid_t pid_ = 0;
  int exit_code_ = -1;
};

std::ptrdiff_t count(const std::string& text, const std::string& part) {
  std::ptrdiff_t result = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++result;
  return result;
}

}  // namespace

TEST_CASE("what an app on another host has mapped stays until its helper has ended") {
  const Hosts hosts;
  if (hosts.are_missing) return;
  const WebServer server;
  server.folder().write("files/llm/weights.bin", weights);
  ModelPod one(pod_on(*hosts.one, "pod-1", server));
  REQUIRE(becomes([&] { return one.is_ready() || one.has_ended(); }));
  auto two = std::make_unique<ModelPod>(pod_on(*hosts.two, "pod-2", server));
  REQUIRE(becomes([&] { return two->is_ready() || two->has_ended(); }));
  App app(*hosts.two, "model/weights.bin");

  refresh(server, one, 3);
  CHECK(hosts.revisions() > 1);
  CHECK(app.read() == "weights");
  SECTION("told to") {
    two.reset();
  }
  SECTION("killed") {
    kill(two->pid(), SIGKILL);
  }
  CHECK(becomes([&] { return hosts.is_tidy(1); }));
}

TEST_CASE(
    "what an app on this host has mapped goes when it is closed, and no other host removes it") {
  const Hosts hosts;
  if (hosts.are_missing) return;
  const WebServer server;
  server.folder().write("files/llm/weights.bin", weights);
  ModelPod one(pod_on(*hosts.one, "pod-1", server));
  REQUIRE(becomes([&] { return one.is_ready() || one.has_ended(); }));
  App app(*hosts.one, "model/weights.bin");
  refresh(server, one, 1);
  REQUIRE(becomes([&] { return hosts.revisions() == 1; }));
  auto two = std::make_unique<ModelPod>(pod_on(*hosts.two, "pod-2", server));
  REQUIRE(becomes([&] { return two->is_ready() || two->has_ended(); }));
  refresh(server, *two, 3);
  CHECK(app.read() == "weights");
  two.reset();
  CHECK(becomes([&] { return hosts.is_tidy(1); }));
}

TEST_CASE("of 16 helpers on two hosts that are killed at random, content is whole or not there") {
  const Hosts hosts;
  if (hosts.are_missing) return;
  constexpr unsigned seed = 4711;
  constexpr int kills = 40;
  WebServer server;
  server.serve_large_files("/nowhere", 1000);  // so slow that they are killed on the way
  server.folder().write("files/llm/weights.bin", weights);
  const ServedRepository served(server, "app.git");
  const auto commit = served.commit("file", "text");
  const auto noise = server.folder().write("noise", shell("head -c 2000000 /dev/urandom | base64"));
  served.add_file("noise", noise.string());

  std::vector<std::unique_ptr<Helper>> models;
  std::vector<std::unique_ptr<Helper>> repositories;
  for (int i = 0; i < 8; ++i) {
    const auto& host = i % 2 == 0 ? *hosts.one : *hosts.two;
    const auto volume = host.volume.path();
    models.push_back(std::make_unique<Helper>(
        host, std::vector<std::string>{"model", "--source", server.url("files/llm/"), "--target",
                                       (volume / "model").string(), "--name", "llm"}));
    repositories.push_back(std::make_unique<Helper>(
        host, std::vector<std::string>{"repository", "--volume", volume.string(), "--key", "key",
                                       "--name", "app", "--url", served.url()}));
  }
  const auto is_whole = [&] {
    const auto model = hosts.backing / "model/..data/weights.bin";
    const auto tree = hosts.backing / ".gradient/checkouts/key/tree";
    const bool has_model = fs::exists(model);
    const bool has_tree = fs::exists(tree);
    if (has_model) CHECK((base::read_file(model) == weights));
    if (has_tree) CHECK((base::read_file(tree / "noise") == base::read_file(noise)));
    return has_model && has_tree;
  };
  const auto transfers = [&] { return count(server.log(), "GET /files/llm/weights.bin"); };
  std::mt19937 random(seed);
  int killed = 0;
  for (int i = 0; i < kills; ++i) {
    auto& helpers = random() % 2 == 0 ? models : repositories;
    auto& helper = *helpers[random() % helpers.size()];
    if (helper.is_running()) ++killed;
    helper.end(SIGKILL);
    helper.forget_log();
    helper.start(random() % 2 == 0);
    is_whole();
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 200));  // the next kill's time
  }
  CHECK(killed > kills / 2);
  const auto transfers_at_last_kill = transfers();

  for (const auto& helper : repositories) {
    CHECK(becomes([&] { return !helper->is_running(); }));
    INFO(helper->log());
    CHECK(helper->exit_code() == 0);
  }
  for (const auto& helper : models) {
    CHECK(becomes([&] { return helper->has_published() || !helper->is_running(); }));
    INFO(helper->log());
    CHECK(helper->is_running());
  }
  CHECK(is_whole());
  CHECK(base::read_file(hosts.backing / ".gradient/checkouts/key/tree/file") == "text\n");
  // One transfer at a time: after the last kill the one that is going on goes on, or one begins.
  CHECK(transfers() <= transfers_at_last_kill + 1);

  CHECK(becomes([&] { return hosts.is_tidy(8); }));
  Helper collection(*hosts.one, {"collect", "--volume", hosts.one->volume.path().string()});
  CHECK(becomes([&] { return !collection.is_running(); }));
  CHECK(collection.exit_code() == 0);
  CHECK(fs::is_empty(hosts.backing / ".gradient/tmp"));
}
