#pragma once

#include "gradient/status/pod_check.h"

/// A container that has run: its exit code, and its probes.
namespace gradient::diagnosis {

std::optional<Cause> restarted_by_probe(const ObservedPod& about, const Container& container);
std::optional<Cause> crash_loop(const ObservedPod& about, const Container& container);
std::optional<Cause> probe_failing(const ObservedPod& about, const Container& container);

}  // namespace gradient::diagnosis
