#include "cli/exit_code.h"
#include "cli/import.h"
#include "cli/render.h"
#include "cli/run.h"
#include "cli/validate.h"

#include <CLI/CLI.hpp>

#include <iostream>

namespace {

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

void add_render(CLI::App& app, cli::RenderOptions& options) {
  auto* const render =
      app.add_subcommand("render", "Print the objects that a spec becomes; needs no cluster");
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
  validate
      ->add_option("-f,--file", options.files,
                   "Files, folders or - for stdin: custom resources or a bare spec")
      ->required();
  validate->add_option("--name", options.name, "Name of the deployment of a bare spec");
  validate->add_option("--config", options.config, "The operator's configuration file");
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

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Runs Gradient deployment specs on Kubernetes", "gradient-operator");
  app.set_version_flag("--version", PROJECT_VERSION);
  app.require_subcommand(1);
  cli::RunOptions run_options;
  cli::RenderOptions render_options;
  cli::ValidateOptions validate_options;
  cli::ImportOptions import_options;
  add_run(app, run_options);
  add_render(app, render_options);
  add_validate(app, validate_options);
  add_import(app, import_options);
  try {
    app.parse(argc, argv);
    if (app.got_subcommand("run")) return cli::run(run_options);
    if (app.got_subcommand("import")) return cli::import_specs(import_options);
    if (app.got_subcommand("render")) return cli::render(render_options);
    return cli::validate(validate_options);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? cli::Fine : cli::Usage;
  } catch (const std::exception& error) {
    std::cerr << "gradient-operator: " << error.what() << '\n';
    return cli::Failure;
  }
}
