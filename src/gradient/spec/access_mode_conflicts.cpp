#include "gradient/spec/access_mode_conflicts.h"

#include "gradient/spec/access_modes.h"
#include "json/problem.h"

#include <algorithm>

namespace gradient {
namespace {

bool only(const std::vector<AccessMode>& modes, AccessMode mode) {
  return !modes.empty() &&
         std::all_of(modes.begin(), modes.end(), [&](AccessMode m) { return m == mode; });
}

bool read_only(const FoundDataset& dataset) {
  return only(dataset.access_modes, AccessMode::ReadOnlyMany);
}

int most_replicas(const DeploymentSpec& spec) {
  return spec.autoscaled() ? spec.resources.autoscaling->max_replicas : spec.replicas();
}

}  // namespace

std::vector<Blocker> access_mode_conflicts(const DeploymentSpec& spec, const Found& found) {
  std::vector<Blocker> result;
  if (spec.repositories) {
    const auto dataset = found.datasets.find(spec.repositories->dataset);
    if (dataset != found.datasets.end() && read_only(dataset->second)) {
      result.push_back({"DatasetNotWritable",
                        "spec.repositories.dataset: the claim of Dataset " + dataset->first +
                            " is ReadOnlyMany, but repositories are cloned into it; use a Dataset "
                            "whose access modes allow writing"});
    }
  }
  for (std::size_t i = 0; i < spec.models.size(); ++i) {
    const auto model = found.models.find(spec.models[i].id);
    if (model == found.models.end()) continue;
    const auto dataset = found.datasets.find(model->second.spec.dataset);
    if (dataset == found.datasets.end() || !read_only(dataset->second)) continue;
    result.push_back({"DatasetNotWritable",
                      json::element_path("spec.models", i) + ".id: the files of Model " +
                          model->first + " are kept on Dataset " + dataset->first +
                          ", whose claim is ReadOnlyMany; name a Dataset in the Model whose "
                          "access modes allow writing, or none"});
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
  for (const auto& [id, model] : found.models) {
    if (!only(model.claim_access_modes, AccessMode::ReadWriteOncePod)) continue;
    result.push_back({"DatasetNotShareable",
                      "spec.resources.replicas: the claim " + model.spec.source.claim +
                          " of Model " + id +
                          " is ReadWriteOncePod, so one pod at most can use it; ask for 1 replica "
                          "or use a claim with ReadWriteMany"});
  }
  return result;
}

}  // namespace gradient
