#include "cli/commands/commands.h"
#include "cli/diff.h"
#include "cli/logs.h"
#include "cli/status.h"
#include "gradient/spec/values.h"

namespace cli {
namespace {

/// Any other name cannot be that of an object; an empty one would ask for all of them.
std::string name_problem(const std::string& name) {
  return gradient::values::is_deployment_name(name)
             ? ""
             : "must be a DNS label of at most 50 characters that begins with a letter, such as "
               "my-app";
}

void add_target(CLI::App& command, TargetOptions& options) {
  command.add_option("NAME", options.name, "The GradientDeployment")
      ->required()
      ->check(name_problem);
  command.add_option("-n,--namespace", options.ns, "Default: the context's")->type_name("NAME");
  add_connection(command, options.kubeconfig, options.context);
  add_colour(command);
}

void add_status(CLI::App& app, Action& action) {
  auto& status = add_command(app, groups::cluster, "status",
                             "One screen about a deployment: conditions, content, pods, children, "
                             "recent events",
                             {{"All about one", "status demo"},
                              {"In another namespace and cluster",
                               "status demo --namespace team-a --context staging"}});
  auto options = std::make_shared<TargetOptions>();
  add_target(status, *options);
  let_act(status, action, &cli::status, std::move(options), true);
}

void add_logs(CLI::App& app, Action& action) {
  auto& logs = add_command(app, groups::cluster, "logs",
                           "Logs of app and helper containers of all pods of a deployment",
                           {{"The last lines of every container", "logs demo --tail 20"},
                            {"What comes, also of new pods", "logs demo --follow"}});
  auto options = std::make_shared<LogsOptions>();
  add_target(logs, *options);
  logs.add_flag("-f,--follow", options->follow, "Go on, also with new pods, until interrupted");
  logs.add_option("--tail", options->tail, "Lines of each container")
      ->check(CLI::Range(0, 1000000))
      ->type_name("N")
      ->capture_default_str();
  let_act(logs, action, &cli::logs, std::move(options), true);
}

void add_diff(CLI::App& app, Action& action) {
  auto& diff = add_command(
      app, groups::cluster, "diff",
      "Show what applying a file would change in the cluster; exit 1 when anything would",
      {{"Before kubectl apply -f app.yaml", "diff -f app.yaml"},
       {"A bare spec, as the deployment demo", "diff -f spec.yaml --name demo -n team-a"}});
  auto options = std::make_shared<DiffOptions>();
  add_files(diff, options->files)->required();
  add_bare_name(diff, options->name);
  diff.add_option("-n,--namespace", options->ns,
                  "For objects that name none; default: the context's")
      ->type_name("NAME");
  add_connection(diff, options->kubeconfig, options->context);
  add_config(diff, options->config, "; default: its ConfigMap in the cluster");
  add_colour(diff);
  let_act(diff, action, &cli::diff, std::move(options), true);
}

}  // namespace

void add_cluster_commands(CLI::App& app, Action& action) {
  add_diff(app, action);
  add_status(app, action);
  add_logs(app, action);
}

}  // namespace cli
