#include "sync/support/killed_run.h"

#include "sync/support/server_process.h"

#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <set>
#include <stdexcept>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace {

constexpr int syscall_stop = SIGTRAP | 0x80;

/// ptrace(2), PTRACE_GET_SYSCALL_INFO: its beginning, for an entry. linux/ptrace.h, which has it,
/// and sys/ptrace.h exclude each other.
struct SyscallInfo {
  static constexpr std::uint8_t entry_op = 1;
  static constexpr auto request = static_cast<__ptrace_request>(0x420e);
  std::uint8_t op;
  std::uint8_t padding[3];
  std::uint32_t arch;
  std::uint64_t instruction_pointer, stack_pointer;
  struct {
    std::uint64_t nr, args[6];
  } entry;
};

/// Writes into pipes, sockets and memory change no file.
bool is_file(pid_t pid, std::uint64_t fd) {
  std::error_code error;
  const auto path = std::filesystem::read_symlink(
      "/proc/" + std::to_string(pid) + "/fd/" + std::to_string(fd), error);
  return !error && path.string().starts_with("/") && !path.string().starts_with("/dev/") &&
         !path.string().starts_with("/memfd:");
}

bool brings_to_disk(const SyscallInfo& info) {
  const auto call = info.entry.nr;
  return call == SYS_syncfs || call == SYS_fsync || call == SYS_fdatasync || call == SYS_sync;
}

/// Where a rename leads; empty for any other call.
std::string renamed_to(pid_t pid, const SyscallInfo& info) {
  const auto* const args = info.entry.args;
  std::uint64_t address = 0;
  if (info.entry.nr == SYS_renameat || info.entry.nr == SYS_renameat2) address = args[3];
#ifdef SYS_rename
  if (info.entry.nr == SYS_rename) address = args[1];
#endif
  if (address == 0) return {};
  std::ifstream memory("/proc/" + std::to_string(pid) + "/mem", std::ios::binary);
  memory.seekg(static_cast<std::streamoff>(address));
  std::string path;
  std::getline(memory, path, '\0');
  return path;
}

bool changes_files(pid_t pid, const SyscallInfo& info) {
  constexpr std::uint64_t creates = O_CREAT | O_TRUNC;
  const auto* const args = info.entry.args;
  switch (info.entry.nr) {
    case SYS_openat:
      return (args[2] & creates) != 0;
    case SYS_write:
    case SYS_pwrite64:
    case SYS_writev:
    case SYS_copy_file_range:
      return is_file(pid, info.entry.nr == SYS_copy_file_range ? args[2] : args[0]);
    case SYS_mkdirat:
    case SYS_renameat:
    case SYS_renameat2:
    case SYS_linkat:
    case SYS_symlinkat:
    case SYS_unlinkat:
    case SYS_ftruncate:
    case SYS_truncate:
    case SYS_fallocate:
    case SYS_fchmod:
    case SYS_fchmodat:
    case SYS_utimensat:
#ifdef SYS_rename  // those that newer architectures have not got
    case SYS_rename:
    case SYS_mkdir:
    case SYS_rmdir:
    case SYS_link:
    case SYS_symlink:
    case SYS_unlink:
    case SYS_chmod:
#endif
      return true;
#ifdef SYS_open
    case SYS_open:
      return (args[1] & creates) != 0;
#endif
    default:
      return false;
  }
}

/// Allocates nothing: another thread may have held the allocator's lock at the fork.
[[noreturn]] void become(char* const* arguments, int output) {
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  dup2(output, STDOUT_FILENO);
  dup2(null, STDERR_FILENO);
  ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
  raise(SIGSTOP);
  execv(arguments[0], arguments);
  _exit(127);
}

/// Reads to the end, so that nobody waits to be read.
void end_after(pid_t pid, int output, const std::string& until) {
  std::unique_ptr<FILE, int (*)(FILE*)> lines(fdopen(output, "r"), fclose);
  std::array<char, 4096> line{};
  while (fgets(line.data(), line.size(), lines.get()) != nullptr) {
    if (!until.empty() && std::strstr(line.data(), until.c_str()) != nullptr) kill(pid, SIGTERM);
  }
}

class Watch {
 public:
  Watch(pid_t first, int nth) : first_(first), nth_(nth) {}

  WatchedRun run() {
    int status = 0;
    waitpid(first_, &status, 0);
    constexpr long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                             PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
    if (ptrace(PTRACE_SETOPTIONS, first_, nullptr, options) != 0) {
      kill(first_, SIGKILL);
      throw std::runtime_error("a program cannot be traced here");
    }
    running_.insert(first_);
    go_on(first_, 0);
    while (true) {
      const pid_t pid = waitpid(-1, &status, __WALL | __WNOTHREAD);
      if (pid < 0) break;
      if (WIFSTOPPED(status)) {
        stopped(pid, WSTOPSIG(status), status >> 16);
      } else if (running_.erase(pid) > 0 && pid == first_ && WIFEXITED(status)) {
        result_.exit_code = WEXITSTATUS(status);
      }
    }
    return result_;
  }

 private:
  void stopped(pid_t pid, int signal, int event) {
    const bool is_new = running_.insert(pid).second;
    if (result_.was_killed) {
      kill(pid, SIGKILL);  // it began meanwhile
    } else if (signal == syscall_stop) {
      look_at_call(pid);
    } else {
      // Its own beginning, and ptrace's messages, are no signals of the program's.
      go_on(pid, is_new || event != 0 || signal == SIGTRAP ? 0 : signal);
    }
  }

  void look_at_call(pid_t pid) {
    SyscallInfo info{};
    const auto size = ptrace(SyscallInfo::request, pid, sizeof info, &info);
    if (size > 0 && info.op == SyscallInfo::entry_op) note(pid, info);
    if (result_.was_killed) {
      for (const auto running : running_)
        kill(running, SIGKILL);
      return;
    }
    go_on(pid, 0);
  }

  void note(pid_t pid, const SyscallInfo& info) {
    if (brings_to_disk(info)) {
      ++syncs_;
      changes_since_sync_ = 0;
    }
    if (!changes_files(pid, info)) return;
    if (auto to = renamed_to(pid, info); !to.empty())
      result_.renames.push_back({std::move(to), syncs_, changes_since_sync_});
    ++changes_since_sync_;
    result_.was_killed = ++result_.changes == nth_;
  }

  void go_on(pid_t pid, long signal) const {
    ptrace(nth_ == 0 ? PTRACE_CONT : PTRACE_SYSCALL, pid, nullptr, signal);
  }

  pid_t first_;
  int nth_;
  int syncs_ = 0;
  int changes_since_sync_ = 0;
  std::set<pid_t> running_;
  WatchedRun result_;
};

WatchedRun watched(char* const* arguments, int nth, const std::string& until) {
  std::array<int, 2> output{};
  if (pipe2(output.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error("fork");
  if (pid == 0) become(arguments, output[1]);
  close(output[1]);
  const std::jthread reader([&] { end_after(pid, output[0], until); });
  return Watch(pid, nth).run();
}

}  // namespace

WatchedRun run_until_change(const std::vector<std::string>& command, int nth,
                            const std::string& until) {
  // It cannot look for leaks in a traced program.
  std::vector<std::string> words{"/usr/bin/env", "ASAN_OPTIONS=detect_leaks=0"};
  words.insert(words.end(), command.begin(), command.end());
  const auto arguments = exec_arguments(words);
  // A thread of its own has no other children to wait for.
  return std::async(std::launch::async, watched, arguments.data(), nth, until).get();
}
