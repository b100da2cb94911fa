#pragma once

#include "sync/stop.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace content {

/// A program to run. It gets no environment but `environment`, no file descriptor but 0 to 2 and,
/// as 3, a memory file with `secret_file` when that is not empty; standard input is empty.
struct Program {
  std::vector<std::string> arguments = {};    ///< with the program's name, looked up in PATH
  std::vector<std::string> environment = {};  ///< "NAME=value"
  std::string secret_file = {};
  /// Called for every line of standard error, also those that end with a carriage return.
  std::function<void(std::string_view)> on_error_line = {};
  /// Bytes of standard output that are kept; more is a Failure.
  std::size_t longest_output = 64U << 20U;
};

struct Finished {
  int exit_code = 0;   ///< 128 + signal when one ended it
  std::string output;  ///< standard output
  std::string errors;  ///< the last 8 KiB of standard error
};

/// Runs it in a process group of its own to its end; a stop ends the group with SIGTERM. Throws
/// Failure when it cannot be started, and Stopped after a stop.
Finished run(const Program& program, const std::stop_token& stop);

}  // namespace content
