#include "gradient/render/model.h"

#include "gradient/render/credentials.h"
#include "gradient/render/fetch_request.h"
#include "gradient/render/helper.h"
#include "gradient/spec/helper_arguments.h"
#include "gradient/spec/names.h"

namespace gradient {
namespace {

/// Where the files of a synced model are, seen by the app and by the helper.
struct Place {
  std::string volume;
  std::string sub_path = {};  ///< empty: the volume's root
  std::string helper_mount;   ///< where the helper has the volume's root
  const FoundDataset* dataset = nullptr;

  std::string target() const {
    return sub_path.empty() ? helper_mount : join(helper_mount, sub_path);
  }
};

Place place(const ModelMount& model, const ModelSpec& spec, const Found& found) {
  if (spec.dataset.empty())
    return {.volume = names::container("model-", model.id), .helper_mount = helper_paths::model};
  const auto& dataset = found.datasets.at(spec.dataset);
  return {.volume = claim_volume(dataset.claim),
          .sub_path = ".gradient/models/" + model.id,
          .helper_mount = helper_paths::volume,
          .dataset = &dataset};
}

ModelArguments arguments(const ModelMount& model, const FoundModel& found,
                         const std::string& target, const Settings& settings,
                         std::int64_t message_bytes) {
  const auto& spec = found.spec;
  const auto& source = spec.source;
  ModelArguments result{
      .source = source.url,
      .endpoint = source.endpoint,
      .region = source.region,
      .credentials = secret_of_source(found).empty() ? "" : helper_paths::credentials,
      .digest = source.digest,
      .target = target,
      .name = model.id,
      .account = source.account,
      .fetch_request = source.digest.empty() ? fetch_request_file : "",
      .path_style = source.path_style,
      .requester_pays = source.requester_pays,
      .workload_identity = source.workload_identity,
      .allow_local_addresses = settings.allow_local_addresses,
      .include = source.include,
      .exclude = source.exclude,
      .unpack = source.unpack,
      .refresh_seconds =
          spec.refresh_seconds > 0 ? std::optional(spec.refresh_seconds) : std::nullopt,
      .grace_seconds = spec.grace_seconds,
      .message_bytes = message_bytes};
  set_limits(result, settings.limits);
  return result;
}

/// The sub path of a dataset exists when the app starts: the sidecar's startup probe has passed.
PodParts synced_parts(const ModelMount& model, const Found& found, const Settings& settings,
                      std::int64_t message_bytes) {
  const auto& of_model = found.models.at(model.id);
  const auto where = place(model, of_model.spec, found);
  PodParts parts;
  parts.volume_mounts = {mount(where.volume, model.path, Access::ReadOnly, where.sub_path)};
  if (where.dataset != nullptr) {
    parts.claims = {{where.dataset->claim, Access::ReadWrite}};
  } else {
    parts.volumes = {empty_volume(where.volume)};
  }
  Helper helper{
      .name = names::sync_container(model.id),
      .lifetime = Lifetime::Sidecar,
      .arguments = words(arguments(model, of_model, where.target(), settings, message_bytes)),
      .ready = words(ReadyArguments{where.target()}),
      .volume_mounts = {mount(where.volume, where.helper_mount, Access::ReadWrite)},
      .dataset = where.dataset,
      .resources = of_model.spec.resources};
  if (of_model.spec.source.digest.empty()) {
    const auto request = fetch_request_volume(model.id);
    parts.volumes.push_back(request);
    helper.volume_mounts.push_back(
        mount(json::string_at(request, {"name"}), fetch_request_folder, Access::ReadOnly));
  }
  if (!secret_of_source(of_model).empty()) {
    const auto volume = source_volume(model.id, of_model);
    parts.volumes.push_back(volume);
    helper.volume_mounts.push_back(credentials_mount(volume));
  }
  return parts += helper_parts(helper, settings);
}

PodParts mounted_parts(const ModelMount& model, const ModelSource& source) {
  PodParts parts;
  parts.claims = {{source.claim, Access::ReadOnly}};
  parts.volume_mounts = {
      mount(claim_volume(source.claim), model.path, Access::ReadOnly, source.claim_path)};
  return parts;
}

}  // namespace

bool is_synced(const ModelSpec& model) {
  return model.source.scheme != ModelSource::Scheme::Claim;
}

PodParts model_parts(const DeploymentSpec& spec, const Found& found, const Settings& settings) {
  PodParts parts;
  for (const auto& model : spec.models) {
    const auto& model_spec = found.models.at(model.id).spec;
    parts += is_synced(model_spec) ? synced_parts(model, found, settings, message_bytes(spec))
                                   : mounted_parts(model, model_spec.source);
  }
  return parts;
}

}  // namespace gradient
