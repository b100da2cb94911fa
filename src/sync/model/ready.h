#pragma once

#include "sync/volume/volume.h"

/// Whether this pod's helper has published: the startup probe's question, which another process
/// asks. The mark is a file in the pod's own temporary volume.
namespace content {

/// Throws Failure.
void set_ready(const Path& target);
void unset_ready(const Path& target);

bool is_ready(const Path& target);

}  // namespace content
