#pragma once

#include <cstdint>
#include <string>

namespace content {

/// The part of git's configuration that bounds its memory, for a limit in bytes. By itself git
/// takes as many threads as the machine has processors, each with a cache of 96 MiB and a window
/// without a bound (pack.threads, core.deltaBaseCacheLimit, pack.windowMemory in git-config(1)); a
/// container's limit does not grow with its node.
std::string memory_settings(std::int64_t limit, unsigned processors);

}  // namespace content
