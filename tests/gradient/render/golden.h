#pragma once

#include "gradient/spec/found.h"
#include "gradient/spec/parent.h"
#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"
#include "json/json.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

/// The folders of tests/golden: input.yaml (custom resources of all kinds, and claims that they
/// name), config.yaml (the operator's configuration; may be left out) and expected.yaml (every
/// object that is made of them, in order).
namespace golden {

/// What render_pull_secret is given for every registry.
inline constexpr const char* password = "password-of-the-tests";

struct Deployment {
  gradient::Parent parent;
  gradient::DeploymentSpec spec;
  gradient::Found found;
};

struct Input {
  gradient::Settings settings;
  std::vector<Deployment> deployments;
  std::vector<json::Json> claims_and_secrets;  ///< rendered already
};

/// All folders, sorted.
std::vector<std::filesystem::path> folders();

/// Fails the test when a document has problems, or refers to one that is not there.
Input read(const std::filesystem::path& folder);

/// Claims and pull secrets, then the children of each deployment.
std::vector<json::Json> rendered(const Input& input);

/// Compares with expected.yaml; with UPDATE_GOLDEN=1 in the environment, writes it instead.
void check(const std::filesystem::path& folder, const std::vector<json::Json>& objects);

}  // namespace golden
