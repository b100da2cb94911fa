#include "gradient/render/helper.h"

#include "gradient/spec/expansion.h"
#include "gradient/spec/helper_arguments.h"
#include "gradient/spec/quantity.h"
#include "gradient/spec/read_helper_resources.h"

#include <algorithm>
#include <limits>

namespace gradient {
namespace {

using json::array;
using json::Json;
using json::object;

constexpr const char* temporary_volume = "sync-tmp";
constexpr const char* temporary_path = "/tmp";

/// Giving up is the program's decision, with a reason, so the probe has no limit of its own.
Json startup_probe(std::vector<std::string> ready) {
  ready.insert(ready.begin(), helper_program);
  return object({{"exec", object({{"command", json::strings(ready)}})},
                 {"periodSeconds", 2},
                 {"timeoutSeconds", 5},
                 {"failureThreshold", std::numeric_limits<std::int32_t>::max()}});
}

Json security_context(const FoundDataset* dataset, const Settings& settings) {
  const auto user =
      dataset != nullptr && dataset->run_as_user ? dataset->run_as_user : settings.run_as_user;
  const auto group =
      dataset != nullptr && dataset->run_as_group ? dataset->run_as_group : settings.fs_group;
  return object({
      {"allowPrivilegeEscalation", false},
      {"capabilities", object({{"drop", json::strings({"ALL"})}})},
      {"readOnlyRootFilesystem", true},
      {"runAsNonRoot", true},
      {"runAsUser", user},
      {"runAsGroup", group},
      {"seccompProfile", object({{"type", "RuntimeDefault"}})},
  });
}

/// By which helpers on a shared volume tell each other apart (sync/volume/claim.h).
std::vector<Json> identity(const std::string& container) {
  const auto field = [](const char* name, const char* path) {
    return object(
        {{"name", name}, {"valueFrom", object({{"fieldRef", object({{"fieldPath", path}})}})}});
  };
  return {field("POD_NAME", "metadata.name"), field("POD_UID", "metadata.uid"),
          field("NODE_NAME", "spec.nodeName"),
          object({{"name", "CONTAINER_NAME"}, {"value", container}})};
}

Json environment(const std::string& container, const Settings& settings) {
  auto variables = identity(container);
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty())
      variables.push_back(object({{"name", name}, {"value", escape_dollars(value)}}));
  };
  add("HOME", temporary_path);
  add("TMPDIR", temporary_path);
  add("GRADIENT_CA_BUNDLE", settings.ca_bundle);
  add("http_proxy", settings.http_proxy);  // in capitals it is not for all programs
  add("https_proxy", settings.https_proxy);
  add("no_proxy", settings.no_proxy);
  return array(std::move(variables));
}

/// What is written counts: the other bound, which it would cross, is as high or as low.
void keep_in_bounds(Json& resources, const std::string& resource, const Json& written) {
  const auto request = json::string_at(resources, {"requests", resource});
  const auto limit = json::string_at(resources, {"limits", resource});
  if (request.empty() || limit.empty() ||
      values::quantity_millis(request) <= values::quantity_millis(limit))
    return;
  if (json::at(written, {"requests", resource}).is_null()) {
    resources["requests"][resource] = Json(limit);
  } else {
    resources["limits"][resource] = Json(request);
  }
}

Json merged_resources(Json resources, const Json& written) {
  if (written.is_null()) return resources;
  for (const auto& [group, quantities] : written.as_object()) {
    if (!resources.is_object()) resources = Json::object();
    if (!json::at(resources, {group}).is_object()) resources[group] = Json::object();
    for (const auto& [resource, quantity] : quantities.as_object())
      resources[group][resource] = quantity;
  }
  for (const auto* resource : helper_resources)
    keep_in_bounds(resources, resource, written);
  return resources;
}

Json container(const Helper& helper, const Settings& settings) {
  auto mounts = helper.volume_mounts;
  mounts.push_back(mount(temporary_volume, temporary_path, Access::ReadWrite));
  const bool sidecar = helper.lifetime == Lifetime::Sidecar;
  const auto resources = merged_resources(settings.sync_resources, helper.resources);
  return object({
      {"name", helper.name},
      {"image", settings.sync_image},
      {"restartPolicy", sidecar ? Json("Always") : Json()},
      {"command", json::strings({helper_program})},
      {"args", container_arguments(helper.arguments)},
      {"env", environment(helper.name, settings)},
      {"resources", resources.size() == 0 ? Json() : resources},
      {"securityContext", security_context(helper.dataset, settings)},
      {"startupProbe", sidecar ? startup_probe(helper.ready) : Json()},
      {"volumeMounts", array(std::move(mounts))},
  });
}

}  // namespace

PodParts helper_parts(const Helper& helper, const Settings& settings) {
  PodParts parts;
  parts.init_containers = {container(helper, settings)};
  parts.volumes = {empty_volume(temporary_volume)};
  if (!settings.sync_pull_secret.empty())
    parts.image_pull_secrets = {object({{"name", settings.sync_pull_secret}})};
  if (helper.dataset != nullptr && helper.dataset->run_as_group)
    parts.groups = {*helper.dataset->run_as_group};
  return parts;
}

std::int64_t message_bytes(const DeploymentSpec& spec) {
  constexpr std::int64_t of_pod = 12 * 1024;
  constexpr std::int64_t of_container = 4 * 1024;
  const auto repositories = spec.repositories ? spec.repositories->items.size() : 0;
  const auto containers = static_cast<std::int64_t>(1 + repositories + spec.models.size());
  return std::min(of_container, of_pod / containers);
}

}  // namespace gradient
