#include "kube/config/kubeconfig.h"

#include "base/base64.h"
#include "kube/config/address.h"

#include <algorithm>

namespace kube {
namespace {

/// One entry ("cluster", "user", "context") of one file.
class Entry {
 public:
  Entry(const Kubeconfig& file, std::string where, const json::Json& body)
      : file_(file), where_(std::move(where)), body_(body) {}

  [[noreturn]] void refuse(const std::string& field, const std::string& problem) const {
    throw ConfigError(name(field) + ": " + problem);
  }
  std::string name(const std::string& field) const {
    return file_.file.string() + ": " + where_ + "." + field;
  }
  bool has(const char* field) const { return !json::at(body_, {field}).is_null(); }

  std::string text(const char* field) const {
    const auto& value = json::at(body_, {field});
    if (value.is_null()) return "";
    if (!value.is_string()) refuse(field, "must be a string");
    return value.as_string();
  }
  bool flag(const char* field) const {
    const auto& value = json::at(body_, {field});
    if (value.is_null()) return false;
    if (!value.is_boolean()) refuse(field, "must be true or false");
    return value.as_bool();
  }
  std::vector<std::string> texts(const char* field) const {
    const auto& value = json::at(body_, {field});
    if (value.is_null()) return {};
    if (!value.is_array()) refuse(field, "must be a list of strings");
    std::vector<std::string> result;
    for (const auto& element : value.as_array()) {
      if (!element.is_string()) refuse(field, "must be a list of strings");
      result.push_back(element.as_string());
    }
    return result;
  }
  std::filesystem::path path(const char* field) const {
    const auto value = text(field);
    return value.empty() ? std::filesystem::path() : beside_file(value);
  }
  std::filesystem::path beside_file(const std::string& relative) const {
    return std::filesystem::absolute(file_.file).parent_path() / relative;
  }
  /// The content of FIELD-data, which beats the file in FIELD.
  std::string decoded(const char* field) const {
    const auto decoded = base::base64_decode(text(field));
    if (!decoded) refuse(field, "is not base64");
    return *decoded;
  }
  Entry inner(const char* field) const {
    return {file_, where_ + "." + field, json::at(body_, {field})};
  }
  std::vector<Entry> elements(const char* field) const {
    std::vector<Entry> result;
    for (const auto& element : json::elements_at(body_, {field})) {
      const auto index = std::to_string(result.size());
      result.push_back({file_, where_ + "." + field + "[" + index + "]", element});
    }
    return result;
  }

 private:
  const Kubeconfig& file_;
  std::string where_;
  const json::Json& body_;
};

bool has_control_character(const std::string& text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
}

std::string file_names(const std::vector<Kubeconfig>& files) {
  std::string names;
  for (const auto& file : files)
    names += (names.empty() ? "" : ", ") + file.file.string();
  return names;
}

std::string current_context(const std::vector<Kubeconfig>& files) {
  for (const auto& file : files) {
    auto name = json::string_at(file.content, {"current-context"});
    if (!name.empty()) return name;
  }
  throw ConfigError(file_names(files) + ": current-context: is not set; set it or name a context");
}

/// The entry called `name` of list `list`, whose content is in member `member`.
Entry find(const std::vector<Kubeconfig>& files, const char* list, const char* member,
           const std::string& name) {
  for (const auto& file : files) {
    for (const auto& element : json::elements_at(file.content, {list})) {
      if (json::string_at(element, {"name"}) != name) continue;
      return {file, std::string(list) + "[" + name + "]." + member, json::at(element, {member})};
    }
  }
  throw ConfigError(file_names(files) + ": " + list + ": has no entry named " + name);
}

void read_cluster(const Entry& cluster, ClusterConfig& config) {
  config.server = cluster.text("server");
  if (config.server.empty()) cluster.refuse("server", "is missing");
  parse_address(config.server, cluster.name("server"));
  config.tls_server_name = cluster.text("tls-server-name");
  config.insecure_skip_tls_verify = cluster.flag("insecure-skip-tls-verify");
  config.ca_pem = cluster.decoded("certificate-authority-data");
  if (config.ca_pem.empty()) config.ca_file = cluster.path("certificate-authority");
  const bool has_ca = !config.ca_pem.empty() || !config.ca_file.empty();
  if (config.insecure_skip_tls_verify && has_ca) {
    cluster.refuse("insecure-skip-tls-verify",
                   "excludes certificate-authority; remove one of them");
  }
  config.proxy_url = cluster.text("proxy-url");
  if (!config.proxy_url.empty() && !config.proxy_url.starts_with("http://")) {
    cluster.refuse("proxy-url", "only http:// proxies are supported");
  }
  if (!config.proxy_url.empty()) parse_address(config.proxy_url, cluster.name("proxy-url"));
}

ExecPlugin read_plugin(const Entry& exec) {
  ExecPlugin plugin;
  plugin.api_version = exec.text("apiVersion");
  if (plugin.api_version != "client.authentication.k8s.io/v1" &&
      plugin.api_version != "client.authentication.k8s.io/v1beta1") {
    exec.refuse("apiVersion", "must be client.authentication.k8s.io/v1 or v1beta1");
  }
  plugin.command = exec.text("command");
  if (plugin.command.empty()) exec.refuse("command", "is missing");
  if (plugin.command.find('/') != std::string::npos) {
    plugin.command = exec.beside_file(plugin.command).string();
  }
  plugin.args = exec.texts("args");
  for (const auto& variable : exec.elements("env"))
    plugin.env.emplace_back(variable.text("name"), variable.text("value"));
  plugin.provide_cluster_info = exec.flag("provideClusterInfo");
  plugin.install_hint = exec.text("installHint");
  if (exec.text("interactiveMode") == "Always") {
    exec.refuse("interactiveMode", "is Always, but there is no terminal here");
  }
  return plugin;
}

void read_impersonation(const Entry& user, ClusterConfig& config) {
  config.impersonate_user = user.text("as");
  config.impersonate_groups = user.texts("as-groups");
  if (has_control_character(config.impersonate_user)) {
    user.refuse("as", "holds a control character");
  }
  for (const auto& group : config.impersonate_groups) {
    if (has_control_character(group)) user.refuse("as-groups", "holds a control character");
  }
  if (config.impersonate_user.empty() && !config.impersonate_groups.empty()) {
    user.refuse("as-groups", "needs as");
  }
  for (const auto* field : {"as-uid", "as-user-extra"}) {
    if (user.has(field)) user.refuse(field, "is not supported; remove it");
  }
}

void read_user(const Entry& user, ClusterConfig& config) {
  if (user.has("auth-provider")) {
    user.refuse("auth-provider", "is not supported, Kubernetes has removed it; use exec instead");
  }
  config.client_certificate_pem = user.decoded("client-certificate-data");
  if (config.client_certificate_pem.empty()) {
    config.client_certificate_file = user.path("client-certificate");
  }
  config.client_key_pem = user.decoded("client-key-data");
  if (config.client_key_pem.empty()) config.client_key_file = user.path("client-key");
  const bool has_certificate =
      !config.client_certificate_pem.empty() || !config.client_certificate_file.empty();
  const bool has_key = !config.client_key_pem.empty() || !config.client_key_file.empty();
  if (has_certificate && !has_key) user.refuse("client-key", "is missing");
  if (has_key && !has_certificate) user.refuse("client-certificate", "is missing");
  config.token = user.text("token");
  config.token_file = user.path("tokenFile");
  config.username = user.text("username");
  config.password = user.text("password");
  const bool has_token = !config.token.empty() || !config.token_file.empty();
  if (has_token && !config.username.empty()) {
    user.refuse("username", "excludes token and tokenFile; remove one of them");
  }
  if (user.has("exec")) config.exec = read_plugin(user.inner("exec"));
  read_impersonation(user, config);
}

}  // namespace

ClusterConfig cluster_config(const std::vector<Kubeconfig>& files, const std::string& context) {
  const auto name = context.empty() ? current_context(files) : context;
  const auto chosen = find(files, "contexts", "context", name);
  ClusterConfig config;
  const auto cluster = chosen.text("cluster");
  if (cluster.empty()) chosen.refuse("cluster", "is missing");
  read_cluster(find(files, "clusters", "cluster", cluster), config);
  const auto user = chosen.text("user");
  if (!user.empty()) read_user(find(files, "users", "user", user), config);
  config.ns = chosen.text("namespace");
  if (config.ns.empty()) config.ns = "default";
  return config;
}

}  // namespace kube
