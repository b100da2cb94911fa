#include "sync/program/versions.h"

#include "base/process.h"
#include "sync/program/environment.h"

#include <array>
#include <chrono>
#include <vector>

namespace content {
namespace {

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

std::string version(const std::vector<std::string>& command) {
  try {
    const auto finished = base::run({.arguments = command,
                                     .environment = environment_for_programs(),
                                     .limit = std::chrono::seconds(10)});
    // ssh writes to standard error.
    return first_line(finished.output.empty() ? finished.errors : finished.output);
  } catch (const base::ProcessError&) {
    return command.front() + ": not found";
  }
}

}  // namespace

std::string program_versions() {
  const std::array<std::vector<std::string>, 6> commands{{{"git", "--version"},
                                                          {"git-lfs", "version"},
                                                          {"ssh", "-V"},
                                                          {"rclone", "--version"},
                                                          {"oci-pull", "--version"},
                                                          {"gradient-unpack", "--version"}}};
  std::string lines;
  for (const auto& command : commands)
    lines += version(command) + "\n";
  return lines;
}

}  // namespace content
