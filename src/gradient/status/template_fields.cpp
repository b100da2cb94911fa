#include "gradient/status/template_fields.h"

namespace gradient::diagnosis {
namespace {

using json::Json;

std::string text(TemplateFields::Path path) {
  std::string result;
  for (const auto name : path)
    result += "." + std::string(name);
  return result;
}

}  // namespace

std::string TemplateFields::where(const Find& find, const std::string& path) const {
  if (!find(own_).is_null()) return "spec.podTemplate.spec" + path;
  if (!find(common_).is_null())
    return "podTemplate.spec" + path + " in the operator's configuration";
  return {};
}

std::string TemplateFields::of_pod(Path path) const {
  return where([&](const Json& pod) -> const Json& { return json::at(pod, path); }, text(path));
}

std::string TemplateFields::of_element(std::string_view list, std::string_view key,
                                       const std::string& value, Path path) const {
  const auto find = [&](const Json& pod) -> const Json& {
    return json::at(json::element_with(json::at(pod, {list}), key, value), path);
  };
  return where(find, "." + std::string(list) + "[" + value + "]" + text(path));
}

std::string TemplateFields::of_container(const std::string& name, Path path) const {
  auto found = of_element("containers", "name", name, path);
  return found.empty() ? of_element("initContainers", "name", name, path) : found;
}

std::string listed(const std::vector<std::string>& fields) {
  std::string result;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) result += i + 1 < fields.size() ? ", " : " and ";
    result += fields[i];
  }
  return result;
}

}  // namespace gradient::diagnosis
