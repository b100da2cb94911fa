#include "cli/check.h"

#include "gradient/spec/fit.h"

#include <iostream>

namespace cli {
namespace {

template <class Spec>
json::Problems problems_of(const gradient::Reading<Spec>& reading) {
  const auto* problems = std::get_if<json::Problems>(&reading);
  return problems == nullptr ? json::Problems{} : *problems;
}

/// Empty for a kind that is not ours.
std::optional<json::Problems> check(const Input& input, const gradient::Settings& settings) {
  const auto kind = input.kind();
  const auto& object = input.object;
  if (kind == "GradientDeployment") return problems_of(gradient::read_deployment(object, settings));
  if (kind == "Model") return problems_of(gradient::read_model(object));
  if (kind == "Dataset") return problems_of(gradient::read_dataset(object));
  if (kind == "ContainerRegistry") return problems_of(gradient::read_registry(object));
  return std::nullopt;
}

}  // namespace

bool report(const Inputs& inputs, const gradient::Settings& settings) {
  for (const auto& problem : inputs.problems)
    std::cerr << problem << '\n';
  bool fine = inputs.problems.empty();
  for (const auto& input : inputs.objects) {
    for (const auto& warning : input.document.warnings) {
      std::cerr << input.at({warning.path, "warning: " + warning.message}) << '\n';
    }
    const auto problems = check(input, settings);
    if (!problems) {
      std::cerr << input.at({"", "note: a " + input.kind() + " is not checked here"}) << '\n';
      continue;
    }
    for (const auto& problem : *problems)
      std::cerr << input.at(problem) << '\n';
    fine = fine && problems->empty();
  }
  return fine;
}

}  // namespace cli
