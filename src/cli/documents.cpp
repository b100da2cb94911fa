#include "cli/documents.h"

#include "base/files.h"
#include "gradient/spec/names.h"

#include <iostream>
#include <stdexcept>

namespace cli {
namespace {

using json::Json;

std::string position(const std::string& file, int line) {
  return (file == "-" ? "stdin" : file) + ":" + std::to_string(line) + ": ";
}

Json wrapped(const Json& spec, const std::string& name) {
  return json::object({{"apiVersion", gradient::names::api_version},
                       {"kind", "GradientDeployment"},
                       {"metadata", json::object({{"name", name}})},
                       {"spec", spec}});
}

/// The items of a List with their places, or the document itself.
std::vector<json::Document> items_of(json::Document document) {
  const auto& kind = json::at(document.value, {"kind"});
  if (!kind.is_string() || kind.as_string() != "List") return {std::move(document)};
  std::vector<json::Document> items;
  const auto places = document.place.members.find("items");
  std::size_t index = 0;
  for (const auto& item : json::elements_at(document.value, {"items"})) {
    json::Place place;
    if (places != document.place.members.end() && index < places->second.elements.size()) {
      place = places->second.elements[index];
    }
    items.push_back({.value = item, .place = std::move(place), .warnings = {}});
    ++index;
  }
  return items;
}

void add_document(const std::string& file, json::Document document, const std::string& name,
                  const std::string& ns, Inputs& inputs) {
  Input input{.file = file, .document = std::move(document), .object = {}, .bare = false};
  if (!input.document.value.is_object()) {
    inputs.problems.push_back(position(file, input.document.place.line) +
                              "must be a mapping: a custom resource or a Gradient spec");
    return;
  }
  input.bare = !input.document.value.has_field("kind");
  if (input.bare && name.empty()) {
    inputs.problems.push_back(position(file, input.document.place.line) +
                              "is a bare Gradient spec: give the deployment's name with --name");
    return;
  }
  input.object = input.bare ? wrapped(input.document.value, name) : input.document.value;
  auto& metadata = input.object["metadata"];
  if (metadata.is_object() && !metadata.has_field("namespace")) metadata["namespace"] = Json(ns);
  inputs.objects.push_back(std::move(input));
}

}  // namespace

std::string Input::at(const json::Problem& problem) const {
  constexpr std::string_view spec = "spec.";
  const bool inside = bare && problem.path.starts_with(spec);
  const auto path = inside ? problem.path.substr(spec.size()) : problem.path;
  return position(file, json::line_of(document, path)) +
         json::text(json::Problem{path, problem.message});
}

std::string read_text(const std::string& file) {
  if (file != "-") return base::read_file(file);
  constexpr std::size_t limit = 16U << 20U;
  std::string text(limit + 1, '\0');
  std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::cin.gcount()));
  if (text.size() > limit) throw std::runtime_error("standard input is longer than 16 MiB");
  return text;
}

Inputs read_inputs(const std::vector<std::string>& files, const std::string& name,
                   const std::string& ns) {
  Inputs inputs;
  for (const auto& file : files) {
    auto text = json::parse_yaml(read_text(file));
    for (const auto& problem : text.problems) {
      inputs.problems.push_back(position(file, problem.line) + problem.message);
    }
    for (auto& document : text.documents) {
      for (auto& item : items_of(std::move(document))) {
        add_document(file, std::move(item), name, ns, inputs);
      }
    }
    if (text.documents.empty() && text.problems.empty()) {
      inputs.problems.push_back(position(file, 1) + "holds no document");
    }
  }
  return inputs;
}

}  // namespace cli
