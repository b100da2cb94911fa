#include "cli/validate.h"

#include "cli/check.h"
#include "cli/exit_code.h"
#include "cli/load_settings.h"

namespace cli {

int validate(const ValidateOptions& options) {
  constexpr const char* any_name = "spec";  // a bare spec's name says nothing about its fields
  const auto settings = load_settings(options.config);
  if (!settings) return ProblemsInInput;
  auto inputs =
      read_inputs(options.files, options.name.empty() ? any_name : options.name, "default");
  for (auto& input : inputs.objects)
    input.is_nameless = input.bare && options.name.empty();
  return report(inputs, *settings) ? Fine : ProblemsInInput;
}

}  // namespace cli
