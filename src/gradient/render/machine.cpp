#include "gradient/render/machine.h"

namespace gradient {
namespace {

using json::Json;
using json::object;

Json quantities(const std::string& cpu, const std::string& memory, const InstanceType& machine) {
  auto result = object({{"cpu", json::text_or_null(cpu)}, {"memory", json::text_or_null(memory)}});
  if (machine.gpus > 0) result[machine.gpu_resource] = Json(std::to_string(machine.gpus));
  return result.size() == 0 ? Json() : result;
}

}  // namespace

Json machine_resources(const InstanceType& machine) {
  auto result =
      object({{"requests", quantities(machine.cpu_request, machine.memory_request, machine)},
              {"limits", quantities(machine.cpu_limit, machine.memory_limit, machine)}});
  return result.size() == 0 ? Json() : result;
}

Json machine_tolerations(const InstanceType& machine) {
  std::vector<Json> tolerations;
  for (const auto& toleration : json::elements_at(machine.tolerations, {})) {
    auto kept = Json::object();
    for (const auto& [name, value] : toleration.as_object()) {
      const bool dropped = value.is_null() || (value.is_string() && value.as_string().empty());
      if (!dropped) kept[name] = value;
    }
    tolerations.push_back(std::move(kept));
  }
  return json::array_or_null(std::move(tolerations));
}

PodParts machine_parts(const InstanceType& machine) {
  if (machine.shared_memory.empty()) return {};
  PodParts parts;
  parts.volumes = {
      object({{"name", "shm"},
              {"emptyDir", object({{"medium", "Memory"}, {"sizeLimit", machine.shared_memory}})}})};
  parts.volume_mounts = {mount("shm", "/dev/shm", Access::ReadWrite)};
  return parts;
}

}  // namespace gradient
