#include "gradient/render/rollout.h"

#include "gradient/render/model.h"
#include "gradient/spec/access_modes.h"

namespace gradient {
namespace {

using Modes = std::vector<AccessMode>;

bool on_one_node(const InstanceType* machine) {
  return machine != nullptr &&
         !json::at(machine->node_selector, {"kubernetes.io/hostname"}).is_null();
}

/// Why pods of two revisions may not get a claim at the same time; empty when they do.
std::string obstacle(const Modes& modes, Access access, const InstanceType* machine) {
  if (modes.empty() || has_mode(modes, AccessMode::ReadWriteMany)) return {};
  if (access == Access::ReadOnly && has_mode(modes, AccessMode::ReadOnlyMany)) return {};
  if (has_mode(modes, AccessMode::ReadWriteOnce))
    return on_one_node(machine) ? "" : "is ReadWriteOnce and pods may land on several nodes";
  if (has_mode(modes, AccessMode::ReadWriteOncePod)) return "is ReadWriteOncePod";
  return {};
}

std::string dataset_obstacle(const std::string& dataset, const Found& found,
                             const InstanceType* machine) {
  const auto& modes = found.datasets.at(dataset).access_modes;
  const auto why = obstacle(modes, Access::ReadWrite, machine);
  return why.empty() ? "" : "the claim of Dataset " + dataset + " " + why;
}

std::string model_obstacle(const std::string& model, const Found& found,
                           const InstanceType* machine) {
  const auto& there = found.models.at(model);
  const auto& dataset = there.spec.dataset;
  if (!dataset.empty() && is_synced(there.spec)) return dataset_obstacle(dataset, found, machine);
  const auto why = obstacle(there.claim_access_modes, Access::ReadOnly, machine);
  return why.empty() ? "" : "the claim of Model " + model + " " + why;
}

std::string first_obstacle(const DeploymentSpec& spec, const Found& found,
                           const Settings& settings) {
  const auto* machine = settings.instance_type(spec.resources.instance_type);
  auto why = claim_obstacle(spec, found, settings);
  if (why.empty() && machine != nullptr && machine->gpus > 0 && !settings.spare_gpus)
    why = "instance type " + machine->name + " needs GPUs and rollout.spareGpus is not set";
  return why;
}

}  // namespace

std::string claim_obstacle(const DeploymentSpec& spec, const Found& found,
                           const Settings& settings) {
  const auto* machine = settings.instance_type(spec.resources.instance_type);
  std::string why;
  if (spec.repositories) why = dataset_obstacle(spec.repositories->dataset, found, machine);
  for (const auto& model : spec.models) {
    if (why.empty()) why = model_obstacle(model.id, found, machine);
  }
  return why;
}

Rollout rollout(const DeploymentSpec& spec, const Found& found, const Settings& settings) {
  const auto why = first_obstacle(spec, found, settings);
  if (why.empty()) return {1, 0, "a new pod is ready before an old one ends"};
  return {0, 1, "an old pod ends before its successor starts: " + why};
}

}  // namespace gradient
