#include "gradient/spec/read_instance_types.h"

#include "base/ascii.h"
#include "gradient/spec/characters.h"
#include "gradient/spec/quantity.h"
#include "gradient/spec/values.h"

#include <algorithm>
#include <map>

namespace gradient {
namespace {

/// Quantities in canonical form by resource name.
using OnQuantity = std::function<void(const std::string& resource, const std::string& quantity,
                                      const json::Path& path)>;

/// `requests` or `limits`; `each` takes them.
void read_quantities(json::ObjectReader& reader, std::string_view field, const OnQuantity& each) {
  const auto* resources = reader.find(field);
  if (resources == nullptr) return;
  const auto path = reader.path(field);
  if (!resources->is_object()) {
    reader.problem(field, "must be a mapping, such as {cpu: 500m, memory: 1Gi}");
    return;
  }
  for (const auto& [resource, value] : resources->as_object()) {
    const auto place = path.member(resource);
    if (value.is_null()) continue;
    if (!values::is_qualified_name(resource)) {
      reader.report().add(place, "must be a resource and its quantity, such as cpu: 500m");
    } else if (const auto quantity = read_quantity(resource, value, place, reader.report())) {
      each(resource, *quantity, place);
    }
  }
}

constexpr std::int64_t most_gpus = 64;

std::string_view label_problem(std::string_view label) {
  return values::is_qualified_name(label)
             ? ""
             : "must be the name of a label, such as paperspace.com/pool-name";
}

/// Half of the machine's memory, as the original platform had it.
std::string half(const std::string& memory) {
  const auto millis = values::quantity_millis(memory);
  if (!millis) return "";
  constexpr std::int64_t millis_of_ki = 1000 * 1024;
  const auto kibibytes = *millis / 2 / millis_of_ki;
  return values::canonical_quantity(std::to_string(kibibytes) + "Ki").value_or("");
}

void read_selector(json::ObjectReader& entry, InstanceType& type) {
  const auto* selector = entry.find("nodeSelector");
  if (selector == nullptr) return;
  const auto path = entry.path("nodeSelector");
  if (!selector->is_object()) {
    entry.problem("nodeSelector", "must be a mapping of node labels to values");
    return;
  }
  for (const auto& [label, value] : selector->as_object()) {
    if (values::is_qualified_name(label) && value.is_string() &&
        values::is_label_value(value.as_string()))
      continue;
    entry.report().add(path.member(label), "must be a node label and its value as a string");
  }
  type.node_selector = *selector;
}

std::string_view taint_value_problem(std::string_view value) {
  return values::is_label_value(value) ? "" : "must be the value of a taint, such as present";
}

/// The API server has the same rules, and would refuse every pod.
void read_toleration(json::ObjectReader& toleration) {
  toleration.string("key", {.longest = 317, .example = "nvidia.com/gpu", .check = label_problem});
  const bool exists = toleration.choice("operator", {"Exists", "Equal"}) == 0;
  const auto value = toleration.string(
      "value", {.longest = 63, .check = taint_value_problem, .may_be_empty = true});
  const auto effect = toleration.choice("effect", {"NoSchedule", "PreferNoSchedule", "NoExecute"});
  const auto seconds = toleration.integer("tolerationSeconds", {0, 1000000000});
  if (toleration.find("key") == nullptr && toleration.find("operator") == nullptr) {
    toleration.problem_here("tolerates nothing; write a key, or operator: Exists for all taints");
  } else if (toleration.find("key") == nullptr && !exists) {
    toleration.problem("key", "is required with operator Equal; write it, such as nvidia.com/gpu");
  }
  if (exists && value && !value->empty()) {
    toleration.problem("value", "is not compared with operator Exists; remove one of the two");
  }
  if (seconds && effect != 2) {
    toleration.problem("tolerationSeconds", "holds for effect NoExecute; write that, or remove it");
  }
  toleration.finish();
}

void read_tolerations(json::ObjectReader& entry, InstanceType& type) {
  const auto check = [&](const json::Json& value, const json::Path& path) {
    json::ObjectReader toleration(value, path, entry.report());
    if (value.is_object()) read_toleration(toleration);
  };
  if (entry.elements("tolerations", {0, 32}, check)) type.tolerations = *entry.find("tolerations");
}

void read_gpus(json::ObjectReader& entry, InstanceType& type, const std::string& resource,
               const std::string& quantity, const json::Path& path) {
  const auto millis = values::quantity_millis(quantity).value_or(-1);
  const bool is_of_quota = resource.starts_with("requests.");  // no name for a container
  if (resource.find('/') == std::string::npos || is_of_quota || millis < 0 || millis % 1000 != 0 ||
      millis / 1000 > most_gpus) {
    entry.report().add(path,
                       "must be cpu, memory, or an extended resource such as nvidia.com/gpu "
                       "with a whole number up to 64");
    return;
  }
  if (type.gpus > 0 && type.gpu_resource != resource) {
    entry.report().add(path, "is a second extended resource; one is supported");
    return;
  }
  type.gpus = static_cast<int>(millis / 1000);
  type.gpu_resource = resource;
}

void read_machine(json::ObjectReader& entry, InstanceType& type) {
  bool new_gpus = false;
  read_quantities(
      entry, "requests", [&](const auto& resource, const auto& quantity, const auto& path) {
        if (resource == "cpu") {
          type.cpu_request = quantity;
        } else if (resource == "memory") {
          type.memory_request = quantity;
        } else {
          entry.report().add(path, "must be cpu or memory; extended resources belong to limits");
        }
      });
  read_quantities(entry, "limits",
                  [&](const auto& resource, const auto& quantity, const auto& path) {
                    if (resource == "cpu") {
                      type.cpu_limit = quantity;
                    } else if (resource == "memory") {
                      type.memory_limit = quantity;
                    } else {
                      if (!new_gpus) type.gpus = 0;  // what the shipped machine had is replaced
                      new_gpus = true;
                      read_gpus(entry, type, resource, quantity, path);
                    }
                  });
  check_bounds(entry, "cpu", type.cpu_request, type.cpu_limit);
  check_bounds(entry, "memory", type.memory_request, type.memory_limit);
  if (const auto* shared = entry.find("sharedMemory")) {
    const auto text = json::text_of(*shared, entry.path("sharedMemory"),
                                    {.longest = 64, .example = "15Gi"}, entry.report());
    const auto size = text ? values::canonical_quantity(*text) : std::nullopt;
    if (text && !size) entry.problem("sharedMemory", "must be a quantity, such as 15Gi");
    if (auto problem = values::byte_problem("memory", text.value_or("")); !problem.empty())
      entry.problem("sharedMemory", std::move(problem));
    type.shared_memory = size.value_or("");
  } else if (type.gpus > 0 && !type.memory_limit.empty()) {
    type.shared_memory = half(type.memory_limit);
  }
  read_selector(entry, type);
  read_tolerations(entry, type);
  const auto runtime = entry.string("runtimeClassName", {.example = "nvidia"});
  if (runtime && !values::is_dns_subdomain(*runtime)) {
    entry.problem("runtimeClassName", "must be the name of a RuntimeClass, such as nvidia");
  }
  type.runtime_class = runtime.value_or(type.runtime_class);
  entry.finish();
}

void read_types(json::ObjectReader& reader, Settings& settings) {
  const auto* types = reader.find("instanceTypes");
  if (types == nullptr) return;
  const auto path = reader.path("instanceTypes");
  if (!types->is_object()) {
    reader.problem("instanceTypes", "must be a mapping of machine names to requests and limits");
    return;
  }
  std::map<std::string, std::string> written;  // as the catalogue knows it: letter case ignored
  for (const auto& [name, value] : types->as_object()) {
    const auto place = path.member(name);
    const auto [first, is_new] = written.emplace(base::lower(name), name);
    if (!is_new) {
      reader.report().add(place, "is the machine " + first->second +
                                     " again, as letter case does not count; keep one of the two");
      continue;
    }
    const auto wrong = name.empty() || name.size() > 63 ? "must be the name of a machine"
                                                        : values::instance_type_problem(name);
    if (!wrong.empty()) {
      reader.report().add(place, std::string(wrong));
    } else if (value.is_null()) {
      settings.remove_instance_type(name);
    } else {
      const auto* shipped = settings.instance_type(name);
      InstanceType type = shipped == nullptr ? InstanceType() : *shipped;
      type.name = name;
      json::ObjectReader entry(value, place, reader.report());
      read_machine(entry, type);
      settings.set_instance_type(std::move(type));
    }
  }
}

}  // namespace

std::optional<std::string> read_quantity(std::string_view resource, const json::Json& value,
                                         const json::Path& place, json::Report& report) {
  // 0.5 processors are a number in YAML; its shortest text is a quantity again.
  const auto text = value.is_double() ? json::shortest_text(value)
                    : value.is_integer() || value.is_string()
                        ? json::text_of(value, place, {.longest = 64}, report)
                        : std::nullopt;
  auto quantity = text ? values::canonical_quantity(*text) : std::nullopt;
  if (!quantity) {
    report.add(place, "must be a resource and its quantity, such as cpu: 500m");
  } else if (auto problem = values::byte_problem(resource, *text); !problem.empty()) {
    report.add(place, std::move(problem));
  }
  return quantity;
}

void check_bounds(json::ObjectReader& reader, std::string_view resource, std::string_view request,
                  std::string_view limit) {
  const auto least = values::quantity_millis(request);
  const auto most = values::quantity_millis(limit);
  if (least && most && *least > *most) {
    reader.problem("requests", std::string(resource) +
                                   " is more than the limit; lower it or raise limits." +
                                   std::string(resource));
  }
}

void read_instance_types(json::ObjectReader& reader, Settings& settings) {
  read_types(reader, settings);
  const auto label = reader.string(
      "instanceTypeLabel",
      {.longest = 317, .example = "paperspace.com/pool-name", .check = label_problem});
  if (!label) return;
  for (auto& [key, type] : settings.instance_types) {
    if (type.node_selector.is_null()) type.node_selector = json::object({{*label, type.name}});
  }
}

}  // namespace gradient
