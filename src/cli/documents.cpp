#include "cli/documents.h"

#include "base/files.h"
#include "cli/identity.h"
#include "gradient/import/other_format.h"
#include "gradient/spec/names.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <stdexcept>

namespace cli {
namespace {

using json::Json;

Json wrapped(const Json& spec, const std::string& name) {
  return json::object({{"apiVersion", gradient::names::api_version},
                       {"kind", "GradientDeployment"},
                       {"metadata", json::object({{"name", name}})},
                       {"spec", spec}});
}

/// Element `index` of `items` of a list of objects, with what is known about its text.
json::Document item_of(const json::Document& list, std::size_t index) {
  json::Document item;
  item.value = json::elements_at(list.value, {"items"}).at(index);
  item.place.line = list.place.line;
  const auto places = list.place.members.find("items");
  if (places != list.place.members.end() && index < places->second.elements.size()) {
    item.place = places->second.elements[index];
  }
  const auto prefix = "items[" + std::to_string(index) + "].";
  for (const auto& warning : list.warnings) {
    if (!warning.path.starts_with(prefix)) continue;
    item.warnings.push_back({warning.path.substr(prefix.size()), warning.message});
  }
  return item;
}

class Collector {
 public:
  Collector(const std::string& name, const std::string& ns) : name_(name), ns_(ns) {}

  void add_file(const std::string& file) {
    inputs_.files.push_back(file);
    auto text = json::parse_yaml(read_text(file));
    for (const auto& problem : text.problems)
      refuse(file, problem.line, problem.message);
    for (auto& document : text.documents)
      add(file, std::move(document));
    if (text.documents.empty() && text.problems.empty()) refuse(file, 1, "holds no document");
  }

  void refuse(const std::string& file, int line, const std::string& message) {
    add_problem({file, line, message});
  }

  void refuse_folder(const std::string& path, const std::string& message) {
    inputs_.files.push_back(path);
    refuse(path, 1, message);
  }

  Inputs take() { return std::move(inputs_); }

 private:
  /// A document, or every item of one that is a list of objects.
  void add(const std::string& file, json::Document document) {
    const auto& items = json::at(document.value, {"items"});
    const bool is_list = json::string_at(document.value, {"kind"}).ends_with("List");
    if (!is_list || !items.is_array()) {
      add_object(file, std::move(document));
      return;
    }
    for (std::size_t i = 0; i < items.size(); ++i)
      add(file, item_of(document, i));
  }

  void add_object(const std::string& file, json::Document document);

  void add_problem(Message message) {
    if (inputs_.problems.size() <= most_messages) inputs_.problems.push_back(std::move(message));
  }

  const std::string& name_;
  const std::string& ns_;
  Inputs inputs_;
};

void Collector::add_object(const std::string& file, json::Document document) {
  const int line = document.place.line;
  if (!document.value.is_object()) {
    refuse(file, line, "must be a mapping: a custom resource or a Gradient spec");
    return;
  }
  Input input;
  input.file = file;
  input.document = std::move(document);
  input.bare = is_bare(input.document.value);
  if (input.bare && name_.empty()) {
    const auto advice = import_advice(file, input.document.value);
    refuse(file, line,
           advice.empty() ? "is a bare Gradient spec: give the deployment's name with --name"
                          : advice);
    return;
  }
  input.object = input.bare ? wrapped(input.document.value, name_) : input.document.value;
  input.ours = is_ours(input.object);
  if (const auto problem = identity_problem(input.object)) {
    add_problem(input.message(*problem));
    return;
  }
  auto& metadata = input.object["metadata"];
  if (metadata.is_null()) metadata = Json::object();
  if (metadata.is_object() && json::at(metadata, {"namespace"}).is_null()) {
    metadata["namespace"] = Json(ns_);
  }
  inputs_.objects.push_back(std::move(input));
}

}  // namespace

std::string Message::where() const {
  return (file == "-" ? "stdin" : file) + ":" + std::to_string(line);
}

std::string Input::where() const {
  return Message{file, document.place.line, {}}.where();
}

std::string Input::at(const json::Problem& problem) const {
  const auto told = message(problem);
  return told.where() + ": " + told.text;
}

Message Input::message(const json::Problem& problem) const {
  constexpr std::string_view spec = "spec.";
  auto path = problem.path;
  if (bare && path.starts_with(spec)) path.erase(0, spec.size());
  const int line = json::line_of(document.place, path);
  if (bare && path == "metadata.name") path = "--name";
  return {file, line, json::text(json::Problem{path, problem.message})};
}

std::string import_advice(const std::string& file, const Json& spec) {
  if (!gradient::is_of_platform(spec)) return {};
  return "is in the format of the Gradient platform: gradient-operator import -f " + file +
         " makes objects of it";
}

std::vector<std::string> files_of(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return {path};
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(path)) {
    const auto extension = entry.path().extension();
    const bool fits = extension == ".yaml" || extension == ".yml" || extension == ".json";
    if (fits && !entry.is_directory()) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
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

Inputs read_inputs(const std::vector<std::string>& paths, const std::string& name,
                   const std::string& ns) {
  Collector collector(name, ns);
  for (const auto& path : paths) {
    const auto files = files_of(path);
    if (files.empty()) collector.refuse_folder(path, "is a folder without .yaml, .yml or .json files");
    for (const auto& file : files)
      collector.add_file(file);
  }
  return collector.take();
}

}  // namespace cli
