#pragma once

#include "cli/documents.h"
#include "gradient/spec/settings.h"

namespace cli {

struct Verdict {
  bool is_fine = true;              ///< there was no problem
  std::vector<const Input*> valid;  ///< objects of ours, and bare specs, that have none
};

/// Prints every problem of the inputs, of each by itself, that one repeats another and that a
/// podTemplate is in the way of what the operator adds, and every warning to standard error, one a
/// line, FILE:LINE: field: message, in the order of the lines. `name`: what was given for bare
/// specs; that nothing takes it is told.
Verdict report(const Inputs& inputs, const gradient::Settings& settings, const std::string& name);

/// A message that begins with a field, taken apart so that the field's line is known.
json::Problem placed(const std::string& message);

}  // namespace cli
