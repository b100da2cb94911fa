#include "cli/validate.h"

#include "cli/check.h"
#include "cli/exit_code.h"
#include "cli/load_settings.h"

#include <iostream>

namespace cli {
namespace {

/// "app.yaml: GradientDeployment demo is valid"
std::string praise(const Input& input) {
  const auto file = input.file == "-" ? std::string("stdin") : input.file;
  if (!input.bare) {
    return file + ": " + input.kind() + " " + json::string_at(input.object, {"metadata", "name"}) +
           " is valid";
  }
  return file + ": the bare spec is valid; for kubectl, gradient-operator import -f " + input.file +
         " makes an object of it";
}

}  // namespace

int validate(const ValidateOptions& options) {
  constexpr const char* any_name = "spec";  // a bare spec's name says nothing about its fields
  const auto settings = load_settings(options.config);
  if (!settings) return ProblemsInInput;
  const auto inputs = read_inputs(options.files, options.name, "default", any_name);
  const auto verdict = report(inputs, *settings, options.name);
  for (const auto* input : verdict.valid)
    std::cout << praise(*input) << '\n';
  if (options.files.empty()) std::cout << options.config << ": the configuration is valid\n";
  return verdict.is_fine ? Fine : ProblemsInInput;
}

}  // namespace cli
