#pragma once

#include <string>

/// The executable itself, run as a shell runs it.
namespace command {

struct Outcome {
  int code = -1;
  std::string output;  ///< both streams
};

/// Runs a line of the shell.
Outcome shell(const std::string& line);

/// Runs the executable with arguments as a shell takes them.
Outcome run(const std::string& arguments);

/// A kubeconfig for a server, with the namespace "ns".
std::string kubeconfig(const std::string& url);

}  // namespace command
