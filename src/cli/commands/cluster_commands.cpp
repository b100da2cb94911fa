#include "base/ascii.h"
#include "cli/commands/commands.h"
#include "cli/commands/completion.h"
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

/// "gdep/my-app" and the like become "my-app".
std::string target_problem(std::string& target) {
  const auto slash = target.find('/');
  if (slash != std::string::npos) {
    const auto kind = base::lower(target.substr(0, slash));
    const bool is_ours = kind == "gdep" || kind == "gradientdeployment" ||
                         kind == "gradientdeployments" ||
                         kind == "gradientdeployments.gradient-operator.dev" ||
                         kind == "gradientdeployments.v1alpha1.gradient-operator.dev";
    if (!is_ours) return "must be the name of a GradientDeployment, such as my-app or gdep/my-app";
    target.erase(0, slash + 1);
  }
  return name_problem(target);
}

void add_target(CLI::App& command, TargetOptions& options, const std::string& about) {
  command.add_option("NAME", options.name, about)
      ->transform(CLI::Validator(target_problem, ""))
      ->type_name(deployment_type);
  command.add_option("-n,--namespace", options.ns, "Default: the context's")->type_name("NAME");
  add_connection(command, options.kubeconfig, options.context);
  add_colour(command);
}

void add_status(CLI::App& app, Action& action) {
  auto& status = add_command(
      app, groups::cluster, "status",
      "A line of each deployment, or one screen about one: conditions, content, pods, children, "
      "recent events",
      {{"All deployments of the namespace", "status"},
       {"Those of all namespaces, as they change", "status -A --watch"},
       {"All about one", "status demo"},
       {"In another namespace and cluster", "status gdep/demo -n team-a --context staging"}});
  auto options = std::make_shared<StatusOptions>();
  add_target(status, *options, "The GradientDeployment, also as gdep/NAME; default: all");
  status.add_flag("-A,--all-namespaces", options->all_namespaces, "Of all namespaces");
  status.add_flag("-w,--watch", options->watch, "Go on until interrupted");
  status.parse_complete_callback([options] {
    if (options->all_namespaces && !options->name.empty())
      throw CLI::ValidationError("NAME", "is of one namespace; leave it out, or --all-namespaces");
  });
  let_act(status, action, &cli::status, std::move(options));
}

CLI::Validator duration() {
  return CLI::Validator(
      [](std::string& text) -> std::string {
        const auto seconds = gradient::values::duration_seconds(text);
        if (!seconds || *seconds <= 0)
          return "must be a duration above zero, such as 45s, 10m or 1h30m";
        text = std::to_string(*seconds);
        return {};
      },
      "");
}

void add_logs(CLI::App& app, Action& action) {
  auto& logs = add_command(
      app, groups::cluster, "logs", "Logs of app and helper containers of all pods of a deployment",
      {{"The last lines of every container", "logs demo --tail 20"},
       {"What comes, also of new pods", "logs demo --follow"},
       {"Why the app was restarted", "logs demo -c app --previous"},
       {"Of all deployments whose pods have a label, lately", "logs -l team=search --since 10m"}});
  auto options = std::make_shared<LogsOptions>();
  add_target(logs, *options, "The GradientDeployment, also as gdep/NAME");
  logs.add_option("-l,--selector", options->selector,
                  "Only pods with these labels; without NAME, of all deployments")
      ->type_name("LABELS");
  logs.add_option("-c,--container", options->container, "Only this container, such as app")
      ->type_name("NAME");
  auto* const follow =
      logs.add_flag("-f,--follow", options->follow, "Go on, also with new pods, until interrupted");
  logs.add_flag("-p,--previous", options->previous, "Of the runs before the last restart")
      ->excludes(follow);
  logs.add_option("--since", options->since, "What is newer than this, such as 10m")
      ->transform(duration())
      ->type_name("DURATION");
  logs.add_option("--tail", options->tail,
                  "Lines of each container. Default: 100; with --since, all")
      ->check(CLI::Range(0, 1000000))
      ->type_name("N");
  logs.add_flag("--raw", options->raw, "Lines of helpers as they write them, in JSON");
  logs.parse_complete_callback([options] {
    if (options->name.empty() && options->selector.empty())
      throw CLI::RequiredError("NAME, or --selector,");
  });
  let_act(logs, action, &cli::logs, std::move(options));
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
  let_act(diff, action, &cli::diff, std::move(options));
}

}  // namespace

void add_cluster_commands(CLI::App& app, Action& action) {
  add_diff(app, action);
  add_status(app, action);
  add_logs(app, action);
}

}  // namespace cli
