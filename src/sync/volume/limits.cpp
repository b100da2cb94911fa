#include "sync/volume/limits.h"

#include "base/units.h"
#include "sync/report/failure.h"

namespace content {
namespace {

[[noreturn]] void refuse(const std::string& subject, const std::string& has, const char* setting,
                         const std::string& most) {
  throw Failure("SourceTooLarge", subject + ": it has " + has + ", and sync.limits." + setting +
                                      " of the operator's configuration allows " + most +
                                      "; raise that, if it is what the source should have");
}

}  // namespace

void require_files(const Limits& limits, const std::string& subject, std::int64_t files) {
  if (files <= limits.files) return;
  // Counting ends here, so there may be more.
  refuse(subject, "at least " + std::to_string(files) + " files and folders", "files",
         std::to_string(limits.files));
}

void require_bytes(const Limits& limits, const std::string& subject, std::int64_t bytes) {
  if (bytes <= limits.bytes) return;
  refuse(subject, "at least " + base::bytes_text(bytes), "bytes", base::bytes_text(limits.bytes));
}

void require_depth(const Limits& limits, const std::string& subject, std::int64_t depth) {
  if (depth <= limits.depth) return;
  refuse(subject, "at least " + std::to_string(depth) + " parts in a path", "depth",
         std::to_string(limits.depth));
}

}  // namespace content
