#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

/// The command line: what subcommands there are, with their options, and what each of them does.
namespace cli {

/// What the command line asks for. Set while it is parsed, done afterwards.
struct Action {
  std::function<int()> act = {};  ///< gives the exit code; empty: nothing was asked for
};

/// Adds the subcommands. `action` must outlive the parsing; options belong to the callbacks.
void add_run(CLI::App& app, Action& action);
void add_file_commands(CLI::App& app, Action& action);     // validate, render, import
void add_cluster_commands(CLI::App& app, Action& action);  // diff, status, logs
void add_help_commands(CLI::App& app, Action& action);     // help, version, completion

/// What --version and the command `version` print.
std::string version_text();

struct Example {
  std::string what;       ///< a comment
  std::string arguments;  ///< behind the program's name
};

/// A subcommand of one of the groups of --help, with examples below its options.
CLI::App& add_command(CLI::App& app, const std::string& group, const std::string& name,
                      const std::string& description, const std::vector<Example>& examples);

/// Lets `command` do `act(options)`, with options that live as long as it.
template <class Options>
void let_act(CLI::App& command, Action& action, int (*act)(const Options&),
             std::shared_ptr<Options> options) {
  command.callback([&action, act, options = std::move(options)] {
    action = {[act, options] { return act(*options); }};
  });
}

namespace groups {
inline constexpr const char* files = "Commands that need no cluster";
inline constexpr const char* cluster = "Commands that ask a cluster";
inline constexpr const char* service = "The operator itself";
inline constexpr const char* others = "Other commands";
}  // namespace groups

/// Options that several commands have, with one wording.
CLI::Option* add_files(CLI::App& command, std::vector<std::string>& files,
                       const std::string& what = "custom resources or a bare spec");
void add_bare_name(CLI::App& command, std::string& name);
CLI::Option* add_config(CLI::App& command, std::string& config, const std::string& otherwise = "");
void add_connection(CLI::App& command, std::string& kubeconfig, std::string& context,
                    const std::string& kubeconfigs = "KUBECONFIG, ~/.kube/config");
void add_colour(CLI::App& command);

/// The values that an option takes, where they are listed.
std::vector<std::string> choices(const CLI::Option& option);

}  // namespace cli
