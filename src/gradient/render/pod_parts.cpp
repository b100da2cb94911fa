#include "gradient/render/pod_parts.h"

#include "gradient/spec/names.h"

#include <algorithm>
#include <stdexcept>

namespace gradient {
namespace {

using json::array;
using json::Json;
using json::object;

void append(std::vector<Json>& to, std::vector<Json> from) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
}

void append_new(std::vector<Json>& to, std::vector<Json> from, const char* what) {
  for (auto& element : from) {
    const auto name = json::string_at(element, {"name"});
    const auto known = std::find_if(to.begin(), to.end(), [&](const Json& other) {
      return json::string_at(other, {"name"}) == name;
    });
    if (known == to.end()) {
      to.push_back(std::move(element));
    } else if (!json::equal(*known, element)) {
      throw std::logic_error("the pod would need two different " + std::string(what) +
                             "s of the name " + name);
    }
  }
}

}  // namespace

PodParts& PodParts::operator+=(PodParts other) {
  append(env, std::move(other.env));
  append(volume_mounts, std::move(other.volume_mounts));
  append_new(volumes, std::move(other.volumes), "volume");
  append_new(init_containers, std::move(other.init_containers), "init container");
  append_new(image_pull_secrets, std::move(other.image_pull_secrets), "pull secret");
  for (const auto& [claim, access] : other.claims) {
    auto& known = claims.try_emplace(claim, access).first->second;
    known = std::max(known, access);
  }
  groups.merge(other.groups);
  return *this;
}

std::string claim_volume(const std::string& claim) {
  return names::container("claim-", claim);
}

std::vector<Json> pod_volumes(const PodParts& parts) {
  std::vector<Json> volumes;
  for (const auto& [claim, access] : parts.claims) {
    // A volume that nobody writes is attached read-only: some drivers attach a ReadOnlyMany claim
    // to several nodes only so, and its files keep their group.
    const bool read_only = access == Access::ReadOnly;
    volumes.push_back(
        object({{"name", claim_volume(claim)},
                {"persistentVolumeClaim",
                 object({{"claimName", claim}, {"readOnly", read_only ? Json(true) : Json()}})}}));
  }
  append(volumes, parts.volumes);
  return volumes;
}

Json pod_security_context(const PodParts& parts, const Settings& settings) {
  const bool writes = !parts.volumes.empty() ||
                      std::any_of(parts.claims.begin(), parts.claims.end(), [](const auto& claim) {
                        return claim.second == Access::ReadWrite;
                      });
  if (!writes) return {};
  const auto& group = settings.fs_group;
  std::vector<Json> groups;
  for (const auto& further : parts.groups)
    groups.emplace_back(further);
  const auto context = object({
      {"fsGroup", group},
      {"fsGroupChangePolicy", group ? Json("OnRootMismatch") : Json()},
      {"supplementalGroups", json::array_or_null(std::move(groups))},
  });
  return context.size() == 0 ? Json() : context;
}

Json empty_volume(const std::string& name) {
  return object({{"name", name}, {"emptyDir", Json::object()}});
}

Json mount(const std::string& volume, const std::string& path, Access access,
           const std::string& sub_path) {
  const bool read_only = access == Access::ReadOnly;
  return object({{"name", volume},
                 {"mountPath", path},
                 {"subPath", json::text_or_null(sub_path)},
                 {"readOnly", read_only ? Json(true) : Json()}});
}

std::string join(const std::string& folder, std::string_view name) {
  const bool slash = !folder.empty() && folder.back() == '/';
  return folder + (slash ? "" : "/") + std::string(name);
}

}  // namespace gradient
