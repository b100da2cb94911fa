#include "gradient/render/clean_up_job.h"

#include "gradient/render/helper.h"
#include "gradient/render/labels.h"
#include "gradient/render/pod_parts.h"
#include "gradient/spec/access_modes.h"
#include "gradient/spec/helper_arguments.h"
#include "gradient/spec/names.h"

#include <algorithm>
#include <filesystem>

namespace gradient {
namespace {

using json::array;
using json::array_or_null;
using json::Json;
using json::object;

/// Long enough for millions of files; what is not done by then is done by a later Job.
constexpr int deadline_seconds = 1800;
/// For what uses the volume and is not in this namespace.
constexpr int grace_seconds = 3600;
/// For the operator to read the result, and before the next attempt.
constexpr int seconds_after_finished = 600;
/// Of one that removes nothing: another that does may be due soon.
constexpr int seconds_after_measured = 120;

/// Adds NAME when `path` has a part like FOLDER/NAME.
void add_name_in(const std::string& path, std::string_view folder, std::set<std::string>& names) {
  const auto at = path.find(folder);
  if (at == std::string::npos) return;
  const auto begin = at + folder.size();
  const auto name = path.substr(begin, path.find('/', begin) - begin);
  if (!name.empty()) names.insert(name);
}

void add_path(const std::string& written, ContentUse& content) {
  const auto path = std::filesystem::path(written).lexically_normal().string();
  add_name_in(path, ".gradient/checkouts/", content.checkouts);
  add_name_in(path, ".gradient/models/", content.models);
}

void add_container(const Json& container, ContentUse& content) {
  if (const auto repository = repository_arguments(container))
    content.checkouts.insert(repository->key);
  if (const auto model = model_arguments(container)) add_path(model->target, content);
  for (const auto& mount : json::elements_at(container, {"volumeMounts"})) {
    for (const char* field : {"subPath", "subPathExpr"})
      add_path(json::string_at(mount, {field}), content);
  }
}

CollectArguments arguments(const CleanUp& clean_up) {
  CollectArguments result{.volume = helper_paths::volume,
                          .grace_seconds = grace_seconds,
                          .listed_at = clean_up.listed_at,
                          .keep = clean_up.in_use.checkouts,
                          .models = without(clean_up.known, clean_up.in_use).models};
  for (const auto& key : clean_up.known.checkouts)
    result.owners.insert(names::checkout_owner(key));
  return result;
}

/// For a volume that is attached to one node: there, or the Job's pod and the app's next one could
/// keep each other waiting.
Json beside(const Json* neighbour) {
  if (neighbour == nullptr) return {};
  const auto node = json::string_at(*neighbour, {"spec", "nodeName"});
  const auto term = object({{"matchFields", array({object({{"key", "metadata.name"},
                                                           {"operator", "In"},
                                                           {"values", json::strings({node})}})})}});
  return object({{"nodeAffinity", object({{"requiredDuringSchedulingIgnoredDuringExecution",
                                           object({{"nodeSelectorTerms", array({term})}})}})}});
}

Json job_pod(const FoundDataset& found, const CleanUp& clean_up, const Settings& settings) {
  auto parts = helper_parts(
      {.name = "collect",
       .arguments = words(arguments(clean_up)),
       .volume_mounts = {mount(claim_volume(found.claim), helper_paths::volume, Access::ReadWrite)},
       .dataset = &found},
      settings);
  parts.claims = {{found.claim, Access::ReadWrite}};
  const auto* neighbour = clean_up.neighbour;
  return object({
      {"affinity", beside(neighbour)},
      {"automountServiceAccountToken", false},
      {"containers", array(parts.init_containers)},
      {"enableServiceLinks", false},
      {"imagePullSecrets", array_or_null(parts.image_pull_secrets)},
      {"restartPolicy", "Never"},
      {"securityContext", pod_security_context(parts, settings)},
      {"tolerations",
       neighbour == nullptr ? Json() : json::at(*neighbour, {"spec", "tolerations"})},
      {"volumes", array(pod_volumes(parts))},
  });
}

}  // namespace

bool mounts_claim(const Json& pod_spec, const std::string& claim) {
  const auto& volumes = json::elements_at(pod_spec, {"volumes"});
  return std::any_of(volumes.begin(), volumes.end(), [&](const Json& volume) {
    return json::string_at(volume, {"persistentVolumeClaim", "claimName"}) == claim;
  });
}

ContentUse mounted_content(const Json& pod_spec, const std::string& claim) {
  ContentUse content;
  if (!mounts_claim(pod_spec, claim)) return content;
  for (const char* list : {"initContainers", "containers"}) {
    for (const auto& container : json::elements_at(pod_spec, {list}))
      add_container(container, content);
  }
  return content;
}

bool may_collect(const FoundDataset& dataset) {
  return has_mode(dataset.access_modes, AccessMode::ReadWriteMany) ||
         has_mode(dataset.access_modes, AccessMode::ReadWriteOnce);
}

bool is_of_one_node(const FoundDataset& dataset) {
  return !has_mode(dataset.access_modes, AccessMode::ReadWriteMany);
}

std::string clean_up_job_name(const Parent& dataset) {
  return names::container("collect-", dataset.name);
}

Json clean_up_job(const Parent& dataset, const FoundDataset& found, const CleanUp& clean_up,
                  const Settings& settings) {
  const auto labels = kind_labels(names::dataset_label, dataset);
  const bool removes = !without(clean_up.known, clean_up.in_use).empty();
  const auto job = object({
      {"apiVersion", "batch/v1"},
      {"kind", "Job"},
      {"metadata", object({{"name", clean_up_job_name(dataset)}})},
      {"spec", object({{"activeDeadlineSeconds", deadline_seconds},
                       {"backoffLimit", 1},
                       {"ttlSecondsAfterFinished",
                        removes ? seconds_after_finished : seconds_after_measured},
                       {"template", object({{"metadata", object({{"labels", labels}})},
                                            {"spec", job_pod(found, clean_up, settings)}})}})},
  });
  return stamped(job, dataset, labels, Owner::Parent);
}

ContentUse left_by(const Json& job, const ContentUse& known) {
  const auto& containers = json::elements_at(job, {"spec", "template", "spec", "containers"});
  if (containers.size() == 0) return known;
  const auto done = collect_arguments(containers.at(0)).value_or(CollectArguments{});
  auto left = without(known, {.checkouts = {}, .models = done.models});
  std::erase_if(left.checkouts, [&](const std::string& key) {
    return done.owners.contains(names::checkout_owner(key)) && !done.keep.contains(key);
  });
  return left;
}

}  // namespace gradient
