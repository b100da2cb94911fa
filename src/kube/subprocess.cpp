#include "kube/subprocess.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace kube {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t max_errors = 4096;
constexpr int poll_ms = 2;  ///< between looks at a program that closed its output and has not ended

/// One end of a pipe.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }
  void close() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }
  void reset(int number) {
    close();
    number_ = number;
  }

 private:
  int number_;
};

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
      throw std::system_error(errno, std::generic_category(), "pipe");
    }
    read.reset(ends[0]);
    write.reset(ends[1]);
  }
  Descriptor read, write;
};

/// Strings as exec wants them.
class Strings {
 public:
  explicit Strings(std::vector<std::string> texts) : texts_(std::move(texts)) {
    for (auto& text : texts_)
      pointers_.push_back(text.data());
    pointers_.push_back(nullptr);
  }
  char* const* data() const { return pointers_.data(); }

 private:
  std::vector<std::string> texts_;
  std::vector<char*> pointers_;
};

std::vector<std::string> environment(const std::vector<std::pair<std::string, std::string>>& more) {
  std::map<std::string, std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    merged.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  for (const auto& [name, value] : more)
    merged[name] = value;
  std::vector<std::string> texts;
  texts.reserve(merged.size());
  for (const auto& [name, value] : merged) {
    auto& text = texts.emplace_back(name);
    text += '=';
    text += value;
  }
  return texts;
}

/// The child's process number, or a negative errno.
pid_t spawn(const Command& command, const Pipe& output, const Pipe& errors) {
  auto words = command.args;
  words.insert(words.begin(), command.program);
  const Strings arguments(std::move(words));
  const Strings variables(environment(command.env));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output.write.number(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors.write.number(), STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  pid_t child = 0;
  const int error = posix_spawnp(&child, command.program.c_str(), &actions, nullptr,
                                 arguments.data(), variables.data());
  posix_spawn_file_actions_destroy(&actions);
  return error == 0 ? child : -error;
}

/// Appends what there is to read; false at the end.
bool drain(const Descriptor& from, std::string& to) {
  std::array<char, 4096> buffer{};
  const auto got = read(from.number(), buffer.data(), buffer.size());
  if (got > 0) to.append(buffer.data(), static_cast<std::size_t>(got));
  return got > 0 || (got < 0 && errno == EINTR);
}

int milliseconds_until(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return left < 0 ? 0 : static_cast<int>(left);
}

/// Reads both streams until they end. False when time or room ran out, as `result.end` says then.
bool read_all(const Command& command, Clock::time_point deadline, Pipe& output, Pipe& errors,
              CommandResult& result) {
  while (output.read.number() >= 0 || errors.read.number() >= 0) {
    std::array<pollfd, 2> waiting{
        {{output.read.number(), POLLIN, 0}, {errors.read.number(), POLLIN, 0}}};
    const int ready = poll(waiting.data(), waiting.size(), milliseconds_until(deadline));
    if (ready == 0) {
      result.end = CommandResult::End::TimedOut;
      return false;
    }
    if (waiting[0].revents != 0 && !drain(output.read, result.output)) output.read.close();
    if (waiting[1].revents != 0 && !drain(errors.read, result.errors)) errors.read.close();
    if (result.errors.size() > max_errors) result.errors.resize(max_errors);
    if (result.output.size() > command.max_output) {
      result.end = CommandResult::End::TooMuch;
      return false;
    }
  }
  return true;
}

/// Waits for the child's end; false when the deadline passes.
bool wait_for(pid_t child, Clock::time_point deadline, int& status) {
  while (true) {
    if (waitpid(child, &status, WNOHANG) == child) return true;
    if (Clock::now() >= deadline) return false;
    poll(nullptr, 0, poll_ms);
  }
}

}  // namespace

CommandResult run_command(const Command& command) {
  const auto deadline = Clock::now() + command.limit;
  Pipe output;
  Pipe errors;
  CommandResult result;
  const auto child = spawn(command, output, errors);
  if (child < 0) {
    result.end = CommandResult::End::Missing;
    result.problem = std::generic_category().message(-child);
    return result;
  }
  output.write.close();
  errors.write.close();

  int status = 0;
  bool ended = false;
  if (read_all(command, deadline, output, errors, result)) {
    ended = wait_for(child, deadline, status);
    if (!ended) result.end = CommandResult::End::TimedOut;
  }
  if (!ended) {
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return result;
  }
  result.end = WIFEXITED(status) ? CommandResult::End::Exit : CommandResult::End::Signal;
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
  return result;
}

}  // namespace kube
