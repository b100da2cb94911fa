#include "cli/commands/commands.h"
#include "cli/commands/completion.h"
#include "cli/commands/help_format.h"
#include "cli/exit_code.h"
#include "json/reader.h"

#include <algorithm>
#include <iostream>

namespace {

/// As it was called: kubectl finds its plugins, and what completes them, by the names of files.
std::string file_name(const char* path) {
  const std::string file = path;
  return file.substr(file.rfind('/') + 1);
}

/// Whether `words` are to be completed; the first of them may say so.
bool asks_for_completion(const std::string& file, std::vector<std::string>& words) {
  if (file == "kubectl_complete-gradient") return true;
  if (words.empty() || words.front() != "__complete") return false;
  words.erase(words.begin());
  return true;
}

/// What is wrong with a first word that is no command; empty when it is one, or an option.
std::string command_problem(const CLI::App& app, const std::string& word) {
  if (word.empty() || word.front() == '-') return {};
  std::string all;
  std::vector<std::string_view> commands;
  for (const auto* command : app.get_subcommands({})) {
    if (command->get_name() == word) return {};
    commands.push_back(command->get_name());
    all += (all.empty() ? "" : ", ") + command->get_name();
  }
  const auto meant = json::nearest(word, commands);
  return "there is no command \"" + word + "\"; " +
         (meant.empty() ? "there are " + all : "did you mean " + std::string(meant) + "?");
}

/// The arguments, with "--option=" as the two that it means: CLI11 would take what follows, or
/// nothing, for its value.
std::vector<std::string> split(const std::vector<std::string>& arguments) {
  std::vector<std::string> all;
  for (const auto& argument : arguments) {
    const bool is_empty = argument.size() > 3 && argument.starts_with("--") &&
                          argument.find('=') == argument.size() - 1;
    all.push_back(is_empty ? argument.substr(0, argument.size() - 1) : argument);
    if (is_empty) all.emplace_back();
  }
  return all;
}

/// The exit code of a command: not `code` when its output has not reached its place, which is told.
int written(const std::string& name, int code) {
  if (std::cout.flush()) return code;
  std::cerr << name << ": standard output cannot be written\n";
  return cli::Failure;
}

int done(const CLI::App& app, const cli::Action& action) {
  if (action.act) return written(app.get_name(), action.act());
  std::cout << app.help();
  return written(app.get_name(), cli::Fine);
}

/// Does what the command line asks for. The exit code.
int obey(CLI::App& app, std::vector<std::string> words, const cli::Action& action) {
  try {
    std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
    app.parse(std::move(words));
    return done(app, action);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? cli::Fine : cli::Usage;
  } catch (const std::exception& error) {
    std::cout.flush();
    std::cerr << app.get_name() << ": " << error.what() << '\n';
    return cli::Failure;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto file = file_name(argv[0]);
  CLI::App app("Runs Gradient deployment specs on Kubernetes",
               file == "kubectl-gradient" ? "kubectl gradient" : "gradient-operator");
  app.formatter(std::make_shared<cli::HelpFormat>());
  app.require_subcommand(0, 1);  // one at most: a deployment may have the name of one
  app.set_version_flag("--version", cli::version_text(), "Print name and version, and exit");
  cli::Action action;
  cli::add_file_commands(app, action);
  cli::add_cluster_commands(app, action);
  cli::add_run(app, action);
  cli::add_help_commands(app, action);
  app.footer("Run " + app.get_name() + " help COMMAND for its options and examples.");
  std::vector<std::string> words(argv + 1, argv + argc);
  if (asks_for_completion(file, words)) {
    std::cout << cli::completions(app, words) << std::flush;
    return cli::Fine;
  }
  words = split(words);
  if (const auto problem = command_problem(app, words.empty() ? "" : words.front());
      !problem.empty()) {
    std::cerr << app.get_name() << ": " << problem << "\nRun with --help for more information.\n";
    return cli::Usage;
  }
  return obey(app, std::move(words), action);
}
