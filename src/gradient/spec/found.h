#pragma once

#include "gradient/spec/blocker.h"
#include "gradient/spec/spec.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gradient {

/// The reason of Found::host.
inline constexpr const char* host_taken = "HostTaken";

/// A Dataset that can be used.
struct FoundDataset {
  std::string claim;
  std::vector<AccessMode> access_modes;  ///< of the claim as it is
  std::optional<std::int64_t> run_as_user, run_as_group;
};

/// A Model that can be used.
struct FoundModel {
  ModelSpec spec;
  std::vector<AccessMode> claim_access_modes;  ///< of a pvc:// source's claim
  std::string pull_secret = {};  ///< of an oci:// source's ContainerRegistry; empty: none needed
};

/// What exists of what a GradientDeployment needs. Without blockers and not pending, everything the
/// Needs name is in the maps.
struct Found {
  std::map<std::string, FoundDataset> datasets;  ///< those of models included
  std::map<std::string, FoundModel> models;
  std::string pull_secret;  ///< name of the dockerconfigjson Secret; empty: none needed
  std::vector<std::string> pull_servers;  ///< what it is for (pull::server_of); empty: not known
  std::string secrets_hash;               ///< see environment_secrets(); empty: none wanted
  std::optional<Blocker> certificate;     ///< why the endpoint's Secret cannot serve
  std::optional<Blocker> host;            ///< why the host of spec.endpoint cannot be had
  std::vector<Blocker> blockers;          ///< why the rest cannot be used
  /// Something was made so recently that its own reconciler has not looked at it. What comes of
  /// that brings the deployment back; until then there is nothing to report.
  bool is_pending = false;
};

}  // namespace gradient
