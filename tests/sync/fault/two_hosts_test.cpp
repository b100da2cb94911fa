#include "base/files.h"
#include "base/process.h"
#include "sync/support/model_pod.h"
#include "sync/support/server_process.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

#include <csignal>
#include <sys/wait.h>
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
