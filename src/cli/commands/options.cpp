#include "cli/colour.h"
#include "cli/commands/commands.h"

namespace cli {

CLI::App& add_command(CLI::App& app, const std::string& group, const std::string& name,
                      const std::string& description, const std::vector<Example>& examples) {
  auto& command = *app.add_subcommand(name, description)->group(group);
  std::string footer = "Examples:";
  for (const auto& [what, arguments] : examples)
    footer += "\n  # " + what + "\n  " + app.get_name() + " " + arguments;
  command.footer(footer);
  return command;
}

CLI::Option* add_files(CLI::App& command, std::vector<std::string>& files,
                       const std::string& what) {
  return command
      .add_option("-f,--file,FILE", files, "Files, folders or - for standard input: " + what)
      ->type_name("FILE");
}

void add_bare_name(CLI::App& command, std::string& name) {
  command.add_option("--name", name, "Name of the deployment of a bare spec")->type_name("NAME");
}

CLI::Option* add_config(CLI::App& command, std::string& config, const std::string& otherwise) {
  return command.add_option("--config", config, "The operator's configuration file" + otherwise)
      ->type_name("FILE");
}

void add_connection(CLI::App& command, std::string& kubeconfig, std::string& context,
                    const std::string& kubeconfigs) {
  command.add_option("--kubeconfig", kubeconfig, "Default: " + kubeconfigs)->type_name("FILE");
  command.add_option("--context", context, "Default: the kubeconfig's current one")
      ->type_name("NAME");
}

void add_colour(CLI::App& command) {
  command
      .add_option_function<std::string>(
          "--color", [](const std::string& when) { colours::choose(when); },
          "Colours; auto: on a terminal, unless NO_COLOR is set")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("WHEN");
}

std::vector<std::string> choices(const CLI::Option& option) {
  const auto type = option.get_type_name();  // "FORMAT:{yaml,json}", as CLI::IsMember has it
  const auto begin = type.find('{');
  const auto end = type.find('}');
  if (begin == std::string::npos || end == std::string::npos) return {};
  return CLI::detail::split(type.substr(begin + 1, end - begin - 1), ',');
}

}  // namespace cli
