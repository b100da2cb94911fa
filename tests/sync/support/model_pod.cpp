#include "sync/support/model_pod.h"

#include "base/files.h"
#include "base/process.h"
#include "support/skip.h"
#include "sync/program/environment.h"
#include "sync/support/server_process.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>

namespace fs = std::filesystem;

namespace {

constexpr const char* then_wait = " && touch \"$IS_THERE\" && exec sleep infinity";
const std::string mount_ext4 =
    "truncate -s \"$2\" \"$1.image\" && mkfs.ext4 -q -O ^has_journal -m 0 \"$1.image\" && "
    "mount -o loop \"$1.image\" \"$1\"";

pid_t start_program(std::vector<std::string> words, const fs::path& log) {
  const auto arguments = exec_arguments(words);
  const auto output = log.string();
  const pid_t pid = fork();
  if (pid != 0) return pid;
  setpgid(0, 0);
  const int file = open(output.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
  dup2(file, STDOUT_FILENO);
  dup2(file, STDERR_FILENO);
  execv(arguments.front(), arguments.data());
  _exit(127);
}

bool works(const std::string& options, const std::string& script) {
  const Folder folder;
  fs::create_directory(folder / "volume");
  return base::run({.arguments = {"unshare", options, "sh", "-c", script, "sh",
                                  (folder / "volume").string(), "2M"},
                    .environment = content::environment_for_programs()})
             .exit_code == 0;
}

}  // namespace

bool MountedVolume::is_missing() {
  if (works("-rm", "mount -t tmpfs tmpfs \"$1\"")) return false;
  support::skip("nothing can be mounted here, not even in a namespace");
  return true;
}

bool MountedVolume::is_loop_missing() {
  if (works("-m", mount_ext4)) return false;
  support::skip("there is no root here, or there are no loop devices");
  return true;
}

bool MountedVolume::Fuse::is_missing() const {
  try {
    const MountedVolume volume(*this);
    return false;
  } catch (const std::exception& error) {
    support::skip("there is no root here, or no FUSE: " + std::string(error.what()));
    return true;
  }
}

MountedVolume::MountedVolume(const std::string& options) {
  start("mount -t tmpfs -o " + options + " tmpfs \"$1\"" + then_wait);
}

MountedVolume::MountedVolume(int kibibytes) : is_of_root_(true) {
  start(mount_ext4 + then_wait, {std::to_string(kibibytes) + "K"});
}

MountedVolume::MountedVolume(const Fuse& fuse) : is_of_root_(true) {
  std::vector<std::string> arguments{fuse.program, fuse.backing, path(), folder_ / "is-there"};
  arguments.insert(arguments.end(), fuse.settings.begin(), fuse.settings.end());
  start("shift && exec \"$@\"", arguments);
}

/// `script` gets the folder as $1, and the arguments.
void MountedVolume::start(const std::string& script, const std::vector<std::string>& arguments) {
  fs::create_directory(path());
  const auto is_there = folder_ / "is-there";
  std::vector<std::string> words{"/usr/bin/env",
                                 "IS_THERE=" + is_there.string(),
                                 "/usr/bin/unshare",
                                 is_of_root_ ? "-m" : "-rm",
                                 "sh",
                                 "-c",
                                 script,
                                 "sh",
                                 path().string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  pid_ = start_program(std::move(words), folder_ / "log");
  while (!fs::exists(is_there)) {
    if (waitpid(pid_, nullptr, WNOHANG) != 0)
      throw std::runtime_error("cannot mount: " + base::read_file(folder_ / "log"));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

MountedVolume::~MountedVolume() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

std::vector<std::string> MountedVolume::inside() const {
  std::vector<std::string> words{"/usr/bin/nsenter", "-t", std::to_string(pid_), "-m"};
  if (!is_of_root_) words.insert(words.end(), {"-U", "--preserve-credentials"});
  return words;
}

std::string MountedVolume::run(const std::string& script) const {
  auto words = inside();
  words.insert(words.end(), {"sh", "-c", script, "sh", path().string()});
  const auto finished = base::run(
      {.arguments = std::move(words), .environment = content::environment_for_programs()});
  if (finished.exit_code != 0) throw std::runtime_error(script + ": " + finished.errors);
  return finished.output;
}

void MountedVolume::use_up_bytes() const {
  run("for bytes in 65536 4096 1024 512 1; do dd if=/dev/zero of=$1/fill-$bytes bs=$bytes "
      "2>/dev/null; done; true");
}

ModelPod::ModelPod(Settings settings) : settings_(std::move(settings)) {
  fs::create_directory(temporary());
  auto words = command("model");
  words.insert(words.end(), {"--source", settings_.source, "--name", "llm", "--termination-log",
                             (folder_ / "told").string()});
  words.insert(words.end(), settings_.options.begin(), settings_.options.end());
  pid_ = start_program(std::move(words), folder_ / "log");
}

ModelPod::~ModelPod() {
  if (has_ended()) return;
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
}

std::vector<std::string> ModelPod::command(const std::string& what) const {
  std::vector<std::string> words{"/usr/bin/env", "TMPDIR=" + temporary().string()};
  if (!settings_.path.empty()) words.push_back("PATH=" + settings_.path);
  words.insert(words.begin(), settings_.inside.begin(), settings_.inside.end());
  words.insert(words.end(), {GRADIENT_SYNC, what, "--target", settings_.target.string()});
  return words;
}

bool ModelPod::is_ready() const {
  return base::run(
             {.arguments = command("ready"), .environment = content::environment_for_programs()})
             .exit_code == 0;
}

bool ModelPod::has_ended() {
  if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) != 0) pid_ = 0;
  return pid_ == 0;
}

std::string ModelPod::log() const {
  return base::read_if_there(folder_ / "log", 1U << 20U);
}

bool ModelPod::tells(const std::string& event, const std::string& text) const {
  std::istringstream lines(log());
  for (std::string line; std::getline(lines, line);) {
    if (line.find("\"event\":\"" + event + "\"") != std::string::npos &&
        line.find(text) != std::string::npos) {
      return true;
    }
  }
  return false;
}

int ModelPod::count(const std::string& event) const {
  std::istringstream lines(log());
  int found = 0;
  for (std::string line; std::getline(lines, line);)
    found += line.find("\"event\":\"" + event + "\"") != std::string::npos ? 1 : 0;
  return found;
}
