#pragma once

#include "gradient/status/pod_check.h"

/// Starting a container whose image has been pulled.
namespace gradient::diagnosis {

std::optional<Cause> secret_missing(const ObservedPod& about, const Container& container);
std::optional<Cause> content_failed(const ObservedPod& about, const Container& container);
std::optional<Cause> out_of_memory(const ObservedPod& about, const Container& container);
std::optional<Cause> start_failed(const ObservedPod& about, const Container& container);
std::optional<Cause> hook_failed(const ObservedPod& about, const Container& container);

}  // namespace gradient::diagnosis
