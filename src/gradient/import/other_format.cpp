#include "gradient/import/other_format.h"

#include "gradient/spec/characters.h"
#include "gradient/spec/names.h"

#include <algorithm>
#include <array>

namespace gradient {
namespace {

using json::Json;

constexpr std::string_view wanted =
    "; a Gradient deployment spec has image, port and env beside resources with instanceType or "
    "machineType";

std::string resource(std::string_view kind, std::string_view version) {
  const auto group = version.substr(0, version.find('/'));
  if (group == names::group) {
    return "is a " + std::string(kind) +
           " of this operator already; check it with gradient-operator validate and apply it";
  }
  struct Known {
    std::string_view group, product;
  };
  constexpr std::array products{
      Known{"serving.kserve.io", "KServe"},         Known{"serving.kubeflow.org", "KServe"},
      Known{"serving.knative.dev", "Knative"},      Known{"kubeai.org", "KubeAI"},
      Known{"machinelearning.seldon.io", "Seldon"},
  };
  for (const auto& known : products) {
    if (known.group == group)
      return "is a " + std::string(known.product) + " " + std::string(kind) + ", no Gradient spec" +
             std::string(wanted);
  }
  return "is a Kubernetes " + std::string(kind) + " (" + std::string(version) +
         "), no Gradient spec" + std::string(wanted);
}

bool has_member(const Json& mapping, std::string_view name) {
  if (!mapping.is_object()) return false;
  for (const auto& [key, value] : mapping.as_object())
    if (value.is_object() && !json::at(value, {name}).is_null()) return true;
  return false;
}

std::string workflow(const Json& document) {
  const auto& jobs = json::at(document, {"jobs"});
  const auto& defaults = json::at(document, {"defaults", "resources"});
  const bool is_gradient = !json::at(defaults, {"instance-type"}).is_null() ||
                           has_member(jobs, "resources") || has_member(jobs, "inputs");
  if (is_gradient)
    return "is a Gradient workflow, which has no counterpart here" + std::string(wanted);
  return "is a GitHub Actions workflow, no Gradient spec" + std::string(wanted);
}

std::string by_fields(const Json& document) {
  const auto has = [&](std::string_view name) { return !json::at(document, {name}).is_null(); };
  const auto is = [](std::string_view what) {
    return "is " + std::string(what) + ", no Gradient spec" + std::string(wanted);
  };
  const auto& services = json::at(document, {"services"});
  if (services.is_object()) return is("a compose file");
  if (services.is_array()) return is("an App Platform spec");
  if (json::at(document, {"jobs"}).is_object()) return workflow(document);
  if (json::at(document, {"resources"}).is_array()) return is("a kustomization");
  if (has("deploymentType") || has("modelId") || has("imageUrl")) {
    return "is a deployment of Gradient's first generation (deploymentType, modelId, imageUrl), "
           "which had no spec file; write image and resources, see "
           "docs/migrating-from-gradient.md";
  }
  if (has("instanceTypes") || has("podSecurity"))
    return is("a configuration file of this operator");
  if (has("openapi") || has("swagger")) return is("a description of an HTTP API");
  if (has("version") && has("name") && json::string_at(document, {"apiVersion"}) == "v2")
    return is("the Chart.yaml of a Helm chart");
  return {};
}

/// The word that ends the here-document which begins in a line; empty when none does. Lines of a
/// block scalar, which may have one, are indented.
std::string_view here_document(std::string_view line) {
  const auto begin = line.find("<<");
  if (begin == std::string_view::npos || std::string_view(" \t#").find(line.front()) != line.npos)
    return {};
  auto word = line.substr(begin + 2);
  word.remove_prefix(std::min(word.find_first_not_of("-~ \"'\\"), word.size()));
  const auto* const end = std::find_if_not(
      word.begin(), word.end(), [](char c) { return values::is_alphanumeric(c) || c == '_'; });
  return word.substr(0, static_cast<std::size_t>(end - word.begin()));
}

std::string_view take_line(std::string_view& text) {
  const auto line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line.substr(0, line.find_last_not_of(" \t\r") + 1);
}

bool has_line(std::string_view text, std::string_view sought) {
  while (!text.empty()) {
    auto line = take_line(text);
    line.remove_prefix(std::min(line.find_first_not_of('\t'), line.size()));
    if (line == sought) return true;
  }
  return false;
}

bool has_field_of_spec(const Json& document) {
  for (const std::string_view field :
       {"image", "enabled", "port", "resources", "containerRegistry", "models", "repositories",
        "integrations", "healthChecks", "healthchecks", "command", "env", "instanceType",
        "machineType"})
    if (document.has_field(std::string(field))) return true;
  return false;
}

}  // namespace

bool is_word(std::string_view text, std::string_view besides) {
  return !text.empty() && text.size() <= 100 && values::all(text, [&](char c) {
    return values::is_alphanumeric(c) || besides.find(c) != std::string_view::npos;
  });
}

std::string other_format(const Json& document) {
  if (document.is_array()) {
    return "is a list; write each Gradient spec as a document of its own, with --- between them";
  }
  if (document.is_null()) return "is empty, no Gradient spec" + std::string(wanted);
  if (!document.is_object()) return "is plain text, no Gradient spec" + std::string(wanted);
  if (document.size() == 0) return "is an empty mapping, no Gradient spec" + std::string(wanted);
  const auto kind = json::string_at(document, {"kind"});
  const auto version = json::string_at(document, {"apiVersion"});
  if (is_word(kind, "") && is_word(version, "./-")) return resource(kind, version);
  if (auto known = by_fields(document); !known.empty()) return known;
  if (has_field_of_spec(document)) return {};
  std::string fields;
  int count = 0;
  for (const auto& [name, value] : document.as_object()) {
    if (!is_word(name, "_-.") || ++count > 5) continue;
    fields += (fields.empty() ? " (it has " : ", ") + name;
  }
  return "has no field of a Gradient spec" + fields + (fields.empty() ? "" : ")") +
         std::string(wanted);
}

std::optional<json::LineProblem> shell_script(std::string_view text) {
  const bool has_interpreter = text.starts_with("#!");
  for (int number = 1; !text.empty(); ++number) {
    const auto word = here_document(take_line(text));
    if (word.empty() || !has_line(text, word)) continue;
    return json::LineProblem{
        number, "begins a here-document of a shell script, up to the line " + std::string(word) +
                    "; write what is between them to a file of its own, and name that file"};
  }
  if (!has_interpreter) return std::nullopt;
  return json::LineProblem{1, "is a script, no Gradient spec" + std::string(wanted)};
}

bool is_of_platform(const Json& spec) {
  if (!other_format(spec).empty()) return false;
  const auto has = [&](std::initializer_list<std::string_view> path) {
    return !json::at(spec, path).is_null();
  };
  return has({"region"}) || has({"basicAuthKey"}) || has({"healthchecks"}) ||
         has({"integrations"}) || has({"resources", "ports"}) || has({"resources", "machineType"});
}

}  // namespace gradient
