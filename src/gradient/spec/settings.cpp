#include "gradient/spec/settings.h"

#include "base/ascii.h"
#include "gradient/spec/characters.h"
#include "gradient/spec/quantity.h"

#include <array>

namespace gradient {
namespace {

/// A machine as Gradient offered it: one replica is one whole machine.
struct Machine {
  const char* name;
  int cpus;
  double gibibytes;
  int gpus = 0;
};

constexpr std::array machines{
    Machine{"C1", 1, 0.5},
    Machine{"C2", 1, 1},
    Machine{"C3", 2, 2},
    Machine{"C4", 2, 4},
    Machine{"C5", 4, 8},
    Machine{"C6", 8, 16},
    Machine{"C7", 12, 30},
    Machine{"C8", 16, 60},
    Machine{"C9", 24, 120},
    Machine{"C10", 32, 244},
    Machine{"GPU+", 8, 30, 1},
    Machine{"GPU+x2", 16, 60, 2},
    Machine{"GPU+x4", 32, 120, 4},
    Machine{"P4000", 8, 30, 1},
    Machine{"P4000x2", 16, 60, 2},
    Machine{"P4000x4", 32, 120, 4},
    Machine{"P5000", 8, 30, 1},
    Machine{"P5000x2", 16, 60, 2},
    Machine{"P5000x4", 32, 120, 4},
    Machine{"P6000", 8, 30, 1},
    Machine{"P6000x2", 16, 60, 2},
    Machine{"P6000x4", 32, 120, 4},
    Machine{"RTX4000", 8, 30, 1},
    Machine{"RTX4000x2", 16, 60, 2},
    Machine{"RTX4000x4", 32, 120, 4},
    Machine{"RTX5000", 8, 30, 1},
    Machine{"RTX5000x2", 16, 60, 2},
    Machine{"RTX5000x4", 32, 120, 4},
    Machine{"A4000", 8, 45, 1},
    Machine{"A4000x2", 16, 90, 2},
    Machine{"A4000x4", 32, 180, 4},
    Machine{"A5000", 8, 45, 1},
    Machine{"A5000x2", 16, 90, 2},
    Machine{"A5000x4", 32, 180, 4},
    Machine{"A6000", 8, 45, 1},
    Machine{"A6000x2", 16, 90, 2},
    Machine{"A6000x4", 32, 180, 4},
    Machine{"V100", 8, 30, 1},
    Machine{"V100-32G", 8, 30, 1},
    Machine{"V100-32Gx2", 16, 60, 2},
    Machine{"V100-32Gx4", 32, 120, 4},
    Machine{"A100", 12, 90, 1},
    Machine{"A100x2", 24, 180, 2},
    Machine{"A100x4", 48, 360, 4},
    Machine{"A100x8", 96, 720, 8},
    Machine{"A100-80G", 12, 90, 1},
    Machine{"A100-80Gx2", 24, 180, 2},
    Machine{"A100-80Gx4", 48, 360, 4},
    Machine{"A100-80Gx8", 96, 720, 8},
    Machine{"H100", 20, 250, 1},
    Machine{"H100x8", 128, 2048, 8},
};

std::string mebibytes(double gibibytes) {
  const auto count = static_cast<std::int64_t>(gibibytes * 1024);
  return values::canonical_quantity(std::to_string(count) + "Mi").value_or("");
}

/// Memory is not shared out twice, processors are: half of them is asked for, all may be used.
InstanceType instance_type_of(const Machine& machine) {
  InstanceType type;
  type.name = machine.name;
  type.cpu_request =
      values::canonical_quantity(std::to_string(500 * machine.cpus) + "m").value_or("");
  type.cpu_limit = std::to_string(machine.cpus);
  type.memory_request = mebibytes(machine.gibibytes);
  type.memory_limit = type.memory_request;
  type.gpus = machine.gpus;
  if (machine.gpus > 0) type.shared_memory = mebibytes(machine.gibibytes / 2);
  return type;
}

/// Whether C9 comes before C10: runs of digits count by their value.
bool comes_before(std::string_view left, std::string_view right) {
  while (!left.empty() && !right.empty()) {
    const auto digits = [](std::string_view text) {
      return std::min(text.find_first_not_of("0123456789"), text.size());
    };
    const auto l = digits(left);
    const auto r = digits(right);
    if (l > 0 && r > 0 && l != r) return l < r;
    if (left.front() != right.front()) return left.front() < right.front();
    left.remove_prefix(1);
    right.remove_prefix(1);
  }
  return left.size() < right.size();
}

}  // namespace

Settings default_settings() {
  Settings settings;
  for (const auto& machine : machines)
    settings.set_instance_type(instance_type_of(machine));
  settings.sync_image = "gradient-sync:" PROJECT_VERSION;
  settings.sync_resources = json::object({
      {"limits", json::object({{"memory", "1Gi"}})},
      {"requests", json::object({{"cpu", "50m"}, {"memory", "64Mi"}})},
  });
  settings.run_as_user = 65532;
  settings.fs_group = 65532;
  return settings;
}

void Settings::set_instance_type(InstanceType type) {
  auto key = base::lower(type.name);
  instance_types.insert_or_assign(std::move(key), std::move(type));
}

void Settings::remove_instance_type(std::string_view name) {
  instance_types.erase(base::lower(name));
}

const InstanceType* Settings::instance_type(std::string_view name) const {
  const auto found = instance_types.find(base::lower(name));
  return found == instance_types.end() ? nullptr : &found->second;
}

std::string Settings::instance_type_names() const {
  std::vector<std::string_view> names;
  for (const auto& [key, type] : instance_types)
    names.push_back(type.name);
  std::sort(names.begin(), names.end(), comes_before);
  std::string out;
  for (const auto& name : names)
    out += (out.empty() ? "" : ", ") + std::string(name);
  return out.empty() ? "none" : out;
}

}  // namespace gradient
