#pragma once

#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace gradient {

/// A key of a Secret that must exist before anything is applied. An empty key: the Secret alone.
struct SecretNeed {
  std::string secret, key;
  std::string used_by;  ///< "spec.env[2].value"
  bool operator==(const SecretNeed&) const = default;
};

/// What a GradientDeployment refers to by name, all of its own namespace. Datasets of Models are
/// not here: they are known once the Model is.
struct Needs {
  std::set<std::string> datasets, models, registries;
  std::vector<SecretNeed> secrets;
};

Needs needs(const DeploymentSpec& spec, const Settings& settings);

/// The Secret of a Model's source with the keys that its scheme cannot do without. `used_by` is the
/// path of the Model's spec in messages ("spec", or "Model llm: spec").
std::vector<SecretNeed> needs(const ModelSpec& spec, const std::string& used_by);

/// The Secret that every Ingress names, with what a certificate consists of; empty without one. It
/// is in the way of the endpoint alone.
std::vector<SecretNeed> needs(const Endpoint& endpoint);

/// The Secret that holds a registry's password, or that is the registry's pull secret.
SecretNeed need(const RegistrySpec& spec, const Settings& settings);

/// Why a deployment has to wait.
struct Missing {
  std::string reason;       ///< condition reason: "DatasetNotFound", ...
  std::string message;      ///< names the object, the field that refers to it and the remedy
  bool is_passing = false;  ///< about to be decided without the user: not worth telling
  bool operator==(const Missing&) const = default;
};

struct FoundDataset {
  std::string claim;
  std::vector<AccessMode> access_modes;  ///< of the claim as it is
  std::optional<std::int64_t> run_as_user, run_as_group;
};

struct FoundModel {
  ModelSpec spec;
  std::vector<AccessMode> claim_access_modes;  ///< of a pvc:// source's claim
};

/// What exists of it. When `missing` is empty, everything the Needs name is in the maps.
struct Found {
  std::map<std::string, FoundDataset> datasets;  ///< those of models included
  std::map<std::string, FoundModel> models;
  std::string pull_secret;  ///< name of the dockerconfigjson Secret; empty: none needed
  std::vector<std::string> pull_servers;  ///< what it is for (pull::server_of); empty: not known
  std::string host_owner;  ///< "ns/name" of an older deployment with the same host; empty: none
  std::optional<Missing> certificate;  ///< why the endpoint's Secret cannot serve
  std::vector<Missing> missing;
};

}  // namespace gradient
