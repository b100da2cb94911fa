#include "kube/config/exec_credential.h"

#include "support/folder.h"

#include <catch2/catch.hpp>

namespace kube {
namespace {

using namespace std::chrono_literals;

const ExecPlugin plugin{.api_version = "client.authentication.k8s.io/v1beta1", .command = "login"};

std::string credential(const std::string& status) {
  return R"({"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential",)"
         R"("status":)" +
         status + "}";
}

}  // namespace

TEST_CASE("a plugin is told its version, and the cluster only when it wants to know") {
  const ClusterConfig config{.server = "https://h:1", .tls_server_name = "api", .ca_pem = "CA"};
  CHECK(json::text(exec_info(plugin, config)) ==
        R"({"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential",)"
        R"("spec":{"interactive":false}})");
  auto curious = plugin;
  curious.provide_cluster_info = true;
  CHECK(json::text(exec_info(curious, config)) ==
        R"({"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential",)"
        R"("spec":{"cluster":{"certificate-authority-data":"Q0E=","server":"https://h:1",)"
        R"("tls-server-name":"api"},"interactive":false}})");
}

TEST_CASE("a plugin's credential may have an end, in any way RFC 3339 allows") {
  const auto text = GENERATE(as<std::string>(), "2026-01-31T12:00:00Z", "2026-01-31T12:00:00.5Z",
                             "2026-01-31T14:00:00+02:00", "2026-01-31T07:30:00.123456-04:30");
  const auto read = read_exec_credential(
      credential(R"({"token":"t","expirationTimestamp":")" + text + "\"}"), plugin);
  CHECK(read.token == "t");
  CHECK(read.expires == std::chrono::system_clock::from_time_t(1769860800));
}

TEST_CASE("what is no credential is refused without being repeated") {
  struct Case {
    std::string output;
    std::string problem;
  };
  const auto sample = GENERATE(values<Case>({
      {"hunter2", "its output is not JSON"},
      {R"({"kind":"Status"})", "its output is no ExecCredential"},
      {R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential"})",
       "its output's apiVersion is not client.authentication.k8s.io/v1beta1, which the kubeconfig "
       "asks for"},
      {credential("{}"), "status has neither token nor clientCertificateData"},
      {credential(R"({"token":"hunter2","clientCertificateData":"c"})"),
       "status has only one of clientCertificateData and clientKeyData"},
      {credential(R"({"token":"hunter2","expirationTimestamp":"tomorrow"})"),
       "status.expirationTimestamp is not an RFC 3339 time"},
      {credential(R"({"token":"hunter2","expirationTimestamp":"2026-01-31T12:00:00"})"),
       "status.expirationTimestamp is not an RFC 3339 time"},
  }));
  CHECK_THROWS_WITH(read_exec_credential(sample.output, plugin),
                    "credential plugin login: " + sample.problem);
}

TEST_CASE("a plugin gets its arguments, variables and KUBERNETES_EXEC_INFO") {
  const Folder folder;
  const auto script = folder.write_script(
      "login", "printf '%s' \"$1 $2 $HERE $KUBERNETES_EXEC_INFO\" > " + (folder / "seen").string() +
                   "\necho '" + credential(R"({"token":"t"})") + "'\n");
  auto local = plugin;
  local.command = script.string();
  local.args = {"a b", "c"};
  local.env = {{"HERE", "value"}};
  CHECK(run_plugin(local, {}).token == "t");
  std::ifstream seen(folder / "seen");
  const std::string text(std::istreambuf_iterator<char>(seen), {});
  CHECK(text == "a b c value " + json::text(exec_info(local, {})));
}

TEST_CASE("a plugin that fails is named with the reason") {
  const Folder folder;
  auto local = plugin;
  local.install_hint = "Get it from the shop.";
  local.command = "/no/such/login";
  CHECK_THROWS_WITH(run_plugin(local, {}),
                    "credential plugin /no/such/login: cannot be run: No such file or directory\n"
                    "Get it from the shop.");
  local.command = folder.write_script("fails", "exit 3\n").string();
  CHECK_THROWS_WITH(run_plugin(local, {}),
                    "credential plugin " + local.command + ": ended with exit code 3");
  local.command = folder.write_script("dies", "kill -9 $$\n").string();
  CHECK_THROWS_WITH(run_plugin(local, {}),
                    "credential plugin " + local.command + ": was ended by signal 9");
  local.command = folder.write_script("hangs", "exec sleep 1000\n").string();
  CHECK_THROWS_WITH(run_plugin(local, {}, 50ms), "credential plugin " + local.command +
                                                     ": has not ended within the time allowed");
  local.command = folder.write_script("floods", "exec yes\n").string();
  CHECK_THROWS_WITH(run_plugin(local, {}),
                    "credential plugin " + local.command + ": its output is too long");
}

}  // namespace kube
