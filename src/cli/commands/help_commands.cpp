#include "cli/commands/commands.h"
#include "cli/commands/completion.h"
#include "cli/exit_code.h"
#include "version.h"

#include <iostream>

namespace cli {
namespace {

void add_help(CLI::App& app, Action& action) {
  auto& help = add_command(app, groups::others, "help", "Help for a command",
                           {{"All commands", "help"}, {"One of them", "help validate"}});
  auto command = std::make_shared<std::string>();
  std::set<std::string> names;
  for (const auto* other : app.get_subcommands({}))
    names.insert(other->get_name());
  help.add_option("COMMAND", *command, "Default: all of them")->check(CLI::IsMember(names));
  help.callback([&app, &action, command] {
    action.act = [&app, command] {
      const auto* const about =
          command->empty() ? static_cast<const CLI::App*>(&app) : app.get_subcommand(*command);
      std::cout << (command->empty() ? app.get_formatter()->make_help(&app, app.get_name(),
                                                                      CLI::AppFormatMode::Normal)
                                     : about->help(app.get_name()));
      return Fine;
    };
  });
}

void add_version(CLI::App& app, Action& action) {
  add_command(app, groups::others, "version", "Name and version of this program",
              {{"The same, as an option", "--version"}})
      .callback([&action] {
        action.act = [] {
          std::cout << version_text() << '\n';
          return Fine;
        };
      });
}

void add_completion(CLI::App& app, Action& action) {
  auto& completion = add_command(
      app, groups::others, "completion", "Print the script by which a shell completes words",
      {{"In this bash; in ~/.bashrc for all", "completion bash > completion.bash"},
       {"For zsh, into a folder of its fpath", "completion zsh > _gradient-operator"}});
  auto shell = std::make_shared<std::string>();
  completion.add_option("SHELL", *shell, "Which: bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  completion.callback([&action, shell] {
    action.act = [shell] {
      std::cout << completion_script(*shell);
      return Fine;
    };
  });
}

}  // namespace

std::string version_text() {
  return std::string("gradient-operator ") + full_version;
}

void add_help_commands(CLI::App& app, Action& action) {
  add_completion(app, action);
  add_version(app, action);
  add_help(app, action);
}

}  // namespace cli
