#include "gradient/render/golden.h"

#include "base/files.h"
#include "gradient/render/claim.h"
#include "gradient/render/pull_secret.h"
#include "gradient/render/render.h"
#include "gradient/spec/access_modes.h"
#include "gradient/spec/needs.h"
#include "gradient/spec/parent.h"
#include "gradient/spec/read_dataset.h"
#include "gradient/spec/read_deployment.h"
#include "gradient/spec/read_model.h"
#include "gradient/spec/read_registry.h"
#include "gradient/spec/read_settings.h"
#include "json/yaml.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace golden {
namespace {

using json::Json;

std::vector<Json> documents(const std::filesystem::path& file) {
  const auto read = json::parse_yaml(base::read_file(file));
  for (const auto& problem : read.problems)
    FAIL(file << ":" << problem.line << ": " << problem.message);
  std::vector<Json> values;
  for (const auto& document : read.documents)
    values.push_back(document.value);
  return values;
}

template <class Value>
Value valid(std::variant<Value, json::Problems> reading) {
  if (const auto* problems = std::get_if<json::Problems>(&reading)) FAIL(json::text(*problems));
  return std::get<Value>(std::move(reading));
}

/// The shipped image bears the version of the project; the folders must outlive that.
gradient::Settings settings(const std::filesystem::path& folder) {
  const auto file = folder / "config.yaml";
  auto settings = exists(file) ? valid(gradient::read_settings(documents(file).at(0)))
                               : gradient::default_settings();
  if (settings.sync_image == gradient::default_settings().sync_image)
    settings.sync_image = "registry.example.com/gradient-sync:1";
  return settings;
}

/// The documents of an input as a stand-in for the cluster.
class World {
 public:
  explicit World(const std::vector<Json>& objects) {
    for (const auto& object : objects)
      objects_[json::string_at(object, {"kind"})][json::string_at(object, {"metadata", "name"})] =
          object;
  }

  const std::map<std::string, Json>& all(const std::string& kind) { return objects_[kind]; }

  gradient::Found find(const gradient::DeploymentSpec& spec, const gradient::Settings& settings) {
    gradient::Found found;
    if (spec.restart_on_secret_change) found.secrets_hash = "hash-of-the-tests";
    const auto needs = gradient::needs(spec, settings);
    for (const auto& name : needs.datasets)
      found.datasets[name] = dataset(name);
    for (const auto& id : needs.models) {
      auto model = valid(gradient::read_model(object("Model", id)));
      if (!model.dataset.empty()) found.datasets[model.dataset] = dataset(model.dataset);
      const auto modes = claim_modes(model.source.claim);
      const auto& registry = model.source.container_registry;
      const auto secret = registry.empty() ? "" : pull_secret(registry);
      found.models[id] = {
          .spec = std::move(model), .claim_access_modes = modes, .pull_secret = secret};
    }
    for (const auto& name : needs.registries)
      found.pull_secret = pull_secret(name);
    return found;
  }

 private:
  std::string pull_secret(const std::string& registry) {
    return gradient::pull_secret_name(
        registry, valid(gradient::read_registry(object("ContainerRegistry", registry))));
  }

  const Json& object(const std::string& kind, const std::string& name) {
    const auto found = objects_[kind].find(name);
    if (found == objects_[kind].end()) FAIL("input.yaml has no " << kind << " " << name);
    return found->second;
  }

  std::vector<gradient::AccessMode> claim_modes(const std::string& claim) {
    if (claim.empty()) return {};
    const auto& modes = json::at(object("PersistentVolumeClaim", claim), {"spec", "accessModes"});
    return gradient::access_modes(modes);
  }

  gradient::FoundDataset dataset(const std::string& name) {
    const auto spec = valid(gradient::read_dataset(object("Dataset", name)));
    const bool given = !spec.claim_name.empty();
    return {.claim = given ? spec.claim_name : name,
            .access_modes = given ? claim_modes(spec.claim_name) : spec.access_modes,
            .run_as_user = spec.run_as_user,
            .run_as_group = spec.run_as_group};
  }

  std::map<std::string, std::map<std::string, Json>> objects_;
};

std::string text(const std::vector<Json>& objects) {
  std::string result;
  for (const auto& object : objects)
    result += (result.empty() ? "" : "---\n") + json::yaml_text(object);
  return result;
}

}  // namespace

std::vector<std::filesystem::path> folders() {
  std::vector<std::filesystem::path> result;
  for (const auto& entry : std::filesystem::directory_iterator(SOURCE_DIR "/tests/golden")) {
    if (exists(entry.path() / "input.yaml")) result.push_back(entry.path());
  }
  std::sort(result.begin(), result.end());
  return result;
}

Input read(const std::filesystem::path& folder) {
  Input input{.settings = settings(folder), .deployments = {}, .claims_and_secrets = {}};
  World world(documents(folder / "input.yaml"));
  for (const auto& [name, object] : world.all("Dataset")) {
    const auto spec = valid(gradient::read_dataset(object));
    if (auto claim = gradient::render_claim(gradient::parent(object), spec, {}))
      input.claims_and_secrets.push_back(std::move(*claim));
  }
  for (const auto& [name, object] : world.all("ContainerRegistry")) {
    const auto spec = valid(gradient::read_registry(object));
    if (spec.secret_name.empty())
      input.claims_and_secrets.push_back(
          gradient::render_pull_secret(gradient::parent(object), spec, password));
  }
  for (const auto& [name, object] : world.all("GradientDeployment")) {
    auto spec = valid(gradient::read_deployment(object));
    auto found = world.find(spec, input.settings);
    input.deployments.push_back({gradient::parent(object), std::move(spec), std::move(found)});
  }
  return input;
}

std::vector<Json> rendered(const Input& input) {
  auto objects = input.claims_and_secrets;
  for (const auto& [parent, spec, found] : input.deployments) {
    auto children = gradient::render(parent, spec, found, input.settings).objects;
    std::move(children.begin(), children.end(), std::back_inserter(objects));
  }
  return objects;
}

void check(const std::filesystem::path& folder, const std::vector<Json>& objects) {
  const auto file = folder / "expected.yaml";
  const char* update = std::getenv("UPDATE_GOLDEN");
  if (update != nullptr && std::string_view(update) == "1") std::ofstream(file) << text(objects);
  CHECK(text(objects) == base::read_file(file));
}

}  // namespace golden
