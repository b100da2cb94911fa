#include "cli/support/command.h"

#include <cstdio>
#include <stdexcept>
#include <sys/wait.h>
#include <vector>

namespace command {

Outcome shell(const std::string& line) {
  std::FILE* const pipe = popen(("{ " + line + "\n} 2>&1").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("no shell");
  Outcome outcome;
  std::vector<char> buffer(4096);
  for (std::size_t got = 0; (got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    outcome.output.append(buffer.data(), got);
  const int status = pclose(pipe);
  outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

Outcome run(const std::string& arguments) {
  return shell("'" OPERATOR "' " + arguments);
}

std::string kubeconfig(const std::string& url) {
  return "contexts: [{name: c, context: {cluster: c, namespace: ns}}]\ncurrent-context: c\n"
         "clusters: [{name: c, cluster: {server: '" +
         url + "'}}]\n";
}

}  // namespace command
