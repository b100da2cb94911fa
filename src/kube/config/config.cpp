#include "kube/config/config.h"

#include "base/files.h"
#include "json/yaml.h"
#include "kube/config/kubeconfig.h"

#include <cstdlib>

namespace kube {
namespace {

constexpr const char* service_account = "/var/run/secrets/kubernetes.io/serviceaccount";
constexpr std::size_t max_kubeconfig = 3U << 20U;

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets variables
  return value == nullptr ? "" : value;
}

std::string first_line(const std::filesystem::path& file) {
  const auto text = base::read_file(file, 4096);
  return text.substr(0, text.find_first_of("\r\n"));
}

Kubeconfig read_kubeconfig(const std::filesystem::path& file) {
  try {
    const auto text = base::read_file(file, max_kubeconfig);
    return {file, json::parse_single_yaml(text, file.string())};
  } catch (const std::exception& error) {
    throw ConfigError(error.what());
  }
}

/// Those of the colon-separated files that exist, each once.
std::vector<Kubeconfig> read_list(const std::string& list) {
  std::vector<Kubeconfig> files;
  std::size_t begin = 0;
  while (begin <= list.size()) {
    const auto end = std::min(list.find(':', begin), list.size());
    const std::filesystem::path file = list.substr(begin, end - begin);
    begin = end + 1;
    if (!file.empty() && std::filesystem::exists(file)) files.push_back(read_kubeconfig(file));
  }
  if (files.empty()) throw ConfigError("KUBECONFIG: none of the files exists: " + list);
  return files;
}

bool runs_in_cluster() {
  return !environment("KUBERNETES_SERVICE_HOST").empty() &&
         !environment("KUBERNETES_SERVICE_PORT").empty() &&
         std::filesystem::exists(std::filesystem::path(service_account) / "token");
}

}  // namespace

ClusterConfig in_cluster_config(const std::string& host, const std::string& port,
                                const std::filesystem::path& folder) {
  ClusterConfig config;
  const bool is_ipv6 = host.find(':') != std::string::npos;
  config.server = "https://" + (is_ipv6 ? "[" + host + "]" : host) + ":" + port;
  config.ca_file = folder / "ca.crt";
  config.token_file = folder / "token";
  config.ns = std::filesystem::exists(folder / "namespace") ? first_line(folder / "namespace") : "";
  if (config.ns.empty()) config.ns = "default";
  return config;
}

ClusterConfig load_config(const std::filesystem::path& kubeconfig, const std::string& context) {
  if (!kubeconfig.empty()) return cluster_config({read_kubeconfig(kubeconfig)}, context);
  const auto list = environment("KUBECONFIG");
  if (!list.empty()) return cluster_config(read_list(list), context);
  if (runs_in_cluster()) {
    return in_cluster_config(environment("KUBERNETES_SERVICE_HOST"),
                             environment("KUBERNETES_SERVICE_PORT"), service_account);
  }
  const auto home = std::filesystem::path(environment("HOME")) / ".kube" / "config";
  if (std::filesystem::exists(home)) return cluster_config({read_kubeconfig(home)}, context);
  throw ConfigError(
      "no cluster to talk to: give --kubeconfig, set KUBECONFIG, or run in a pod with a service "
      "account");
}

}  // namespace kube
