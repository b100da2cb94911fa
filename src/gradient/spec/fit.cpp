#include "gradient/spec/fit.h"

#include "gradient/spec/access_modes.h"

#include <algorithm>

namespace gradient {
namespace {

bool only(const std::vector<AccessMode>& modes, AccessMode mode) {
  return !modes.empty() &&
         std::all_of(modes.begin(), modes.end(), [&](AccessMode m) { return m == mode; });
}

int most_replicas(const DeploymentSpec& spec) {
  return spec.autoscaled() ? spec.resources.autoscaling->max_replicas : spec.replicas();
}

}  // namespace

Reading<DeploymentSpec> read_deployment(const json::Json& object, const Settings& settings) {
  auto reading = read_deployment(object);
  const auto* spec = std::get_if<DeploymentSpec>(&reading);
  if (spec == nullptr || settings.instance_type(spec->resources.instance_type) != nullptr) {
    return reading;
  }
  return json::Problems{
      {"spec.resources.instanceType",
       "there is no such machine here; there are " + settings.instance_type_names()}};
}

std::vector<Missing> misfits(const DeploymentSpec& spec, const Found& found) {
  std::vector<Missing> result;
  if (spec.repositories) {
    const auto dataset = found.datasets.find(spec.repositories->dataset);
    if (dataset != found.datasets.end() &&
        only(dataset->second.access_modes, AccessMode::ReadOnlyMany)) {
      result.push_back({"DatasetNotWritable",
                        "spec.repositories.dataset: the claim of Dataset " + dataset->first +
                            " is ReadOnlyMany, but repositories are cloned into it; use a Dataset "
                            "whose access modes allow writing"});
    }
  }
  if (most_replicas(spec) < 2) return result;
  for (const auto& [name, dataset] : found.datasets) {
    if (!only(dataset.access_modes, AccessMode::ReadWriteOncePod)) continue;
    result.push_back(
        {"DatasetNotShareable",
         "spec.resources.replicas: the claim of Dataset " + name +
             " is ReadWriteOncePod, so one pod at most can use it; ask for 1 replica or "
             "use a Dataset with ReadWriteMany"});
  }
  return result;
}

}  // namespace gradient
