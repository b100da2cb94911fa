#include "cli/exit_code.h"
#include "cli/support/command.h"
#include "cli/support/session.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using command::run;
using command::shell;

namespace {

/// The subcommands that --help lists.
std::vector<std::string> commands() {
  std::vector<std::string> names;
  bool in_commands = false;
  for (const auto& line : session::lines(run("--help").output)) {
    if (line.ends_with(':')) in_commands = line != "Options:";
    if (in_commands && line.starts_with("  ") && line.size() > 2 && line[2] != ' ')
      names.push_back(line.substr(2, line.find(' ', 2) - 2));
  }
  return names;
}

/// The commands of the examples that a command's help ends with.
std::vector<std::string> examples(const std::string& name) {
  std::vector<std::string> lines;
  bool in_examples = false;
  for (const auto& line : session::lines(run(name + " --help").output)) {
    if (in_examples && line.starts_with("  ") && !line.starts_with("  #"))
      lines.push_back(line.substr(2));
    in_examples = in_examples || line == "Examples:";
  }
  return lines;
}

}  // namespace

TEST_CASE("help is there for every command, with examples, within 80 columns") {
  const auto names = commands();
  REQUIRE(names.size() >= 9);
  for (const auto& name : names) {
    INFO(name);
    const auto help = run(name + " --help");
    CHECK(help.code == cli::Fine);
    CHECK_THAT(help.output, Contains("Usage: gradient-operator " + name));
    CHECK(help.output == run("help " + name).output);
    for (const auto& line : session::lines(help.output + run("--help").output))
      CHECK(line.size() <= 80);
    CHECK(help.output.find("TEXT") == std::string::npos);
    CHECK(help.output.find(" INT") == std::string::npos);
  }
}

TEST_CASE("the examples of help are commands that can be given") {
  const session::Folder folder;
  const std::string object =
      "apiVersion: gradient-operator.dev/v1alpha1\nkind: GradientDeployment\nmetadata: {name: ";
  const std::string spec = "image: app\nresources: {instanceType: C4}\n";
  folder.add("app.yaml", object + "app}\nspec: {image: app, resources: {instanceType: C4}}\n");
  folder.add("deploy/app.yaml",
             object + "app}\nspec: {image: app, resources: {instanceType: C4}}\n");
  folder.add("spec.yaml", spec);
  folder.add("specs/spec.yaml", "name: demo\n" + spec);
  folder.add("config.yaml", "");
  std::filesystem::create_symlink(OPERATOR, "gradient-operator");
  for (const auto& name : commands()) {
    const auto all = examples(name);
    INFO(name);
    CHECK(!all.empty());
    CHECK(all.size() <= 4);
    for (const auto& example : all) {
      INFO(example);
      const auto outcome = shell("export KUBECONFIG=/nonexistent/config PATH=.:$PATH\n" + example);
      INFO(outcome.output);
      const bool asks_cluster = outcome.output.find("/nonexistent/config") != std::string::npos;
      CHECK(outcome.code == (asks_cluster ? cli::Failure : cli::Fine));
    }
  }
}

TEST_CASE("without arguments the help is printed") {
  const auto nothing = run("");
  CHECK(nothing.code == cli::Fine);
  CHECK(nothing.output == run("--help").output);
  CHECK(nothing.output == run("help").output);
  CHECK(run(">/dev/full").code == cli::Failure);
}

TEST_CASE("help for a command that there is not names those that there are") {
  const auto outcome = run("help frobnicate");
  CHECK(outcome.code == cli::Usage);
  CHECK_THAT(outcome.output, Contains("frobnicate") && Contains("validate"));
}

TEST_CASE("the version comes with the program's name") {
  const auto outcome = run("version");
  CHECK(outcome.code == cli::Fine);
  CHECK_THAT(outcome.output, StartsWith("gradient-operator " PROJECT_VERSION));
  CHECK(run("--version").output == outcome.output);
}

TEST_CASE("a plugin of kubectl is called by kubectl's name in its help") {
  const session::Folder folder;
  std::filesystem::create_symlink(OPERATOR, "kubectl-gradient");
  CHECK_THAT(
      shell("./kubectl-gradient validate --help").output,
      Contains("Usage: kubectl gradient validate") && Contains("  kubectl gradient validate -f "));
}

TEST_CASE("an option with nothing behind its = is empty and takes nothing else") {
  const auto outcome = run("run --kubeconfig /nonexistent/config --metrics-address= --workers 2");
  CHECK(outcome.code == cli::Failure);
  CHECK_THAT(outcome.output, Contains("/nonexistent/config"));
  CHECK(run("run --metrics-address= --kubeconfig=/nonexistent/config").code == cli::Failure);
}
