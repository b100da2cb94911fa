#include "gradient/spec/read_dataset.h"

#include "gradient/spec/fields.h"
#include "gradient/spec/quantity.h"
#include "gradient/spec/reading.h"
#include "gradient/spec/values.h"

#include <algorithm>

namespace gradient {
namespace {

constexpr std::int64_t highest_id = 2147483647;

std::string_view name_problem(std::string_view name) {
  return values::is_dns_subdomain(name) && name.size() <= 63
             ? ""
             : "must have at most 63 characters, lower-case letters, digits, '-' and '.', such as "
               "code: the claim bears it as a label";
}

/// A quantity, with whole bytes written as a number or as text.
std::string read_size(json::ObjectReader& reader) {
  const auto* value = reader.find("size");
  if (value == nullptr) return "";
  const auto path = reader.path("size");
  const auto text =
      json::text_of(*value, path, {.longest = 64, .example = "10Gi"}, reader.report());
  if (!text) return "";
  if (auto problem = values::byte_problem("storage", *text); !problem.empty()) {
    reader.problem("size", std::move(problem));
    return "";
  }
  const auto size = values::canonical_quantity(*text);
  if (size && !values::is_zero_quantity(*size)) return *size;
  reader.problem("size", "must be a quantity above zero, such as 10Gi");
  return "";
}

std::vector<AccessMode> read_access_modes(json::ObjectReader& reader) {
  std::vector<AccessMode> modes;
  const auto add = [&](const json::Json& value, const json::Path& path) {
    const std::vector<std::string_view> names{"ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany",
                                              "ReadWriteOncePod"};
    const auto found = std::find_if(names.begin(), names.end(), [&](std::string_view name) {
      return value.is_string() && value.as_string() == name;
    });
    if (found == names.end()) {
      reader.report().add(path,
                          "must be one of ReadWriteOnce, ReadOnlyMany, ReadWriteMany, "
                          "ReadWriteOncePod");
      return;
    }
    modes.push_back(static_cast<AccessMode>(found - names.begin()));
    if (std::count(modes.begin(), modes.end(), modes.back()) > 1) {
      reader.report().add(path, "is in the list already; keep one of them");
    }
  };
  reader.elements("accessModes", {1, 4}, add);
  const auto pod_only = std::count(modes.begin(), modes.end(), AccessMode::ReadWriteOncePod);
  if (pod_only > 0 && modes.size() > 1) {
    reader.problem("accessModes", "ReadWriteOncePod excludes every other mode; write it alone");
  }
  return modes;
}

/// What belongs to a claim that is made, next to the name of one that exists.
void check_existing(json::ObjectReader& reader, ReclaimPolicy policy) {
  if (reader.find("storageClassName") != nullptr) {
    reader.problem("storageClassName", "belongs to a new claim; remove it next to claimName");
  }
  if (reader.find("accessModes") != nullptr) {
    reader.problem("accessModes",
                   "belongs to a new claim; remove it next to claimName, the existing claim has "
                   "its own");
  }
  if (policy == ReclaimPolicy::Delete) {
    reader.problem("reclaimPolicy",
                   "Delete belongs to a claim that the Dataset created; write Retain next to "
                   "claimName, or remove it");
  }
}

DatasetSpec read_fields(json::ObjectReader& reader) {
  DatasetSpec spec;
  spec.claim_name = fields::object_name(reader, "claimName", "PersistentVolumeClaim", "team-files");
  spec.size = read_size(reader);
  spec.storage_class = fields::object_name(reader, "storageClassName", "StorageClass", "nfs");
  spec.access_modes = read_access_modes(reader);
  const auto policy = reader.choice("reclaimPolicy", {"Retain", "Delete"});
  spec.reclaim_policy = static_cast<ReclaimPolicy>(policy.value_or(0));
  spec.run_as_user = reader.integer("runAsUser", {1, highest_id});
  spec.run_as_group = reader.integer("runAsGroup", {1, highest_id});
  const bool existing = reader.find("claimName") != nullptr;
  const bool sized = reader.find("size") != nullptr;
  reader.finish();
  if (existing) check_existing(reader, spec.reclaim_policy);
  if (!existing && spec.access_modes.empty()) spec.access_modes = {AccessMode::ReadWriteOnce};
  if (existing == sized) {
    reader.problem_here(
        "needs either claimName (an existing PersistentVolumeClaim) or size (of a "
        "new one); write exactly one of them");
  }
  return spec;
}

}  // namespace

Reading<DatasetSpec> read_dataset(const json::Json& object) {
  return fields::read_object<DatasetSpec>(object, name_problem, read_fields);
}

}  // namespace gradient
