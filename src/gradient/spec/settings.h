#pragma once

#include "gradient/spec/spec.h"
#include "json/json.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradient {

/// A machine of the catalogue. Quantities in canonical form ("500m", "30Gi"); empty: not set.
struct InstanceType {
  std::string name;  ///< as listed, such as "P4000x2"
  std::string cpu_request, cpu_limit, memory_request, memory_limit;
  int gpus = 0;
  std::string gpu_resource = "nvidia.com/gpu";
  std::string shared_memory;  ///< size of /dev/shm; empty: the runtime's 64 MiB
  json::Json node_selector;   ///< object or null
  json::Json tolerations;     ///< array or null
  std::string runtime_class;
};

enum class PodSecurity { Baseline, Restricted };
enum class Placement { Scheduler, Spread };

/// How deployments are reached from outside of the cluster: each gets a host of its own below
/// `domain`, and an Ingress or an HTTPRoute for it.
struct Endpoint {
  std::string domain = {};
  std::string ingress_class = {};  ///< empty: HTTPRoutes of the gateway below
  std::string gateway_namespace = {}, gateway_name = {};
  std::string gateway_section = {};  ///< a listener's name; empty: all that fit
  bool https = false;                ///< of the URL that users see
  std::string tls_secret = {};       ///< of an Ingress; empty: none given
  /// cert-manager's annotation and the issuer; empty: no certificate is asked for.
  std::string issuer_annotation = {}, issuer = {};
  std::map<std::string, std::string> annotations = {};  ///< of the Ingress or HTTPRoute
  /// Hosts that deployments may choose, without the domain ("chat"; "*": any), by namespace ("*":
  /// all).
  std::map<std::string, std::vector<std::string>> allowed_hosts = {};
  /// Annotations that deployments may set; one that ends in "*" is how their keys begin.
  std::vector<std::string> allowed_annotations = {};

  bool by_ingress() const { return !ingress_class.empty(); }
};

/// Which labels metrics of objects have besides those of their kind. Objects that are alike in what
/// is left are counted together.
struct MetricLabels {
  bool ns = true, name = true;  ///< no name without its namespace
  bool reason = true;
};

/// What a repository or a model may have at most. As shipped these are gradient-sync's own.
struct ContentLimits {
  std::int64_t files = 2'000'000;  ///< and folders
  std::int64_t bytes = std::int64_t{16} << 40;
  std::int64_t depth = 100;  ///< parts of a path
};

/// What the cluster's owner decides: the operator's configuration file (docs/configuration.md).
struct Settings {
  std::map<std::string, InstanceType> instance_types;  ///< keyed by lower-case name
  std::string sync_image;
  std::string sync_pull_secret;  ///< empty: none
  json::Json sync_resources;     ///< `resources` of helper containers
  std::optional<std::int64_t> run_as_user, fs_group;
  std::string known_hosts;  ///< host keys for git over ssh where a Secret has none
  std::string ca_bundle;    ///< PEM; trusted in addition to the public authorities
  std::string http_proxy, https_proxy, no_proxy;
  ContentLimits limits;
  /// How long after a change to look for content that nobody uses, in seconds; empty: never.
  std::optional<std::int64_t> collect_after = 600;
  std::string secret_name = "gradient-secrets";
  bool labelled_secrets_only = false;  ///< see names::secret_label
  /// How long a terminating pod goes on serving, by a preStop sleep, until it gets no more
  /// requests; 0: no sleep.
  std::int64_t drain_seconds = 5;
  PodTemplate pod_template = {};  ///< of all deployments, below each one's own
  std::string cluster_domain = "cluster.local";
  std::optional<Endpoint> endpoint;     ///< empty: deployments are reached within the cluster only
  std::string request_duration_metric;  ///< external metric's name; empty: not available
  json::Json
      request_duration_selector;  ///< matchLabels of the metric, with ${name} and ${namespace}
  MetricLabels metric_labels = {};
  PodSecurity pod_security = PodSecurity::Baseline;
  Placement placement = Placement::Scheduler;  ///< who spreads pods over nodes and zones
  bool allow_git_protocol = false;
  bool allow_probe_host = false;
  bool allow_local_addresses = false;
  bool automount_service_account_token = false;
  bool spare_gpus = false;
  /// Whether a written port without a readiness check gets one that looks whether the app listens.
  bool default_readiness = true;
  bool pod_template_is_allowed = true;  ///< for a deployment to have one
  bool pod_template_may_set_machine = false;

  /// Letter case ignored; null when the catalogue has no such machine.
  const InstanceType* instance_type(std::string_view name) const;
  /// All names as listed, "C1, C2, ...": what a message about an unknown one shows.
  std::string instance_type_names() const;
  /// Adds or replaces.
  void set_instance_type(InstanceType type);
  void remove_instance_type(std::string_view name);
};

/// What holds without a configuration file: Gradient's machines, no node selectors.
Settings default_settings();

}  // namespace gradient
