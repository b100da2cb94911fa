#include "cli/documents.h"

#include "base/files.h"
#include "cli/identity.h"
#include "gradient/import/file_name.h"
#include "gradient/import/other_format.h"
#include "gradient/import/written.h"
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

class Collector {
 public:
  Collector(const std::string& name, const std::string& ns, const std::string& any_name)
      : name_(name), ns_(ns), any_name_(any_name) {}

  void add_file(const std::string& file) {
    inputs_.files.push_back(file);
    auto read = read_documents(read_text(file));
    for (const auto& problem : read.problems)
      refuse(file, problem.line, problem.message);
    for (auto& document : read.documents)
      add(file, std::move(document));
    if (read.documents.empty() && read.problems.empty()) refuse(file, 1, "holds no document");
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
  /// A document is an object, a bare spec, or something that contains them.
  void add(const std::string& file, json::Document document) {
    const auto& items = json::at(document.value, {"items"});
    if (is_bare(document.value)) {
      for (auto& spec : gradient::specs_in(std::move(document)))
        add_bare(file, std::move(spec));
    } else if (json::string_at(document.value, {"kind"}).ends_with("List") && items.is_array()) {
      const auto list = json::member(document, "items");
      for (std::size_t i = 0; i < items.size(); ++i)
        add(file, json::element(list, i));
    } else {
      Input input{.file = file, .document = std::move(document), .object = {}};
      input.object = input.document.value;
      add_object(std::move(input));
    }
  }

  void add_bare(const std::string& file, gradient::WrittenSpec spec);
  void add_object(Input input);

  void add_problem(Message message) {
    if (inputs_.problems.size() <= most_messages) inputs_.problems.push_back(std::move(message));
  }

  const std::string& name_;
  const std::string& ns_;
  const std::string& any_name_;
  Inputs inputs_;
};

void Collector::add_bare(const std::string& file, gradient::WrittenSpec spec) {
  const int line = spec.document.place.line;
  const auto& value = spec.document.value;
  if (!value.is_object() && !value.is_null()) {
    refuse(file, line, "must be a mapping: a custom resource or a Gradient spec");
    return;
  }
  if (const auto other = gradient::other_format(value); !other.empty()) {
    refuse(file, line, other);
    return;
  }
  auto name = name_.empty() ? gradient::deployment_name(spec) : name_;
  const bool is_nameless = name.empty() && !any_name_.empty();
  if (name.empty()) name = is_nameless ? any_name_ : deployment_name(file);
  if (name.empty()) {
    refuse(file, line, "is a bare Gradient spec: give the deployment's name with --name");
    return;
  }
  Input input{.file = file, .document = {}, .object = wrapped(gradient::bare_spec(spec), name)};
  input.document = std::move(spec.document);
  input.bare = true;
  input.is_nameless = is_nameless;
  add_object(std::move(input));
}

void Collector::add_object(Input input) {
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
  const auto name = file == "-" ? std::string("stdin") : file;
  return line == 0 ? name : name + ":" + std::to_string(line);
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

std::string deployment_name(const std::string& file) {
  return file == "-" ? std::string()
                     : gradient::name_of_file(std::filesystem::absolute(file).lexically_normal());
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

json::Documents read_documents(std::string_view text) {
  auto read = json::parse_yaml(text);
  const bool is_yaml =
      read.problems.empty() &&
      std::none_of(read.documents.begin(), read.documents.end(),
                   [](const json::Document& document) { return document.value.is_string(); });
  if (is_yaml) return read;
  if (auto script = gradient::shell_script(text))
    return {.documents = {}, .problems = {*std::move(script)}};
  return read;
}

Inputs read_inputs(const std::vector<std::string>& paths, const std::string& name,
                   const std::string& ns, const std::string& any_name) {
  Collector collector(name, ns, any_name);
  for (const auto& path : paths) {
    const auto files = files_of(path);
    if (files.empty()) collector.refuse_folder(path, no_files);
    for (const auto& file : files)
      collector.add_file(file);
  }
  return collector.take();
}

}  // namespace cli
