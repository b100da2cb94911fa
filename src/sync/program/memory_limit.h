#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace content {

/// Bytes of memory that this process and those that it starts may have together, by its control
/// group (memory.max of version 2, memory.limit_in_bytes of version 1). Nothing when it has no
/// limit, or none can be read. `root`: the file system's, of which /proc and /sys are read.
std::optional<std::int64_t> memory_limit(const std::filesystem::path& root = "/");

/// How many processes of the group the kernel has killed at that limit (oom_kill of
/// memory.events.local, or of memory.oom_control). 0 where that cannot be read.
std::int64_t memory_kills(const std::filesystem::path& root = "/");

}  // namespace content
