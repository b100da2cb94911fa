#pragma once

#include <cstdint>
#include <string>

namespace content {

/// What a source may have at most: a few bytes can stand for millions of files, and what is more
/// than real ones have is a mistake or an attack. The operator gives those of its configuration
/// (sync.limits) where they are others.
struct Limits {
  std::int64_t files = 2'000'000;  ///< and folders
  std::int64_t bytes = std::int64_t{16} << 40;
  std::int64_t depth = 100;  ///< parts of a path: of "a/b/c" three
};

/// Each throws Failure ("SourceTooLarge") that says what `subject` has, the limit and its setting.
void require_files(const Limits& limits, const std::string& subject, std::int64_t files);
void require_bytes(const Limits& limits, const std::string& subject, std::int64_t bytes);
void require_depth(const Limits& limits, const std::string& subject, std::int64_t depth);

}  // namespace content
