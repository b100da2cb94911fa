#pragma once

#include "cli/documents.h"
#include "gradient/spec/settings.h"

namespace cli {

struct Verdict {
  bool is_fine = true;              ///< there was no problem
  std::vector<const Input*> valid;  ///< objects of ours, and bare specs, that have none
};

/// Prints problems and warnings to standard error, one a line, FILE:LINE: field: message, in the
/// order of the lines. Problems are those of each input, inputs that repeat another one, and
/// conflicts between them. `name` is the one that was given for bare specs; a note says when no
/// input takes it.
Verdict report(const Inputs& inputs, const gradient::Settings& settings, const std::string& name);

/// A message that begins with a field, taken apart so that the field's line is known.
json::Problem placed(const std::string& message);

}  // namespace cli
