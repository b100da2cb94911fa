#include "gradient/spec/fit.h"

#include "gradient/spec/access_modes.h"
#include "gradient/spec/values.h"

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

void refuse_git_protocol(const DeploymentSpec& spec, json::Problems& problems) {
  if (!spec.repositories) return;
  const auto& repositories = spec.repositories->items;
  for (std::size_t i = 0; i < repositories.size(); ++i) {
    if (values::scheme(repositories[i].url) != "git") continue;
    problems.push_back({"spec.repositories.repositories[" + std::to_string(i) + "].url",
                        "is a git:// URL, whose content anybody on the way can change; write an "
                        "https URL, or have sync.allowGitProtocol set in the operator's "
                        "configuration"});
  }
}

}  // namespace

Reading<DeploymentSpec> read_deployment(const json::Json& object, const Settings& settings) {
  auto reading = read_deployment(object);
  const auto* spec = std::get_if<DeploymentSpec>(&reading);
  if (spec == nullptr) return reading;
  json::Problems problems;
  if (settings.instance_type(spec->resources.instance_type) == nullptr) {
    problems.push_back({"spec.resources.instanceType",
                        "there is no machine \"" + spec->resources.instance_type +
                            "\" here; there are " + settings.instance_type_names()});
  }
  if (!settings.allow_git_protocol) refuse_git_protocol(*spec, problems);
  if (problems.empty()) return reading;
  return problems;
}

json::Problems idle_fields(const DeploymentSpec& spec, const Settings& settings) {
  if (!spec.autoscaled() || !settings.request_duration_metric.empty()) return {};
  json::Problems fields;
  const auto& metrics = spec.resources.autoscaling->metrics;
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    if (metrics[i].metric != Metric::RequestDuration) continue;
    fields.push_back({"spec.resources.autoscaling.metrics[" + std::to_string(i) + "].metric",
                      "requestDuration has no effect, as the operator's configuration names no "
                      "metric for it; set metrics.requestDuration.name there, or scale by cpu or "
                      "memory"});
  }
  return fields;
}

std::vector<Blocker> misfits(const DeploymentSpec& spec, const Found& found) {
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
                      "spec.models[" + std::to_string(i) + "].id: the files of Model " +
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
