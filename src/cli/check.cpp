#include "cli/check.h"

#include "cli/lines.h"
#include "gradient/spec/fit.h"

#include <array>
#include <map>
#include <optional>
#include <string>

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
json::Problems idle_fields(const Input& input, const gradient::Settings& settings) {
  if (input.kind() != "GradientDeployment") return {};
  return gradient::idle_fields(
      std::get<gradient::DeploymentSpec>(gradient::read_deployment(input.object)), settings);
}

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
    for (const auto& field : idle_fields(input, settings))
      remarks.print(input.at({field.path, "warning: " + field.message}));
  }
  if (problems.too_many()) std::cerr << "and more problems; correct these first\n";
  if (remarks.too_many()) std::cerr << "and more warnings\n";
  return !problems.any();
}

}  // namespace cli
