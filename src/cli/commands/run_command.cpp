#include "cli/commands/commands.h"
#include "cli/run.h"
#include "gradient/spec/values.h"

namespace cli {
namespace {

std::string lease_name_problem(const std::string& name) {
  return gradient::values::is_dns_subdomain(name)
             ? ""
             : "must be the name of a Lease (lower-case letters, digits, '-' and '.'), such as "
               "gradient-operator";
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  auto& run =
      add_command(app, groups::service, "run", "Run the operator until it is stopped",
                  {{"Watch one namespace of the kubeconfig's cluster", "run --namespace team-a"},
                   {"As the chart runs it, one of several replicas",
                    "run --config config.yaml --leader-elect --log-format json"}});
  auto options = std::make_shared<RunOptions>();
  add_connection(run, options->kubeconfig, options->context,
                 "KUBECONFIG, the pod's service account, ~/.kube/config");
  run.add_option("-n,--namespace", options->namespaces, "Watch this one; repeatable. Default: all")
      ->type_name("NAME");
  add_config(run, options->config);
  run.add_option("--workers", options->workers, "GradientDeployments reconciled at a time")
      ->check(CLI::Range(1, 64))
      ->type_name("N")
      ->capture_default_str();
  run.add_flag("--leader-elect", options->leader_elect, "Reconcile only while holding the Lease");
  run.add_option("--lease-name", options->lease_name,
                 "The Lease, in the operator's own namespace; one for each set of operators")
      ->check(lease_name_problem)
      ->type_name("NAME")
      ->capture_default_str();
  run.add_option("--metrics-address", options->metrics_address,
                 "For /metrics, /healthz and /readyz; empty: none")
      ->type_name("ADDRESS")
      ->capture_default_str();
  run.add_option("--log-format", options->log_format, "How its log is written")
      ->check(CLI::IsMember({"text", "json"}))
      ->type_name("FORMAT")
      ->capture_default_str();
  run.add_option("--log-level", options->log_level, "The least that is logged")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->type_name("LEVEL")
      ->capture_default_str();
  let_act(run, action, &cli::run, std::move(options));
}

}  // namespace cli
