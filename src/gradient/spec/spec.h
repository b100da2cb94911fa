#pragma once

#include "json/json.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// What users write, typed. Plain values with the defaults of the spec page; the read_*.h
/// beside this header make them of documents. crds/ has the meaning of every field.
namespace gradient {

/// A reference SECRET:NAME or SECRET:SECRET-NAME/KEY.
struct SecretKey {
  std::string secret;  ///< empty: the Secret that the configuration names (gradient-secrets)
  std::string key;
  bool operator==(const SecretKey&) const = default;
};

struct EnvVar {
  std::string name;
  std::variant<std::string, SecretKey> value;
  bool operator==(const EnvVar&) const = default;
};

struct ModelMount {
  std::string id;  ///< name of a Model
  std::string path = "/opt/models";
  bool operator==(const ModelMount&) const = default;
};

/// Which of a repository's submodules, or large files (LFS), a checkout has.
struct Selection {
  enum class Which { All, None, Listed };
  Which which = Which::All;
  std::vector<std::string> listed = {};
  bool operator==(const Selection&) const = default;
};

struct Repository {
  std::string url;
  std::string name;                     ///< the folder below mountPath, exactly as written
  std::string ref;                      ///< branch, tag or full commit; empty: the remote's HEAD
  std::string username;                 ///< empty: none; over ssh it is in the URL
  std::optional<SecretKey> password;    ///< absent: no credential; over ssh always a private key
  bool full_history = false;            ///< as repositories.history says for all
  bool read_only = false;               ///< as repositories.readOnly says for all
  bool over_ssh = false;                ///< as the URL says
  Selection submodules = {};            ///< by their paths from the top of the checkout
  Selection large_files = {};           ///< `lfs`: by patterns
  std::vector<std::string> paths = {};  ///< patterns of the files to check out; empty: all
  bool operator==(const Repository&) const = default;
};

struct GitHubApp {
  std::string app_id;
  std::string installation_id;
  SecretKey private_key;
  std::string api_url;  ///< empty: the usual one of the host
  bool operator==(const GitHubApp&) const = default;
};

/// For repositories, submodules and large files (LFS) whose URLs begin so.
struct HostCredential {
  std::string url;       ///< http or https, without '/' at its end
  std::string username;  ///< empty: any; of an App none
  std::variant<SecretKey, GitHubApp> secret;
  bool operator==(const HostCredential&) const = default;

  /// The password, or the App's private key.
  const SecretKey& key() const {
    const auto* const app = std::get_if<GitHubApp>(&secret);
    return app == nullptr ? std::get<SecretKey>(secret) : app->private_key;
  }
};

struct Repositories {
  std::string dataset;
  std::string mount_path = "/opt/repos";  ///< a folder of the pod, with the checkouts below it
  std::string dataset_path;               ///< where the dataset's own files are; empty: nowhere
  bool dataset_read_only = false;         ///< only with a path
  std::vector<Repository> items;
  std::vector<HostCredential> credentials;
  json::Json resources = {};  ///< of helpers, over the configuration's; null: those
  bool operator==(const Repositories&) const = default;
};

struct HttpCheck {
  std::string path;
  std::optional<int> port;  ///< absent: the container's port
  std::string host;         ///< empty: the pod's address
  std::vector<std::pair<std::string, std::string>> headers;
  bool operator==(const HttpCheck&) const = default;
};

struct ExecCheck {
  std::vector<std::string> command;
  bool operator==(const ExecCheck&) const = default;
};

struct HealthCheck {
  std::variant<HttpCheck, ExecCheck> action;
  int initial_delay_seconds = 0;
  int period_seconds = 10;
  int timeout_seconds = 1;
  int failure_threshold = 3;
  bool operator==(const HealthCheck&) const = default;
};

struct HealthChecks {
  std::optional<HealthCheck> liveness, readiness, startup;
  bool operator==(const HealthChecks&) const = default;
};

enum class Metric { Cpu, Memory, RequestDuration };

struct MetricTarget {
  Metric metric = Metric::Cpu;
  double value = 0;  ///< percent of the machine for cpu and memory; seconds for requestDuration
  bool operator==(const MetricTarget&) const = default;
};

/// Present only when switched on.
struct Autoscaling {
  int max_replicas = 0;
  std::vector<MetricTarget> metrics;
  bool operator==(const Autoscaling&) const = default;
};

struct Resources {
  int replicas = 1;  ///< the lower bound under autoscaling
  std::string instance_type;
  std::optional<Autoscaling> autoscaling;
  bool operator==(const Resources&) const = default;
};

/// What pods have besides what the rest of a spec makes of them.
struct PodTemplate {
  std::map<std::string, std::string> labels = {}, annotations = {};
  json::Json spec = {};  ///< a part of a PodSpec, without nulls; null: none
  bool operator==(const PodTemplate&) const = default;
};

/// A port of the app besides spec.port, and of the Service.
struct Port {
  std::string name;  ///< an IANA service name
  int number = 0;
  std::string app_protocol = {};  ///< empty: not said
  bool operator==(const Port&) const = default;
};

/// How a deployment is reached, where that is not as the configuration says of all.
struct Exposure {
  std::string host = {};  ///< in full; empty: the one that name and namespace make
  std::map<std::string, std::string> annotations = {};  ///< of its Ingress or HTTPRoute
  std::string app_protocol = {};  ///< of the Service's port for spec.port; empty: not said
  std::vector<Port> ports = {};
  bool operator==(const Exposure&) const = default;
};

struct DeploymentSpec {
  bool enabled = true;
  std::string image;
  std::string container_registry;  ///< name of a ContainerRegistry; empty: none
  std::vector<std::string> command;
  std::optional<int> port;  ///< as written
  std::vector<EnvVar> env;
  std::vector<ModelMount> models;
  std::optional<Repositories> repositories;
  HealthChecks health_checks;
  Resources resources;
  Exposure exposure;
  PodTemplate pod_template;
  bool restart_on_secret_change = false;
  bool operator==(const DeploymentSpec&) const = default;

  /// Where the container listens.
  int listening_port() const { return port.value_or(80); }
  /// How many replicas are asked for: 0 when switched off, whatever else is said.
  int replicas() const { return enabled ? resources.replicas : 0; }
  /// Autoscaling is on and there is something to scale.
  bool autoscaled() const { return resources.autoscaling.has_value() && replicas() > 0; }
};

struct ModelSource {
  enum class Scheme { S3, Http, Claim, Gcs, Azure, Sftp, Oci };
  Scheme scheme = Scheme::S3;
  std::string url;
  std::string region;
  std::string endpoint;
  bool path_style = false;
  bool requester_pays = false;                ///< S3 only
  std::vector<std::string> include, exclude;  ///< patterns; empty: all files, no file
  bool unpack = false;                        ///< what is in archives comes in their place
  std::string secret_name;         ///< Secret of the same namespace; empty: no credentials
  std::string account;             ///< Azure only: the storage account; empty: the Secret names it
  bool workload_identity = false;  ///< the credentials are those that the cloud gives the pod
  std::string container_registry;  ///< Oci only: name of a ContainerRegistry; empty: none
  std::string digest;              ///< "sha256:<64 hex>" that the files must have; empty: any
  std::string claim;               ///< Claim only: pvc://CLAIM/PATH
  std::string claim_path;          ///< Claim only: relative, empty for the claim's root
  bool operator==(const ModelSource&) const = default;
};

struct ModelSpec {
  ModelSource source;
  std::string dataset;                        ///< empty: an emptyDir per pod
  std::int64_t refresh_seconds = 0;           ///< 0: never
  std::optional<std::int64_t> grace_seconds;  ///< absent: gradient-sync's default
  json::Json resources = {};                  ///< of helpers, over the configuration's; null: those
  bool operator==(const ModelSpec&) const = default;
};

enum class AccessMode { ReadWriteOnce, ReadOnlyMany, ReadWriteMany, ReadWriteOncePod };
enum class ReclaimPolicy { Retain, Delete };

struct DatasetSpec {
  std::string claim_name;     ///< an existing claim; empty: one is made, named like the Dataset
  std::string size;           ///< canonical quantity; only without claim_name
  std::string storage_class;  ///< empty: the cluster's default
  std::vector<AccessMode> access_modes;  ///< never empty without claim_name
  ReclaimPolicy reclaim_policy = ReclaimPolicy::Retain;
  std::optional<std::int64_t> run_as_user, run_as_group;
  bool operator==(const DatasetSpec&) const = default;
};

struct RegistrySpec {
  std::string secret_name;  ///< an existing dockerconfigjson Secret; then nothing else is set
  std::string server;
  std::string username;
  SecretKey password;
  bool operator==(const RegistrySpec&) const = default;
};

}  // namespace gradient
