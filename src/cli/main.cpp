#include "cli/diff.h"
#include "cli/exit_code.h"
#include "cli/import.h"
#include "cli/logs.h"
#include "cli/render.h"
#include "cli/run.h"
#include "cli/status.h"
#include "cli/validate.h"
#include "gradient/spec/values.h"
#include "json/reader.h"
#include "version.h"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <iostream>

namespace {

std::string lease_name_problem(const std::string& name) {
  return gradient::values::is_dns_subdomain(name)
             ? ""
             : "must be the name of a Lease (lower-case letters, digits, '-' and '.'), such as "
               "gradient-operator";
}

void add_run(CLI::App& app, cli::RunOptions& options) {
  auto* const run = app.add_subcommand("run", "Run the operator until it is stopped");
  run->add_option("--kubeconfig", options.kubeconfig,
                  "Default: KUBECONFIG, the pod's service account, ~/.kube/config");
  run->add_option("--context", options.context, "Default: the kubeconfig's current one");
  run->add_option("-n,--namespace", options.namespaces, "Watch this one; repeatable. Default: all");
  run->add_option("--config", options.config, "The operator's configuration file");
  run->add_option("--workers", options.workers, "GradientDeployments reconciled at a time")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  run->add_flag("--leader-elect", options.leader_elect, "Reconcile only while holding the Lease");
  run->add_option("--lease-name", options.lease_name,
                  "The Lease, in the operator's own namespace; one for each set of operators")
      ->check(lease_name_problem)
      ->capture_default_str();
  run->add_option("--metrics-address", options.metrics_address,
                  "For /metrics, /healthz and /readyz; empty: none")
      ->capture_default_str();
  run->add_option("--log-format", options.log_format)
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  run->add_option("--log-level", options.log_level)
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str();
}

/// Any other name cannot be that of an object; an empty one would ask for all of them.
std::string name_problem(const std::string& name) {
  return gradient::values::is_deployment_name(name)
             ? ""
             : "must be a DNS label of at most 50 characters that begins with a letter, such as "
               "my-app";
}

void add_target(CLI::App& command, cli::TargetOptions& options) {
  command.add_option("NAME", options.name, "The GradientDeployment")
      ->required()
      ->check(name_problem);
  command.add_option("-n,--namespace", options.ns, "Default: the context's");
  command.add_option("--kubeconfig", options.kubeconfig, "Default: KUBECONFIG, ~/.kube/config");
  command.add_option("--context", options.context, "Default: the kubeconfig's current one");
}

void add_status(CLI::App& app, cli::TargetOptions& options) {
  add_target(*app.add_subcommand("status",
                                 "One screen about a deployment: conditions, content, pods, "
                                 "children, recent events"),
             options);
}

void add_logs(CLI::App& app, cli::LogsOptions& options) {
  auto* const logs =
      app.add_subcommand("logs", "Logs of app and helper containers of all pods of a deployment");
  add_target(*logs, options);
  logs->add_flag("-f,--follow", options.follow, "Go on, also with new pods, until interrupted");
  logs->add_option("--tail", options.tail, "Lines of each container")
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
}

void add_diff(CLI::App& app, cli::DiffOptions& options) {
  auto* const diff = app.add_subcommand(
      "diff", "Show what applying a file would change in the cluster; exit 1 when anything would");
  diff->add_option("-f,--file", options.files,
                   "Files, folders or - for stdin: custom resources or a bare spec")
      ->required();
  diff->add_option("--name", options.name, "Name of the deployment of a bare spec");
  diff->add_option("-n,--namespace", options.ns,
                   "For objects that name none; default: the context's");
  diff->add_option("--kubeconfig", options.kubeconfig, "Default: KUBECONFIG, ~/.kube/config");
  diff->add_option("--context", options.context, "Default: the kubeconfig's current one");
  diff->add_option("--config", options.config,
                   "The operator's configuration file; default: its ConfigMap in the cluster");
}

void add_render(CLI::App& app, cli::RenderOptions& options) {
  auto* const render = app.add_subcommand("render",
                                          "Print the objects that a spec becomes, to apply them "
                                          "without the operator; needs no cluster");
  render
      ->add_option("-f,--file", options.files,
                   "Files, folders or - for stdin: custom resources or a bare spec")
      ->required();
  render->add_option("--name", options.name, "Name of the deployment of a bare spec");
  render->add_option("-n,--namespace", options.ns, "For objects that name none")
      ->capture_default_str();
  render->add_option("--config", options.config, "The operator's configuration file");
  render->add_flag("--assume-missing", options.assume_missing,
                   "Render references that no file defines with defaults, and warn");
  render->add_option("-o,--output", options.output)
      ->check(CLI::IsMember({"yaml", "json"}))
      ->capture_default_str();
}

void add_validate(CLI::App& app, cli::ValidateOptions& options) {
  auto* const validate =
      app.add_subcommand("validate", "Say what is wrong with a spec: FILE:LINE: field: problem");
  validate->add_option("-f,--file", options.files,
                       "Files, folders or - for stdin: custom resources or a bare spec");
  validate->add_option("--name", options.name, "Name of the deployment of a bare spec");
  validate->add_option("--config", options.config,
                       "The operator's configuration file; alone, it is what is looked at");
  validate->final_callback([&options] {
    if (options.files.empty() && options.config.empty())
      throw CLI::RequiredError("--file, or --config alone,");
  });
}

void add_import(CLI::App& app, cli::ImportOptions& options) {
  auto* const import =
      app.add_subcommand("import",
                         "Turn specs of the Gradient platform, of any version, into "
                         "objects; comments say what is left to do");
  import->add_option("-f,--file", options.files, "Files, folders or - for stdin: Gradient specs")
      ->required();
  import->add_option("--name", options.name, "Name of the deployment; default: the spec's own");
  import->add_option("--config", options.config, "The operator's configuration file");
}

/// As it was called: kubectl finds its plugins by the names of files.
std::string own_name(const std::string& file) {
  const bool is_plugin = file.substr(file.rfind('/') + 1) == "kubectl-gradient";
  return is_plugin ? "kubectl gradient" : "gradient-operator";
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

/// The exit code of a command: not `code` when its output has not reached its place, which is told.
int written(const std::string& name, int code) {
  if (std::cout.flush()) return code;
  std::cerr << name << ": standard output cannot be written\n";
  return cli::Failure;
}

/// cpprestsdk's own threads do not survive the destruction of its statics.
[[noreturn]] void leave(int code) {
  std::_Exit(code);
}

}  // namespace

int main(int argc, char** argv) {
  const auto name = own_name(argv[0]);
  CLI::App app("Runs Gradient deployment specs on Kubernetes", name);
  app.set_version_flag("--version", full_version);
  app.require_subcommand(1);
  cli::RunOptions run_options;
  cli::RenderOptions render_options;
  cli::ValidateOptions validate_options;
  cli::ImportOptions import_options;
  cli::DiffOptions diff_options;
  cli::TargetOptions status_options;
  cli::LogsOptions logs_options;
  add_run(app, run_options);
  add_render(app, render_options);
  add_validate(app, validate_options);
  add_import(app, import_options);
  add_diff(app, diff_options);
  add_status(app, status_options);
  add_logs(app, logs_options);
  if (const auto problem = command_problem(app, argc > 1 ? argv[1] : ""); !problem.empty()) {
    std::cerr << name << ": " << problem << "\nRun with --help for more information.\n";
    return cli::Usage;
  }
  try {
    app.parse(argc, argv);
    if (app.got_subcommand("run")) return cli::run(run_options);
    if (app.got_subcommand("diff")) leave(written(name, cli::diff(diff_options)));
    if (app.got_subcommand("status")) leave(written(name, cli::status(status_options)));
    if (app.got_subcommand("logs")) leave(written(name, cli::logs(logs_options)));
    if (app.got_subcommand("import")) return written(name, cli::import_specs(import_options));
    if (app.got_subcommand("render")) return written(name, cli::render(render_options));
    return cli::validate(validate_options);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? cli::Fine : cli::Usage;
  } catch (const std::exception& error) {
    std::cerr << name << ": " << error.what() << '\n';
    return cli::Failure;
  }
}
