#pragma once

#include "gradient/status/pod_check.h"

/// A container that has run: how it ended, and what its probes say.
namespace gradient::diagnosis {

std::optional<Cause> restarted_by_probe(const Case& about, const Container& container);
std::optional<Cause> crash_loop(const Case& about, const Container& container);
std::optional<Cause> probe_failing(const Case& about, const Container& container);

}  // namespace gradient::diagnosis
