#include "gradient/spec/list_keys.h"

#include <algorithm>
#include <array>

namespace gradient {
namespace {

constexpr std::array all{ListKeys{"containers", "name"},
                         ListKeys{"initContainers", "name"},
                         ListKeys{"volumes", "name"},
                         ListKeys{"imagePullSecrets", "name"},
                         ListKeys{"hostAliases", "ip"},
                         ListKeys{"resourceClaims", "name"},
                         ListKeys{"claims", "name"},
                         ListKeys{"schedulingGates", "name"},
                         ListKeys{"topologySpreadConstraints", "topologyKey", "whenUnsatisfiable"},
                         ListKeys{"env", "name"},
                         ListKeys{"ports", "containerPort", "protocol"},
                         ListKeys{"volumeMounts", "mountPath"},
                         ListKeys{"volumeDevices", "devicePath"}};

}  // namespace

const ListKeys* list_keys(std::string_view field) {
  const auto* const found = std::find_if(all.begin(), all.end(),
                                         [&](const ListKeys& list) { return list.field == field; });
  return found == all.end() ? nullptr : found;
}

std::string_view list_without_same_names(std::string_view field) {
  if (field == "ports") return "ports";
  if (field == "containers") return "initContainers";
  return field == "initContainers" ? "containers" : "";
}

}  // namespace gradient
