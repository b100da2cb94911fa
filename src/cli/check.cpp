#include "cli/check.h"

#include "cli/messages.h"
#include "cli/offline.h"
#include "gradient/render/pod_template_conflicts.h"
#include "gradient/spec/access_mode_conflicts.h"
#include "gradient/spec/placeholders.h"
#include "gradient/spec/pull_credentials.h"
#include "gradient/spec/read_dataset.h"
#include "gradient/spec/read_deployment.h"
#include "gradient/spec/read_model.h"
#include "gradient/spec/read_registry.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cli {
namespace {

template <class Spec>
json::Problems problems_of(const gradient::Reading<Spec>& reading) {
  const auto* problems = std::get_if<json::Problems>(&reading);
  return problems == nullptr ? json::Problems{} : *problems;
}

json::Problems check(const Input& input, const gradient::Settings& settings) {
  const auto kind = input.kind();
  const auto& object = input.object;
  if (kind == "GradientDeployment") return problems_of(gradient::read_deployment(object, settings));
  if (kind == "Model") return problems_of(gradient::read_model(object));
  if (kind == "Dataset") return problems_of(gradient::read_dataset(object));
  return problems_of(gradient::read_registry(object));
}

/// What the reader says of an object, for one who wrote a bare spec.
json::Problem of_bare_spec(json::Problem problem) {
  if (problem.path == "spec.apiVersion")
    problem.message = "must be one of v0alpha0, v0alpha1, v1, latest, or left out";
  if (problem.path == "spec.name")
    problem.message = "must be a text with a letter a-z or a digit, and no password";
  return problem;
}

/// Of an object without problems.
json::Problems doubtful_fields(const Input& input, const gradient::Settings& settings) {
  if (input.kind() == "Model") {
    return gradient::doubtful_fields(
        std::get<gradient::ModelSpec>(gradient::read_model(input.object)));
  }
  if (input.kind() != "GradientDeployment") return {};
  const auto spec = std::get<gradient::DeploymentSpec>(gradient::read_deployment(input.object));
  return gradient::doubtful_fields(spec, settings);
}

json::Problems warnings(const Input& input, const gradient::Settings& settings) {
  auto all = doubtful_fields(input, settings);
  for (auto& placeholder : gradient::placeholders(json::at(input.object, {"spec"}), "spec"))
    all.push_back(std::move(placeholder));
  return all;
}

/// Servers of the ContainerRegistries of one run that say them, by namespace and name.
class Registries {
 public:
  explicit Registries(const Inputs& inputs) {
    for (const auto& input : inputs.objects) {
      if (!input.ours || input.kind() != "ContainerRegistry") continue;
      const auto read = gradient::read_registry(input.object);
      const auto* spec = std::get_if<gradient::RegistrySpec>(&read);
      if (spec != nullptr && !spec->server.empty())
        servers_[place(input, name(input))] = spec->server;
    }
  }

  /// Of an object without problems whose image or artifact is not at its registry.
  std::optional<json::Problem> mismatch(const Input& input) const {
    if (input.kind() == "GradientDeployment") {
      const auto spec = std::get<gradient::DeploymentSpec>(gradient::read_deployment(input.object));
      return mismatch(input, spec.container_registry, "spec.containerRegistry", "spec.image",
                      spec.image);
    }
    if (input.kind() != "Model") return std::nullopt;
    const auto source = std::get<gradient::ModelSpec>(gradient::read_model(input.object)).source;
    constexpr std::string_view scheme = "oci://";
    return mismatch(input, source.container_registry, "spec.source.containerRegistry",
                    "spec.source.url",
                    source.url.substr(std::min(scheme.size(), source.url.size())));
  }

 private:
  using Place = std::pair<std::string, std::string>;
  static std::string name(const Input& input) {
    return json::string_at(input.object, {"metadata", "name"});
  }
  static Place place(const Input& input, const std::string& name) {
    return {json::string_at(input.object, {"metadata", "namespace"}), name};
  }

  std::optional<json::Problem> mismatch(const Input& input, const std::string& registry,
                                        const std::string& field, const std::string& image_field,
                                        const std::string& image) const {
    const auto found = servers_.find(place(input, registry));
    if (found == servers_.end()) return std::nullopt;
    std::vector<std::string> servers;
    for (const auto& key : gradient::pull::keys(found->second))
      servers.push_back(gradient::pull::server_of(key));
    if (gradient::pull::covers(servers, image)) return std::nullopt;
    return json::Problem{
        field, "ContainerRegistry " + registry + " is for " + servers.front() + ", and " +
                   image_field + " is at " + gradient::pull::registry_of(image) +
                   ": host, port and path must be those that " + image_field + " begins with"};
  }

  std::map<Place, std::string> servers_;
};

/// The hosts that the deployments of one run choose, and where.
class Hosts {
 public:
  /// Of an object without problems whose host an earlier one has as well.
  std::optional<json::Problem> repetition(const Input& input) {
    if (input.kind() != "GradientDeployment") return std::nullopt;
    const auto spec = std::get<gradient::DeploymentSpec>(gradient::read_deployment(input.object));
    const auto& host = spec.exposure.host;
    if (host.empty()) return std::nullopt;
    const auto [first, is_new] = places_.emplace(host, input.where());
    if (is_new) return std::nullopt;
    return json::Problem{"spec.endpoint.host",
                         "is that of " + first->second + " too; only one of the two gets it"};
  }

 private:
  std::map<std::string, std::string> places_;
};

/// Where the objects of one run were defined first.
class Places {
 public:
  /// Of an object that is one with an earlier one to the API server: the last of them would count.
  std::optional<json::Problem> repetition(const Input& input) {
    const auto& object = input.object;
    const auto name = json::string_at(object, {"metadata", "name"});
    if (name.empty() || input.is_nameless) return std::nullopt;
    const auto [first, is_new] =
        places_.emplace(std::array{json::string_at(object, {"apiVersion"}), input.kind(),
                                   json::string_at(object, {"metadata", "namespace"}), name},
                        input.where());
    if (is_new) return std::nullopt;
    return json::Problem{"",
                         "defines the object of " + first->second + " again; keep one of the two"};
  }

 private:
  std::map<std::array<std::string, 4>, std::string> places_;
};

/// Conflicts that show only when all files are known: of a podTemplate with what the operator adds
/// to the pod, and of a volume's access modes with the spec. Of objects without problems.
json::Problems conflicts(const Input& input, const Offline& offline,
                         const gradient::Settings& settings) {
  if (input.kind() != "GradientDeployment") return {};
  const auto spec = std::get<gradient::DeploymentSpec>(gradient::read_deployment(input.object));
  const auto parent = gradient::parent(input.object);
  auto found = offline.find(parent, spec, settings);
  const auto defined = found.datasets;
  Offline::assume(gradient::needs(spec, settings), found);
  for (auto& [name, dataset] : found.datasets)
    if (!defined.contains(name)) dataset.claim.clear();  // which one it has is not known
  json::Problems problems;
  for (const auto& conflicts : {gradient::access_mode_conflicts(spec, found),
                                gradient::pod_template_conflicts(parent, spec, found, settings)}) {
    for (const auto& conflict : conflicts)
      problems.push_back(placed(conflict.message));
  }
  return problems;
}

/// One look at all inputs.
class Check {
 public:
  Check(const Inputs& inputs, const gradient::Settings& settings)
      : inputs_(inputs), settings_(settings), registries_(inputs) {}

  void look_at(const Input& input);
  void look_at_all_together();
  Verdict finish(const std::string& name);
  bool has_problems() const { return !faulty_.empty(); }
  bool has_too_many() const { return messages_.has_too_many(); }

 private:
  void problem(const Input& input, const json::Problem& problem) {
    messages_.problem(input.message(input.bare ? of_bare_spec(problem) : problem));
    faulty_.insert(&input);
  }
  void remark(const Input& input, const char* begin, const json::Problem& remark) {
    messages_.remark(input.message({remark.path, begin + remark.message}));
  }

  const Inputs& inputs_;
  const gradient::Settings& settings_;
  const Registries registries_;
  Messages messages_;
  Places places_;
  Hosts hosts_;
  std::vector<const Input*> seen_;  ///< those of ours
  std::set<const Input*> faulty_;
};

void Check::look_at(const Input& input) {
  if (const auto again = places_.repetition(input)) problem(input, *again);
  for (const auto& warning : input.document.warnings)
    remark(input, "warning: ", warning);
  if (!input.ours) {
    remark(input, "note: ", {"", "a " + input.kind() + " is not checked here"});
    return;
  }
  seen_.push_back(&input);
  const auto found = check(input, settings_);
  const auto advice = input.bare ? import_advice(input.file, input.document.value) : "";
  if (!advice.empty()) remark(input, "note: ", {"", advice});
  for (const auto& wrong : found)
    problem(input, wrong);
  if (!found.empty()) return;
  for (const auto& warning : warnings(input, settings_))
    remark(input, "warning: ", warning);
  for (const auto& doubt : {registries_.mismatch(input), hosts_.repetition(input)})
    if (doubt) remark(input, "warning: ", *doubt);
}

/// After each by itself, and only when all of them can be read.
void Check::look_at_all_together() {
  const Offline offline(inputs_);
  for (const auto& input : inputs_.objects) {
    if (!input.ours) continue;
    for (const auto& conflict : conflicts(input, offline, settings_))
      problem(input, conflict);
  }
}

Verdict Check::finish(const std::string& name) {
  for (const auto& unread : inputs_.problems)
    messages_.problem(unread);
  const auto is_bare = [](const Input& input) { return input.bare; };
  const bool takes_name = std::any_of(inputs_.objects.begin(), inputs_.objects.end(), is_bare);
  if (!name.empty() && !takes_name && !inputs_.objects.empty()) {
    messages_.remark({inputs_.objects.front().file, inputs_.objects.front().document.place.line,
                      "note: --name is for bare specs; objects have the name in their metadata"});
  }
  Verdict verdict{!messages_.print(inputs_.files), {}};
  for (const auto* input : seen_)
    if (!faulty_.contains(input)) verdict.valid.push_back(input);
  return verdict;
}

}  // namespace

json::Problem placed(const std::string& message) {
  const auto end = message.find(": ");
  if (!message.starts_with("spec.") || end == std::string::npos) return {"", message};
  return {message.substr(0, end), message.substr(end + 2)};
}

Verdict report(const Inputs& inputs, const gradient::Settings& settings, const std::string& name) {
  Check check(inputs, settings);
  for (const auto& input : inputs.objects) {
    if (check.has_too_many()) break;
    check.look_at(input);
  }
  if (inputs.problems.empty() && !check.has_problems()) check.look_at_all_together();
  return check.finish(name);
}

}  // namespace cli
