#pragma once

#include "gradient/spec/settings.h"
#include "json/json.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace gradient {

enum class Access { ReadOnly, ReadWrite };

/// What one part of the spec adds to the pod. Parts are added up; the order of += is the order in
/// the pod. A volume, container or pull secret that is there already is not added again, so a part
/// may bring along what it shares with others. Another one of the same name is an error of ours,
/// and std::logic_error: left out, it would be missed only in the running pod.
struct PodParts {
  std::vector<json::Json> env, volume_mounts;  ///< of the app container
  std::vector<json::Json> volumes, init_containers, image_pull_secrets;
  /// Claims that somebody mounts: one pod volume each, however many mounts, because the kubelet
  /// hangs on a pod with two volumes of one claim.
  std::map<std::string, Access> claims;
  /// Further groups that the app needs to write what helpers made.
  std::set<std::int64_t> groups;

  PodParts& operator+=(PodParts other);
};

/// The volume of a claim in `PodParts::claims`.
std::string claim_volume(const std::string& claim);

/// All volumes of the pod, those of claims first.
std::vector<json::Json> pod_volumes(const PodParts& parts);

/// A group for what the pod writes; null for a pod that only reads a foreign claim: it must not
/// change the group of its files.
json::Json pod_security_context(const PodParts& parts, const Settings& settings);

/// {"name": ..., "emptyDir": {}}
json::Json empty_volume(const std::string& name);

/// A mount of a container. An empty sub path means the volume's root.
json::Json mount(const std::string& volume, const std::string& path, Access access,
                 const std::string& sub_path = {});

/// The path of `name` in `folder`; one slash between them.
std::string join(const std::string& folder, std::string_view name);

}  // namespace gradient
