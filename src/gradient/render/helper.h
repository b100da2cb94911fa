#pragma once

#include "gradient/render/pod_parts.h"
#include "gradient/spec/found.h"
#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"

#include <string>
#include <vector>

/// Helper containers: they run gradient-sync and satisfy the Pod Security Standard "restricted".
namespace gradient {

/// Where helpers see things; part of the contract with gradient-sync.
namespace helper_paths {
inline constexpr const char* volume = "/volume";            ///< root of a dataset
inline constexpr const char* model = "/model";              ///< a model's own volume
inline constexpr const char* credentials = "/credentials";  ///< one file per key of a Secret
}  // namespace helper_paths

/// A sidecar is an init container that goes on running: restartPolicy Always (KEP-753).
enum class Lifetime { Init, Sidecar };

struct Helper {
  std::string name;
  Lifetime lifetime = Lifetime::Init;
  std::vector<std::string> arguments = {};     ///< of gradient-sync, as words() gives them
  std::vector<std::string> ready = {};         ///< the same for a sidecar's startup probe
  std::vector<json::Json> volume_mounts = {};  ///< besides /tmp
  const FoundDataset* dataset = nullptr;       ///< whose files it writes; null: a volume of the pod
  json::Json resources = {};                   ///< over those of the configuration; null: these
};

/// The container with what it always needs: its temporary files and the pull secret of its image.
PodParts helper_parts(const Helper& helper, const Settings& settings);

/// Writes the limits of the configuration that are not gradient-sync's own. The others are left
/// out, so that no pod is changed for them.
template <class Arguments>
void set_limits(Arguments& arguments, const ContentLimits& limits) {
  constexpr ContentLimits own;
  if (limits.files != own.files) arguments.max_files = limits.files;
  if (limits.bytes != own.bytes) arguments.max_bytes = limits.bytes;
  if (limits.depth != own.depth) arguments.max_depth = limits.depth;
}

/// How long one container's termination message may be. The kubelet cuts each to 4 KiB, and those
/// of a pod to 12 KiB together (kubernetes.io: Determine the Reason for Pod Failure).
std::int64_t message_bytes(const DeploymentSpec& spec);

}  // namespace gradient
