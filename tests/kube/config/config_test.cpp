#include "kube/config/config.h"

#include "support/folder.h"

#include <catch2/catch.hpp>

namespace kube {
namespace {

/// One context, cluster and user of the given contents.
std::string kubeconfig(const std::string& cluster, const std::string& user,
                       const std::string& context = "") {
  return "apiVersion: v1\nkind: Config\ncurrent-context: c\n"
         "contexts: [{name: c, context: {cluster: k, user: u" +
         (context.empty() ? "" : ", " + context) + "}}]\nclusters: [{name: k, cluster: {" +
         cluster + "}}]\nusers: [{name: u, user: {" + user + "}}]\n";
}

const std::string server = "server: 'https://h:6443'";

/// KUBECONFIG for the time of a test.
class Environment {
 public:
  explicit Environment(const std::string& kubeconfig) {
    setenv("KUBECONFIG", kubeconfig.c_str(), 1);
  }
  ~Environment() {
    if (former_.empty()) {
      unsetenv("KUBECONFIG");
    } else {
      setenv("KUBECONFIG", former_.c_str(), 1);
    }
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  std::string former_ = std::getenv("KUBECONFIG") == nullptr ? "" : std::getenv("KUBECONFIG");
};

}  // namespace

TEST_CASE("a context is a cluster, a user and a namespace") {
  const Folder folder;
  const auto file = folder.write(
      "config", kubeconfig(server + ", tls-server-name: api, certificate-authority-data: Q0E=, "
                                    "proxy-url: 'http://proxy:3128'",
                           "client-certificate-data: Q1JU, client-key-data: S0VZ, as: jane, "
                           "as-groups: [a, b]",
                           "namespace: team"));
  const auto config = load_config(file, "");
  CHECK(config.server == "https://h:6443");
  CHECK(config.tls_server_name == "api");
  CHECK(config.ca_pem == "CA");
  CHECK(config.client_certificate_pem == "CRT");
  CHECK(config.client_key_pem == "KEY");
  CHECK(config.proxy_url == "http://proxy:3128");
  CHECK(config.impersonate_user == "jane");
  CHECK(config.impersonate_groups == std::vector<std::string>{"a", "b"});
  CHECK(config.ns == "team");
  CHECK_FALSE(config.insecure_skip_tls_verify);
}

TEST_CASE("the namespace is default when the context has none") {
  const Folder folder;
  CHECK(load_config(folder.write("config", kubeconfig(server, "token: t")), "").ns == "default");
}

TEST_CASE("paths are relative to the file that they are in") {
  const Folder folder;
  const auto file =
      folder.write("sub/config", kubeconfig(server + ", certificate-authority: ca.crt",
                                            "client-certificate: ../crt, client-key: /etc/key, "
                                            "tokenFile: t/token"));
  const auto config = load_config(file, "");
  CHECK(config.ca_file == folder / "sub/ca.crt");
  CHECK(config.client_certificate_file == folder / "sub/../crt");
  CHECK(config.client_key_file == "/etc/key");
  CHECK(config.token_file == folder / "sub/t/token");
}

TEST_CASE("data beats the file of the same name") {
  const Folder folder;
  const auto file = folder.write(
      "config",
      kubeconfig(server + ", certificate-authority: ca.crt, certificate-authority-data: Q0E=",
                 "client-certificate: crt, client-certificate-data: Q1JU, client-key: key"));
  const auto config = load_config(file, "");
  CHECK(config.ca_pem == "CA");
  CHECK(config.ca_file.empty());
  CHECK(config.client_certificate_pem == "CRT");
  CHECK(config.client_certificate_file.empty());
}

TEST_CASE("a context can be chosen by its name") {
  const Folder folder;
  const auto file = folder.write("config", R"(
current-context: a
contexts:
- {name: a, context: {cluster: k}}
- {name: b, context: {cluster: l}}
clusters:
- {name: k, cluster: {server: "http://k"}}
- {name: l, cluster: {server: "http://l"}}
)");
  CHECK(load_config(file, "").server == "http://k");
  CHECK(load_config(file, "b").server == "http://l");
  CHECK_THROWS_WITH(load_config(file, "z"), file.string() + ": contexts: has no entry named z");
}

TEST_CASE("of several files the first says what an entry means") {
  const Folder folder;
  const auto first = folder.write("1/config", R"(
contexts: [{name: a, context: {cluster: k, user: u}}]
clusters: [{name: k, cluster: {server: "http://first"}}]
)");
  const auto second = folder.write("2/config", R"(
current-context: a
clusters: [{name: k, cluster: {server: "http://second"}}]
users: [{name: u, user: {tokenFile: token}}]
)");
  const Environment environment(first.string() + ":" + (folder / "none").string() +
                                "::" + second.string());
  const auto config = load_config("", "");
  CHECK(config.server == "http://first");
  CHECK(config.token_file == folder / "2/token");
}

TEST_CASE("a list of files that do not exist is refused") {
  const Environment environment("/no/such/a:/no/such/b");
  CHECK_THROWS_WITH(load_config("", ""),
                    "KUBECONFIG: none of the files exists: /no/such/a:/no/such/b");
}

TEST_CASE("a plugin is read with what it is run with") {
  const Folder folder;
  const auto file = folder.write("config", kubeconfig(server, R"(exec: {
    apiVersion: client.authentication.k8s.io/v1, command: ./bin/login, args: [a, b],
    env: [{name: NAME, value: v}], provideClusterInfo: true, installHint: get it,
    interactiveMode: IfAvailable})"));
  const auto plugin = load_config(file, "").exec;
  REQUIRE(plugin);
  CHECK(plugin->api_version == "client.authentication.k8s.io/v1");
  CHECK(plugin->command == (folder / "./bin/login").string());
  CHECK(plugin->args == std::vector<std::string>{"a", "b"});
  CHECK(plugin->env == std::vector<std::pair<std::string, std::string>>{{"NAME", "v"}});
  CHECK(plugin->provide_cluster_info);
  CHECK(plugin->install_hint == "get it");
}

TEST_CASE("what a kubeconfig cannot mean is refused with file and field") {
  struct Case {
    std::string cluster, user, problem;
  };
  const std::string exec = "exec: {apiVersion: client.authentication.k8s.io/v1, command: c";
  const auto sample = GENERATE_COPY(values<Case>({
      {"a: b", "", "clusters[k].cluster.server: is missing"},
      {"server: [a]", "", "clusters[k].cluster.server: must be a string"},
      {"server: h", "", "clusters[k].cluster.server: must begin with https:// or http://"},
      {server + ", certificate-authority-data: '%'", "",
       "clusters[k].cluster.certificate-authority-data: is not base64"},
      {server + ", insecure-skip-tls-verify: true, certificate-authority: ca", "",
       "clusters[k].cluster.insecure-skip-tls-verify: excludes certificate-authority; remove one "
       "of them"},
      {server + ", insecure-skip-tls-verify: maybe", "",
       "clusters[k].cluster.insecure-skip-tls-verify: must be true or false"},
      {server + ", proxy-url: 'socks5://p'", "",
       "clusters[k].cluster.proxy-url: only http:// proxies are supported"},
      {server + ", proxy-url: 'https://p'", "",
       "clusters[k].cluster.proxy-url: only http:// proxies are supported"},
      {server, "auth-provider: {name: gcp}",
       "users[u].user.auth-provider: is not supported, Kubernetes has removed it; use exec "
       "instead"},
      {server, "client-certificate: crt", "users[u].user.client-key: is missing"},
      {server, "client-key: key", "users[u].user.client-certificate: is missing"},
      {server, "token: hunter2, username: joe",
       "users[u].user.username: excludes token and tokenFile; remove one of them"},
      {server, "token: 123", "users[u].user.token: must be a string"},
      {server, "as-groups: [a]", "users[u].user.as-groups: needs as"},
      {server, "as: a, as-groups: a", "users[u].user.as-groups: must be a list of strings"},
      {server, "as: \"a\\r\\nX: y\"", "users[u].user.as: holds a control character"},
      {server, "as: a, as-uid: b", "users[u].user.as-uid: is not supported; remove it"},
      {server, "as: a, as-user-extra: {a: [b]}",
       "users[u].user.as-user-extra: is not supported; remove it"},
      {server, "exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: c}",
       "users[u].user.exec.apiVersion: must be client.authentication.k8s.io/v1 or v1beta1"},
      {server, "exec: {apiVersion: client.authentication.k8s.io/v1}",
       "users[u].user.exec.command: is missing"},
      {server, exec + ", env: [{name: A, value: a}, {name: B, value: 1}]}",
       "users[u].user.exec.env[1].value: must be a string"},
      {server, exec + ", interactiveMode: Always}",
       "users[u].user.exec.interactiveMode: is Always, but there is no terminal here"},
  }));
  const Folder folder;
  const auto file = folder.write("config", kubeconfig(sample.cluster, sample.user));
  CHECK_THROWS_WITH(load_config(file, ""), file.string() + ": " + sample.problem);
}

TEST_CASE("an entry that a context names must be there") {
  const Folder folder;
  const auto file = folder.write("config", R"(
contexts: [{name: a, context: {cluster: k}}, {name: b, context: {}}]
)");
  CHECK_THROWS_WITH(load_config(file, "a"), file.string() + ": clusters: has no entry named k");
  CHECK_THROWS_WITH(load_config(file, "b"),
                    file.string() + ": contexts[b].context.cluster: is missing");
  CHECK_THROWS_WITH(load_config(file, ""),
                    file.string() + ": current-context: is not set; set it or name a context");
}

TEST_CASE("a file that cannot be read is named") {
  const Folder folder;
  CHECK_THROWS_WITH(load_config("/no/such/config", ""),
                    "/no/such/config: No such file or directory");
  const auto file = folder.write("config", "a: [\n");
  CHECK_THROWS_WITH(load_config(file, ""), Catch::StartsWith(file.string() + ":"));
}

TEST_CASE("a pod talks to its own cluster with its service account") {
  const Folder folder;
  folder.write("namespace", "team\n");
  const auto config = in_cluster_config("10.96.0.1", "443", folder / ".");
  CHECK(config.server == "https://10.96.0.1:443");
  CHECK(config.ca_file == folder / "." / "ca.crt");
  CHECK(config.token_file == folder / "." / "token");
  CHECK(config.ns == "team");
  CHECK(in_cluster_config("fd00::1", "443", "/no/such").server == "https://[fd00::1]:443");
  CHECK(in_cluster_config("fd00::1", "443", "/no/such").ns == "default");
}

}  // namespace kube
