#pragma once

#include "json/json.h"
#include "kube/config/config.h"

#include <chrono>
#include <optional>
#include <string>

namespace kube {

/// What a credential plugin printed (client.authentication.k8s.io, kind ExecCredential): a token, a
/// certificate with its key, or both.
struct ExecCredential {
  std::string token;
  ClientCertificate certificate;
  std::optional<std::chrono::system_clock::time_point> expires;
};

/// The value of KUBERNETES_EXEC_INFO.
json::Json exec_info(const ExecPlugin& plugin, const ClusterConfig& config);

/// Reads a plugin's output. Throws ConfigError naming the plugin and the field, never the value.
ExecCredential read_exec_credential(const std::string& output, const ExecPlugin& plugin);

/// Runs the plugin, without a terminal, and reads what it says; its standard error goes to ours.
/// Throws ConfigError, with the install hint when there is no such command.
ExecCredential run_plugin(const ExecPlugin& plugin, const ClusterConfig& config,
                          std::chrono::milliseconds limit = std::chrono::seconds(60));

}  // namespace kube
