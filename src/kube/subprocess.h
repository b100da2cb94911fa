#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace kube {

/// A program to run, found along PATH when its name has no slash.
struct Command {
  std::string program{};
  std::vector<std::string> args{};                         ///< without the program's name
  std::vector<std::pair<std::string, std::string>> env{};  ///< on top of our own environment
  std::chrono::milliseconds limit = std::chrono::seconds(60);
  std::size_t max_output = 1U << 20U;
};

struct CommandResult {
  enum class End { Exit, Signal, Missing, TimedOut, TooMuch };
  End end = End::Exit;
  int code = 0;         ///< exit code or signal
  std::string problem;  ///< of Missing: the system's words
  std::string output;   ///< standard output
  std::string errors;   ///< the beginning of standard error
};

/// Runs it to its end, with /dev/null as standard input and none of our file descriptors. What has
/// not ended within the limit, or says too much, is killed.
CommandResult run_command(const Command& command);

}  // namespace kube
