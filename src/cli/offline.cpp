#include "cli/offline.h"

#include "gradient/render/pull_secret.h"
#include "gradient/spec/access_modes.h"
#include "gradient/spec/parent.h"
#include "gradient/spec/read_dataset.h"
#include "gradient/spec/read_model.h"
#include "gradient/spec/read_registry.h"
#include "gradient/spec/reading.h"
#include "json/problem.h"

namespace cli {
namespace {

using gradient::Blocker;
using gradient::Found;
using json::Json;

/// The spec of an object that was found to be free of problems before.
template <class Spec>
Spec valid(gradient::Reading<Spec> reading) {
  return std::get<Spec>(std::move(reading));
}

Blocker undefined(const std::string& kind, const std::string& name, const std::string& used_by) {
  return {kind + "NotFound", used_by + ": no given file defines the " + kind + " " + name};
}

}  // namespace

Offline::Offline(const Inputs& inputs) {
  for (const auto& input : inputs.objects) {
    const bool core = json::string_at(input.object, {"apiVersion"}) == "v1";
    if (!input.ours && !core) continue;  // other groups have a Dataset or Model too
    const auto name = json::string_at(input.object, {"metadata", "namespace"}) + "/" +
                      json::string_at(input.object, {"metadata", "name"});
    objects_[{input.kind(), name}] = &input.object;
  }
}

const Json* Offline::object(const std::string& kind, const std::string& ns,
                            const std::string& name) const {
  const auto found = objects_.find({kind, ns + "/" + name});
  return found == objects_.end() ? nullptr : found->second;
}

std::vector<gradient::AccessMode> Offline::claim_modes(const std::string& ns,
                                                       const std::string& claim) const {
  const auto* found = object("PersistentVolumeClaim", ns, claim);
  return found == nullptr ? std::vector<gradient::AccessMode>{}
                          : gradient::access_modes(json::at(*found, {"spec", "accessModes"}));
}

void Offline::add_dataset(const std::string& ns, const std::string& name,
                          const std::string& used_by, Found& found) const {
  const auto* dataset = object("Dataset", ns, name);
  if (dataset == nullptr) {
    found.blockers.push_back(undefined("Dataset", name, used_by));
    return;
  }
  const auto spec = valid(gradient::read_dataset(*dataset));
  const bool given = !spec.claim_name.empty();
  found.datasets[name] = {
      .claim = given ? spec.claim_name : name,
      .access_modes = given ? claim_modes(ns, spec.claim_name) : spec.access_modes,
      .run_as_user = spec.run_as_user,
      .run_as_group = spec.run_as_group};
}

void Offline::add_model(const std::string& ns, const std::string& id, const std::string& used_by,
                        Found& found) const {
  const auto* model = object("Model", ns, id);
  if (model == nullptr) {
    found.blockers.push_back(undefined("Model", id, used_by));
    return;
  }
  auto spec = valid(gradient::read_model(*model));
  if (!spec.dataset.empty()) {
    add_dataset(ns, spec.dataset, "Model " + id + ": spec.dataset", found);
  }
  std::string pull_secret;
  if (const auto& registry = spec.source.container_registry; !registry.empty()) {
    pull_secret =
        find_pull_secret(ns, registry, "Model " + id + ": spec.source.containerRegistry", found);
  }
  auto modes = claim_modes(ns, spec.source.claim);
  found.models[id] = {.spec = std::move(spec),
                      .claim_access_modes = std::move(modes),
                      .pull_secret = std::move(pull_secret)};
}

std::string Offline::find_pull_secret(const std::string& ns, const std::string& name,
                                      const std::string& used_by, Found& found) const {
  const auto* registry = object("ContainerRegistry", ns, name);
  if (registry != nullptr)
    return gradient::pull_secret_name(name, valid(gradient::read_registry(*registry)));
  found.blockers.push_back(undefined("ContainerRegistry", name, used_by));
  return {};
}

Found Offline::find(const gradient::Parent& parent, const gradient::DeploymentSpec& spec,
                    const gradient::Settings& settings) const {
  Found found;
  const auto needs = gradient::needs(spec, settings);
  for (const auto& name : needs.datasets) {
    add_dataset(parent.ns, name, "spec.repositories.dataset", found);
  }
  for (std::size_t i = 0; i < spec.models.size(); ++i) {
    add_model(parent.ns, spec.models[i].id, json::element_path("spec.models", i) + ".id", found);
  }
  for (const auto& name : needs.registries)
    found.pull_secret = find_pull_secret(parent.ns, name, "spec.containerRegistry", found);
  return found;
}

void Offline::assume(const gradient::Needs& needs, Found& found) {
  for (const auto& name : needs.datasets) {
    if (!found.datasets.contains(name)) found.datasets[name].claim = name;
  }
  for (const auto& id : needs.models) {
    if (found.models.contains(id)) continue;
    auto& source = found.models[id].spec.source;
    source.scheme = gradient::ModelSource::Scheme::Http;
    source.url = "missing://" + id;
  }
  for (auto& [id, model] : found.models) {
    const auto& dataset = model.spec.dataset;
    if (!dataset.empty() && !found.datasets.contains(dataset)) {
      found.datasets[dataset].claim = dataset;
    }
    const auto& registry = model.spec.source.container_registry;
    if (!registry.empty() && model.pull_secret.empty())
      model.pull_secret = gradient::pull_secret_name(registry, {});
  }
  for (const auto& name : needs.registries) {
    if (found.pull_secret.empty()) found.pull_secret = gradient::pull_secret_name(name, {});
  }
  found.blockers.clear();
}

}  // namespace cli
