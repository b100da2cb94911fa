#include "cli/check.h"

#include "cli/lines.h"
#include "gradient/spec/pull_credentials.h"
#include "gradient/spec/read_dataset.h"
#include "gradient/spec/read_deployment.h"
#include "gradient/spec/read_model.h"
#include "gradient/spec/read_registry.h"

#include <array>
#include <map>
#include <optional>
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
    problem.message = "belongs to the format of the Gradient platform; remove it";
  if (problem.path == "spec.name")
    problem.message =
        "belongs to the format of the Gradient platform; remove it, and give the name with --name";
  return problem;
}

/// Of an object without problems.
json::Problems warnings(const Input& input, const gradient::Settings& settings) {
  if (input.kind() == "Model") {
    return gradient::doubtful_fields(
        std::get<gradient::ModelSpec>(gradient::read_model(input.object)));
  }
  if (input.kind() != "GradientDeployment") return {};
  const auto spec = std::get<gradient::DeploymentSpec>(gradient::read_deployment(input.object));
  return gradient::doubtful_fields(spec, settings);
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

}  // namespace

bool report(const Inputs& inputs, const gradient::Settings& settings) {
  Lines problems, remarks;
  Places places;
  Hosts hosts;
  const Registries registries(inputs);
  for (const auto& problem : inputs.problems)
    problems.print(problem);
  for (const auto& input : inputs.objects) {
    if (problems.too_many()) break;
    if (const auto again = places.repetition(input)) problems.print(input.at(*again));
    for (const auto& warning : input.document.warnings)
      remarks.print(input.at({warning.path, "warning: " + warning.message}));
    if (!input.ours) {
      remarks.print(input.at({"", "note: a " + input.kind() + " is not checked here"}));
      continue;
    }
    const auto found = check(input, settings);
    const auto advice = input.bare ? import_advice(input.file, input.document.value) : "";
    if (!advice.empty()) remarks.print(input.at({"", "note: " + advice}));
    for (const auto& problem : found)
      problems.print(input.at(input.bare ? of_bare_spec(problem) : problem));
    if (!found.empty()) continue;
    for (const auto& warning : warnings(input, settings))
      remarks.print(input.at({warning.path, "warning: " + warning.message}));
    for (const auto& doubt : {registries.mismatch(input), hosts.repetition(input)})
      if (doubt) remarks.print(input.at({doubt->path, "warning: " + doubt->message}));
  }
  if (problems.too_many()) std::cerr << "and more problems; correct these first\n";
  if (remarks.too_many()) std::cerr << "and more warnings\n";
  return !problems.any();
}

}  // namespace cli
