#include "base/process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace base {
namespace {

constexpr std::size_t kept_errors = 8192;

[[noreturn]] void fail(const std::string& program, const char* what) {
  throw std::system_error(errno, std::generic_category(),
                          program + " cannot be run (" + what + ")");
}

const std::string& name_of(const Program& program) {
  return program.arguments.front();
}

using Clock = std::chrono::steady_clock;
using Deadline = std::optional<Clock::time_point>;

/// For poll(): -1 waits without end.
int milliseconds_until(const Deadline& deadline) {
  if (!deadline) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now()).count();
  return left < 0 ? 0 : static_cast<int>(left);
}

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  void reset(int fd) {
    close();
    fd_ = fd;
  }

 private:
  int fd_;
};

struct Pipe {
  Descriptor read_end, write_end;
  explicit Pipe(const std::string& program) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) fail(program, "pipe");
    read_end.reset(ends[0]);
    write_end.reset(ends[1]);
  }
};

/// Nobody but the child can read it: it has no name.
void fill_memory_file(const Program& program, Descriptor& file) {
  const auto& content = program.secret_file;
  file.reset(memfd_create("secret", MFD_CLOEXEC));
  if (file.get() < 0) fail(name_of(program), "memfd_create");
  // ssh takes no key that others may read
  if (fchmod(file.get(), 0600) != 0) fail(name_of(program), "memory file");
  if (write(file.get(), content.data(), content.size()) != static_cast<ssize_t>(content.size())) {
    fail(name_of(program), "memory file");
  }
  lseek(file.get(), 0, SEEK_SET);
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (const auto& text : texts)
    result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

pid_t spawn(const Program& program, const Pipe& output, const Pipe& errors, int secret) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (program.input >= 0) {
    posix_spawn_file_actions_adddup2(&actions, program.input, STDIN_FILENO);
  } else {
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  }
  posix_spawn_file_actions_adddup2(
      &actions, program.output >= 0 ? program.output : output.write_end.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors.write_end.get(), STDERR_FILENO);
  if (secret >= 0) posix_spawn_file_actions_adddup2(&actions, secret, 3);
  posix_spawn_file_actions_addclosefrom_np(&actions, secret >= 0 ? 4 : 3);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  pid_t pid = 0;
  const int error =
      posix_spawnp(&pid, program.arguments.front().c_str(), &actions, &attributes,
                   pointers(program.arguments).data(), pointers(program.environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    throw ProcessError(ProcessError::Cause::NotStarted, name_of(program),
                       std::generic_category().message(error));
  }
  return pid;
}

/// Takes lines out of `pending`; what is longer than any sensible line is dropped.
void take_lines(std::string& pending, const std::function<void(std::string_view)>& on_line) {
  constexpr std::size_t longest = 64U << 10U;
  std::size_t begin = 0;
  for (auto end = pending.find_first_of("\r\n"); end != std::string::npos;
       end = pending.find_first_of("\r\n", begin)) {
    if (end > begin && on_line) on_line(std::string_view(pending).substr(begin, end - begin));
    begin = end + 1;
  }
  pending.erase(0, begin);
  if (pending.size() > longest) pending.clear();
}

[[noreturn]] void time_out(const std::string& program) {
  throw ProcessError(ProcessError::Cause::TimedOut, program,
                     "has not ended within the time allowed");
}

/// Calls a function every second or, when nobody looked at the time, later.
class EverySecond {
 public:
  explicit EverySecond(const std::function<void()>& work) : work_(work) {
    if (work_) next_ = Clock::now() + std::chrono::seconds(1);
  }
  void look() {
    if (!next_ || Clock::now() < *next_) return;
    work_();
    next_ = Clock::now() + std::chrono::seconds(1);
  }
  /// When to look again, at the latest.
  Deadline before(const Deadline& deadline) const {
    if (!next_ || !deadline) return next_ ? next_ : deadline;
    return std::min(*next_, *deadline);
  }

 private:
  const std::function<void()>& work_;
  Deadline next_;
};

/// Reads both pipes to their ends.
void collect(const Program& program, const Deadline& deadline, const Pipe& output,
             const Pipe& errors, Finished& finished) {
  std::array<pollfd, 2> waiting{pollfd{output.read_end.get(), POLLIN, 0},
                                pollfd{errors.read_end.get(), POLLIN, 0}};
  std::array<char, 65536> buffer{};
  std::string pending;
  EverySecond every_second(program.on_second);
  while (waiting[0].fd >= 0 || waiting[1].fd >= 0) {
    const auto until = every_second.before(deadline);
    const int ready = poll(waiting.data(), waiting.size(), milliseconds_until(until));
    if (ready < 0 && errno != EINTR) fail(name_of(program), "poll");
    if (ready == 0 && milliseconds_until(deadline) == 0) time_out(name_of(program));
    every_second.look();
    if (ready <= 0) continue;
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      if (waiting[i].fd < 0 || waiting[i].revents == 0) continue;
      const auto size = read(waiting[i].fd, buffer.data(), buffer.size());
      if (size <= 0) {
        waiting[i].fd = -1;
      } else if (i == 0 && program.on_output) {
        program.on_output({buffer.data(), static_cast<std::size_t>(size)});
      } else if (i == 0) {
        finished.output.append(buffer.data(), static_cast<std::size_t>(size));
        if (finished.output.size() > program.longest_output) {
          throw ProcessError(ProcessError::Cause::TooMuch, name_of(program),
                             "its output is too long");
        }
      } else {
        pending.append(buffer.data(), static_cast<std::size_t>(size));
        finished.errors.append(buffer.data(), static_cast<std::size_t>(size));
        if (finished.errors.size() > 2 * kept_errors) {
          finished.errors.erase(0, finished.errors.size() - kept_errors);
        }
        take_lines(pending, program.on_error_line);
      }
    }
  }
}

/// Ends the group and reaps its leader unless it has ended.
class Child {
 public:
  Child(pid_t pid, const std::string& program)
      : pid_(pid), program_(program), handle_(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))) {
    if (handle_.get() >= 0) return;
    const int error = errno;
    end();
    errno = error;
    fail(program, "pidfd_open");
  }
  ~Child() {
    if (!reaped_) end();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// The status as of waitpid().
  int wait(const Deadline& deadline) {
    pollfd ended{handle_.get(), POLLIN, 0};
    int ready = 0;
    while ((ready = poll(&ended, 1, milliseconds_until(deadline))) < 0 && errno == EINTR) {
    }
    if (ready == 0) time_out(program_);
    return reap();
  }
  void terminate() const { kill(-pid_, SIGTERM); }

 private:
  void end() {
    kill(-pid_, SIGKILL);
    reap();
  }
  int reap() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    reaped_ = true;
    return status;
  }

  pid_t pid_;
  const std::string& program_;
  Descriptor handle_;
  bool reaped_ = false;
};

}  // namespace

Finished run(const Program& program, const std::stop_token& stop) {
  if (stop.stop_requested()) throw Stopped();
  const auto deadline = program.limit ? Deadline(Clock::now() + *program.limit) : std::nullopt;
  Pipe output(name_of(program));
  Pipe errors(name_of(program));
  Descriptor secret;
  if (!program.secret_file.empty()) fill_memory_file(program, secret);
  Child child(spawn(program, output, errors, secret.get()), name_of(program));
  output.write_end.close();
  errors.write_end.close();
  secret.close();
  Finished finished;
  int status = 0;
  {
    const std::stop_callback on_stop(stop, [&] { child.terminate(); });
    collect(program, deadline, output, errors, finished);
    status = child.wait(deadline);
  }
  if (stop.stop_requested()) throw Stopped();
  if (finished.errors.size() > kept_errors)
    finished.errors.erase(0, finished.errors.size() - kept_errors);
  finished.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  finished.exit_code = finished.signal != 0 ? 128 + finished.signal : WEXITSTATUS(status);
  return finished;
}

}  // namespace base
