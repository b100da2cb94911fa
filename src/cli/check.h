#pragma once

#include "cli/documents.h"
#include "gradient/spec/settings.h"

namespace cli {

/// Prints every problem of the inputs, of each by itself and that one repeats another, and every
/// warning to standard error, one a line, FILE:LINE: field: message. Whether there was no problem.
bool report(const Inputs& inputs, const gradient::Settings& settings);

}  // namespace cli
