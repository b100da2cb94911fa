#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace base {

/// Thrown where a stop ends the work.
struct Stopped {};

/// A program to run. It gets no environment but `environment`, no file descriptor but 0 to 2 and,
/// as 3, a memory file with `secret_file` when that is not empty.
struct Program {
  std::vector<std::string> arguments = {};    ///< with the program's name, looked up in PATH
  std::vector<std::string> environment = {};  ///< "NAME=value"
  std::string secret_file = {};
  int input = -1;   ///< a descriptor that is its standard input, which is empty otherwise
  int output = -1;  ///< a descriptor that is its standard output, in place of Finished::output
  /// Called with pieces of standard output as they come, in place of Finished::output. What it
  /// throws ends the group with SIGKILL.
  std::function<void(std::string_view)> on_output = {};
  /// Called for every line of standard error, also those that end with a carriage return. What
  /// this and on_second throw ends the group with SIGKILL.
  std::function<void(std::string_view)> on_error_line = {};
  /// Called about every second, for as long as it holds standard output or error.
  std::function<void()> on_second = {};
  std::size_t longest_output = 64U << 20U;  ///< bytes of standard output
  std::optional<std::chrono::milliseconds> limit = {};
};

struct Finished {
  int exit_code = 0;  ///< 128 + signal when one ended it
  int signal = 0;     ///< that ended it; 0 for none
  std::string output;
  std::string errors;  ///< the last 8 KiB of standard error
};

/// A program did not come to an end of its own. The text says why, in the system's words.
struct ProcessError : std::runtime_error {
  enum class Cause { NotStarted, TimedOut, TooMuch };
  ProcessError(Cause cause_in, std::string program_in, const std::string& text)
      : std::runtime_error(text), cause(cause_in), program(std::move(program_in)) {}
  Cause cause;
  std::string program;  ///< its name
};

/// Runs it in a process group of its own to its end; a stop ends the group with SIGTERM. Throws
/// ProcessError, after which nothing of the group runs any more; std::system_error, which names the
/// program, when the system lacks a resource; and Stopped after a stop.
Finished run(const Program& program, const std::stop_token& stop = {});

}  // namespace base
