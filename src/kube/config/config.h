#pragma once

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace kube {

/// The configuration cannot be used. Names file and field, never a credential.
struct ConfigError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A credential plugin (client.authentication.k8s.io/v1 or v1beta1).
struct ExecPlugin {
  std::string api_version{}, command{};
  std::vector<std::string> args{};
  std::vector<std::pair<std::string, std::string>> env{};
  bool provide_cluster_info = false;
  std::string install_hint{};
};

/// A certificate chain and its private key as PEM texts; both empty for none.
struct ClientCertificate {
  std::string certificate_pem, key_pem;
  bool operator==(const ClientCertificate&) const = default;
};

/// The client's configuration (client-go's rest.Config): how to reach one API server, and as whom.
/// PEM texts are the content; files are re-read when they change.
struct ClusterConfig {
  std::string server{};           ///< "https://10.0.0.1:6443", may have a path prefix
  std::string tls_server_name{};  ///< empty: the server's host
  bool insecure_skip_tls_verify = false;
  std::string ca_pem{};
  std::filesystem::path ca_file{};
  std::string client_certificate_pem{}, client_key_pem{};
  std::filesystem::path client_certificate_file{}, client_key_file{};
  std::string token{};
  std::filesystem::path token_file{};  ///< re-read every minute and after a 401
  std::string username{}, password{};  ///< basic authentication
  std::optional<ExecPlugin> exec{};
  std::string impersonate_user{};
  std::vector<std::string> impersonate_groups{};
  std::string proxy_url{};  ///< http:// only
  std::string ns{};         ///< the context's namespace, or the pod's; "default" otherwise
};

/// From a service account's mounted files.
ClusterConfig in_cluster_config(const std::string& host, const std::string& port,
                                const std::filesystem::path& folder);

/// Where from: `kubeconfig` (flag --kubeconfig), else the list in KUBECONFIG, else in-cluster
/// files, else ~/.kube/config. `context` empty: the current one. Throws ConfigError.
ClusterConfig load_config(const std::filesystem::path& kubeconfig, const std::string& context);

}  // namespace kube
