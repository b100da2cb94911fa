#include "gradient/render/model.h"

#include "gradient/render/credentials.h"
#include "gradient/render/helper.h"
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

std::vector<std::string> arguments(const ModelMount& model, const ModelSpec& spec,
                                   const std::string& target, std::size_t message_bytes) {
  const auto& source = spec.source;
  std::vector<std::string> result = {"model", "--source", source.url};
  const auto add = [&](std::initializer_list<std::string> more) {
    result.insert(result.end(), more);
  };
  if (!source.endpoint.empty()) add({"--endpoint", source.endpoint});
  if (!source.region.empty()) add({"--region", source.region});
  if (source.path_style) add({"--path-style"});
  if (!source.secret_name.empty()) add({"--credentials-dir", helper_paths::credentials});
  if (!source.digest.empty()) add({"--digest", source.digest});
  // in one word each: a pattern may begin with '-'
  for (const auto& pattern : source.include)
    add({"--include=" + pattern});
  for (const auto& pattern : source.exclude)
    add({"--exclude=" + pattern});
  add({"--target", target, "--name", model.id});
  if (spec.refresh_seconds > 0) add({"--refresh-interval", std::to_string(spec.refresh_seconds)});
  if (spec.grace_seconds) add({"--grace", std::to_string(*spec.grace_seconds)});
  add({"--message-bytes", std::to_string(message_bytes)});
  return result;
}

/// The sub path of a dataset exists when the app starts: the sidecar's startup probe has passed.
PodParts synced_parts(const ModelMount& model, const ModelSpec& spec, const Found& found,
                      const Settings& settings, std::size_t message_bytes) {
  const auto where = place(model, spec, found);
  PodParts parts;
  parts.volume_mounts = {mount(where.volume, model.path, Access::ReadOnly, where.sub_path)};
  if (where.dataset != nullptr) {
    parts.claims = {{where.dataset->claim, Access::ReadWrite}};
  } else {
    parts.volumes = {empty_volume(where.volume)};
  }
  Helper helper{.name = names::sync_container(model.id),
                .lifetime = Lifetime::Sidecar,
                .arguments = arguments(model, spec, where.target(), message_bytes),
                .ready = {"ready", "--target", where.target()},
                .volume_mounts = {mount(where.volume, where.helper_mount, Access::ReadWrite)},
                .dataset = where.dataset};
  if (!spec.source.secret_name.empty()) {
    const auto volume = source_volume(model.id, spec.source);
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
    parts += is_synced(model_spec)
                 ? synced_parts(model, model_spec, found, settings, message_bytes(spec))
                 : mounted_parts(model, model_spec.source);
  }
  return parts;
}

}  // namespace gradient
