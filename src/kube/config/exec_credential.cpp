#include "kube/config/exec_credential.h"

#include "base/base64.h"
#include "base/files.h"
#include "base/process.h"
#include "base/rfc3339.h"

#include <spdlog/spdlog.h>

#include <map>
#include <unistd.h>

namespace kube {
namespace {

constexpr std::size_t max_output = 1U << 20U;

[[noreturn]] void refuse(const ExecPlugin& plugin, const std::string& problem) {
  throw ConfigError("credential plugin " + plugin.command + ": " + problem);
}

/// Ours, as "NAME=value", with these instead of or in addition to it.
std::vector<std::string> with_our_environment(
    const std::vector<std::pair<std::string, std::string>>& more) {
  std::map<std::string, std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    merged.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  for (const auto& [name, value] : more)
    merged[name] = value;
  std::vector<std::string> texts;
  texts.reserve(merged.size());
  for (const auto& [name, value] : merged) {
    auto& text = texts.emplace_back(name);
    text += '=';
    text += value;
  }
  return texts;
}

std::string ca_data(const ClusterConfig& config) {
  if (!config.ca_pem.empty()) return base::base64_encode(config.ca_pem);
  return config.ca_file.empty() ? "" : base::base64_encode(base::read_file(config.ca_file));
}

json::Json cluster_info(const ClusterConfig& config) {
  return json::object({
      {"server", config.server},
      {"tls-server-name", json::text_or_null(config.tls_server_name)},
      {"insecure-skip-tls-verify",
       config.insecure_skip_tls_verify ? json::Json::boolean(true) : json::Json()},
      {"certificate-authority-data", json::text_or_null(ca_data(config))},
      {"proxy-url", json::text_or_null(config.proxy_url)},
  });
}

}  // namespace

json::Json exec_info(const ExecPlugin& plugin, const ClusterConfig& config) {
  return json::object({
      {"apiVersion", plugin.api_version},
      {"kind", "ExecCredential"},
      {"spec", json::object({
                   {"interactive", false},
                   {"cluster", plugin.provide_cluster_info ? cluster_info(config) : json::Json()},
               })},
  });
}

ExecCredential read_exec_credential(const std::string& output, const ExecPlugin& plugin) {
  json::Json document;
  try {
    document = json::parse(output);
  } catch (const std::invalid_argument&) {
    refuse(plugin, "its output is not JSON");
  }
  if (json::string_at(document, {"kind"}) != "ExecCredential") {
    refuse(plugin, "its output is no ExecCredential");
  }
  if (json::string_at(document, {"apiVersion"}) != plugin.api_version) {
    refuse(plugin, "its output's apiVersion is not " + plugin.api_version +
                       ", which the kubeconfig asks for");
  }
  ExecCredential credential;
  credential.token = json::string_at(document, {"status", "token"});
  credential.certificate = {json::string_at(document, {"status", "clientCertificateData"}),
                            json::string_at(document, {"status", "clientKeyData"})};
  const auto& certificate = credential.certificate;
  if (certificate.certificate_pem.empty() != certificate.key_pem.empty()) {
    refuse(plugin, "status has only one of clientCertificateData and clientKeyData");
  }
  if (credential.token.empty() && certificate.certificate_pem.empty()) {
    refuse(plugin, "status has neither token nor clientCertificateData");
  }
  const auto expires = json::string_at(document, {"status", "expirationTimestamp"});
  if (!expires.empty()) {
    credential.expires = base::parse_rfc3339(expires);
    if (!credential.expires) refuse(plugin, "status.expirationTimestamp is not an RFC 3339 time");
  }
  return credential;
}

ExecCredential run_plugin(const ExecPlugin& plugin, const ClusterConfig& config,
                          std::chrono::milliseconds limit) {
  auto arguments = plugin.args;
  arguments.insert(arguments.begin(), plugin.command);
  auto variables = plugin.env;
  variables.emplace_back("KUBERNETES_EXEC_INFO", json::text(exec_info(plugin, config)));
  const auto result = [&] {
    try {
      return base::run({.arguments = std::move(arguments),
                        .environment = with_our_environment(variables),
                        .longest_output = max_output,
                        .limit = limit});
    } catch (const base::ProcessError& error) {
      using Cause = base::ProcessError::Cause;
      if (error.cause != Cause::NotStarted) refuse(plugin, error.what());
      refuse(plugin, std::string("cannot be run: ") + error.what() +
                         (plugin.install_hint.empty() ? "" : "\n" + plugin.install_hint));
    }
  }();
  if (!result.errors.empty()) {
    spdlog::warn("credential plugin said command={} text=\"{}\"", plugin.command, result.errors);
  }
  if (result.signal != 0) refuse(plugin, "was ended by signal " + std::to_string(result.signal));
  if (result.exit_code != 0)
    refuse(plugin, "ended with exit code " + std::to_string(result.exit_code));
  return read_exec_credential(result.output, plugin);
}

}  // namespace kube
