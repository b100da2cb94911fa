#include "cli/support/command.h"
#include "cli/support/session.h"
#include "kube/support/raw_server.h"

#include <catch2/catch.hpp>

#include <filesystem>

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using command::run;
using command::shell;

namespace {

/// What bash has for a line that ends where TAB is pressed.
std::string in_bash(const std::string& line) {
  return shell("bash -c '" + std::string("source <(\"") + OPERATOR +
               "\" completion bash) || exit\n" +
               "export PATH=$PWD:$PATH KUBECONFIG=kubeconfig\n"
               "COMP_LINE=\"" +
               line +
               "\" COMP_POINT=${#COMP_LINE}\n"
               // As readline does: "=" is a word of its own.
               "read -ra COMP_WORDS <<<\"${COMP_LINE//=/ = }\"\n"
               "[[ $COMP_LINE == *\" \" ]] && COMP_WORDS+=(\"\")\n"
               "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
               "compopt() { :; }\n_gradient_operator\necho \"${COMPREPLY[@]}\"'")
      .output;
}

}  // namespace

TEST_CASE("commands, options and their values are completed, as cobra's protocol has it") {
  CHECK_THAT(run("__complete ''").output,
             Contains("validate\tSay what is wrong") && Contains("\nhelp\t") && Contains("\n:4\n"));
  CHECK_THAT(run("__complete re").output, StartsWith("render\t") && Contains("\n:4\n"));
  CHECK_THAT(run("__complete render --assume").output, StartsWith("--assume-missing\t"));
  CHECK(run("__complete render -o ''").output == "yaml\njson\n:4\n");
  CHECK(run("__complete render --output=j").output == "json\n:4\n");
  CHECK(run("__complete render -f ''").output == ":0\n");
  CHECK(run("__complete validate -f a.yaml ''").output == ":0\n");
  CHECK(run("__complete validate --config=").output == ":0\n");
  CHECK(run("__complete validate ''").output == ":0\n");
  CHECK_THAT(run("__complete help va").output, StartsWith("validate\n"));
  CHECK(run("__complete completion ''").output == "bash\nzsh\nfish\n:4\n");
  CHECK(run("__complete frobnicate ''").output == ":4\n");
  CHECK(run("__complete").output == run("__complete ''").output);
}

TEST_CASE("every option of every command is offered") {
  for (const auto& line : session::lines(run("__complete ''").output)) {
    if (line.front() == ':') continue;
    const auto name = line.substr(0, line.find('\t'));
    const auto offered = run("__complete " + name + " -").output;
    INFO(name);
    for (const auto& entry : session::lines(run(name + " --help").output)) {
      if (!entry.starts_with("  -")) continue;
      const auto option = entry.substr(2, entry.find_first_of(" ,", 2) - 2);
      CHECK_THAT("\n" + offered, Contains("\n" + option + "\t"));
    }
  }
}

TEST_CASE("names of deployments come from the cluster, of the namespace that is named") {
  const session::Folder folder;
  const RawServer server([](Peer& peer, int /*number*/) {
    while (const auto request = peer.receive()) {
      const bool is_other = request->line.find("/namespaces/other/") != std::string::npos;
      const std::string body = is_other
                                   ? R"({"items":[{"metadata":{"name":"b","namespace":"other"}}]})"
                                   : R"({"items":[{"metadata":{"name":"demo","namespace":"ns"}}]})";
      peer.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
    }
  });
  folder.add("kubeconfig", command::kubeconfig(server.url()));
  std::filesystem::create_symlink(OPERATOR, "gradient-operator");
  std::filesystem::create_symlink(OPERATOR, "kubectl_complete-gradient");
  CHECK(run("__complete status --kubeconfig kubeconfig ''").output == "demo\n:4\n");
  CHECK(run("__complete logs --kubeconfig=kubeconfig -n other ''").output == "b\n:4\n");
  CHECK(run("__complete status --kubeconfig kubeconfig gdep/d").output == "gdep/demo\n:4\n");
  CHECK(run("__complete status --kubeconfig kubeconfig demo ''").output == ":4\n");
  CHECK(run("__complete status --kubeconfig nowhere ''").output == ":4\n");
  CHECK(shell("./kubectl_complete-gradient status --kubeconfig kubeconfig d").output ==
        "demo\n:4\n");
  CHECK(in_bash("gradient-operator sta") == "status\n");
  CHECK(in_bash("gradient-operator status d") == "demo\n");
  CHECK(in_bash("gradient-operator status ") == "demo\n");
  CHECK(in_bash("gradient-operator render --output=y") == "yaml\n");
  CHECK(in_bash("gradient-operator render --output=yaml -o j") == "json\n");
}
