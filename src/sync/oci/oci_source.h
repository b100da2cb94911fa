#pragma once

#include "sync/oci/oci_registry.h"
#include "sync/rclone/copy_progress.h"
#include "sync/rclone/rclone_ranges.h"

#include <optional>
#include <stop_token>
#include <string>

/// Models that are artifacts of a registry: oci://.
namespace content {

/// The layers of an artifact as the files of a listing. For one thread.
class OciSource {
 public:
  OciSource(const Source& source, std::stop_token stop, const RangeOptions& large)
      : source_(source), registry_(source, stop), stop_(std::move(stop)), large_(large) {}

  /// While the reference names the same manifest as in the call before, that is all that is asked.
  /// Throws Failure (ModelEmpty when there is no file) and Stopped.
  Listing list() const;
  /// As Rclone's.
  void copy(const Listing& listing, const Path& target, const OnProgress& on_progress,
            const OnArrival& on_arrival) const;

 private:
  using OnBytes = std::function<void(std::int64_t there)>;
  void leave_out_unwanted(Listing& listing) const;
  std::int64_t copy_large(const Listing& listing, const Path& target, const OnBytes& on_bytes,
                          const OnArrival& on_arrival) const;
  void copy_rest(const Listing& listing, const Path& target, std::int64_t before,
                 const OnBytes& on_bytes, const OnArrival& on_arrival) const;

  Source source_;
  OciRegistry registry_;
  std::stop_token stop_;
  RangeOptions large_;
  mutable std::optional<Listing> last_;  ///< as its fingerprint says, what never changes
};

}  // namespace content
