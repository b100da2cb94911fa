#include "cli/render.h"

#include "base/hash.h"
#include "cli/check.h"
#include "cli/exit_code.h"
#include "cli/load_settings.h"
#include "cli/messages.h"
#include "cli/offline.h"
#include "gradient/render/claim.h"
#include "gradient/render/pod_template_conflicts.h"
#include "gradient/render/pull_secret.h"
#include "gradient/render/render.h"
#include "gradient/spec/names.h"
#include "gradient/spec/read_dataset.h"
#include "gradient/spec/read_deployment.h"
#include "gradient/spec/read_registry.h"

#include <iostream>

namespace cli {
namespace {

using json::Json;

/// `object` without what ties it to the operator: of an owner that is not there the garbage
/// collector removes everything, and of one that is, with it.
Json on_its_own(Json object) {
  auto& metadata = object["metadata"];
  if (metadata.has_field("ownerReferences")) metadata.erase("ownerReferences");
  auto& annotations = metadata["annotations"];
  annotations.erase(gradient::names::applied_annotation);
  for (const auto* name :
       {gradient::names::rendering_rules_annotation, gradient::names::dataset_uid_annotation}) {
    if (annotations.has_field(name)) annotations.erase(name);
  }
  if (annotations.size() == 0) metadata.erase("annotations");
  return object;
}

/// Of an object that is not in a cluster, something in the UID's place, so that the checkouts of
/// two of them on one dataset are not the same folder.
gradient::Parent parent_of(const Json& object) {
  constexpr std::size_t digits = 32;  // of a UID
  auto parent = gradient::parent(object);
  if (json::string_at(object, {"metadata", "uid"}).empty())
    parent.uid = base::short_hash(parent.ns + "/" + parent.name, digits);
  return parent;
}

/// One run: objects come out in the order of the input, messages as they arise.
class Renderer {
 public:
  Renderer(const RenderOptions& options, const gradient::Settings& settings, const Inputs& inputs)
      : options_(options), settings_(settings), offline_(inputs) {}

  void add(const Input& input);
  /// Prints what there is to say. Whether all could be rendered.
  bool finish(const Inputs& inputs) { return !messages_.print(inputs.files); }
  std::vector<Json> take() { return std::move(objects_); }

 private:
  void add_deployment(const Input& input);
  void leave_out_pull_secret(const Input& input);
  void refuse(const Input& input, const std::string& message) {
    messages_.problem(input.message(placed(message)));
  }
  void warn(const Input& input, json::Problem remark) {
    remark.message.insert(0, "warning: ");
    messages_.remark(input.message(remark));
  }
  void assume_missing(const Input& input, const gradient::Parent& parent,
                      const gradient::DeploymentSpec& spec, gradient::Found& found);

  const RenderOptions& options_;
  const gradient::Settings& settings_;
  Offline offline_;
  std::vector<Json> objects_;
  Messages messages_;
};

void Renderer::add(const Input& input) {
  if (!input.ours) return;
  const auto kind = input.kind();
  if (kind == "GradientDeployment") {
    add_deployment(input);
  } else if (kind == "ContainerRegistry") {
    leave_out_pull_secret(input);
  } else if (kind == "Dataset") {
    const auto spec = std::get<gradient::DatasetSpec>(gradient::read_dataset(input.object));
    auto claim = gradient::render_claim(gradient::parent(input.object), spec, {});
    if (claim) objects_.push_back(on_its_own(*std::move(claim)));
  }
}

void Renderer::add_deployment(const Input& input) {
  const auto parent = parent_of(input.object);
  const auto spec = std::get<gradient::DeploymentSpec>(gradient::read_deployment(input.object));
  auto found = offline_.find(parent, spec, settings_);
  if (!found.blockers.empty() && options_.assume_missing)
    assume_missing(input, parent, spec, found);
  for (const auto& blocker : found.blockers)
    refuse(input, blocker.message + "; add one that does, or --assume-missing");
  if (messages_.has_problems()) return;
  auto rendered = gradient::render(parent, spec, found, settings_);
  for (auto& object : rendered.objects)
    objects_.push_back(on_its_own(std::move(object)));
}

/// What the files define has been looked at by report(); the names of what they do not are new.
void Renderer::assume_missing(const Input& input, const gradient::Parent& parent,
                              const gradient::DeploymentSpec& spec, gradient::Found& found) {
  for (const auto& blocker : found.blockers)
    warn(input, placed(blocker.message + "; defaults take its place"));
  Offline::assume(gradient::needs(spec, settings_), found);
  for (const auto& conflict : gradient::pod_template_conflicts(parent, spec, found, settings_))
    refuse(input, conflict.message);
}

/// A password is printed nowhere, also where the files have it.
void Renderer::leave_out_pull_secret(const Input& input) {
  const auto parent = gradient::parent(input.object);
  const auto spec = std::get<gradient::RegistrySpec>(gradient::read_registry(input.object));
  if (!spec.secret_name.empty()) return;
  const auto name = gradient::pull_secret_name(parent.name, spec);
  warn(input, {"", "Secret " + name +
                       " is left out, as it has the password; where there is none, make it with "
                       "kubectl create secret docker-registry " +
                       name + " --namespace " + parent.ns});
}

void print(const std::vector<Json>& objects, const std::string& output) {
  if (output == "json") {
    std::cout << json::pretty(
        json::object({{"apiVersion", "v1"}, {"kind", "List"}, {"items", json::array(objects)}}));
    return;
  }
  for (const auto& object : objects)
    std::cout << "---\n" << json::yaml_text(object);
}

}  // namespace

int render(const RenderOptions& options) {
  const auto settings = load_settings(options.config);
  if (!settings) return ProblemsInInput;
  const auto inputs = read_inputs(options.files, options.name, options.ns);
  if (!report(inputs, *settings, options.name).is_fine) return ProblemsInInput;
  Renderer renderer(options, *settings, inputs);
  for (const auto& input : inputs.objects)
    renderer.add(input);
  if (!renderer.finish(inputs)) return ProblemsInInput;
  print(renderer.take(), options.output);
  return Fine;
}

}  // namespace cli
