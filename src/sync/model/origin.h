#pragma once

#include "sync/model/download.h"
#include "sync/model/git_origin.h"
#include "sync/oci/oci_source.h"
#include "sync/rclone/rclone.h"
#include "sync/volume/limits.h"

#include <set>
#include <string>
#include <variant>
#include <vector>

namespace content {

/// What a model is fetched from: rclone and registries bring its files one by one, git the tree of
/// a commit.
class Origin {
 public:
  /// `program`: gradient-sync, of which git asks the credential. Throws Failure.
  Origin(const Source& source, const Path& program, const std::stop_token& stop,
         const RangeOptions& large, const Limits& limits);

  /// Throws Failure, also when there is more than the limits allow, and Stopped. Of git that is
  /// known when it is copied.
  Listing list() const;
  /// Brings what was listed into `download`. Git tells of no arrivals. Throws Failure and Stopped;
  /// what has come stays there.
  void copy(const Listing& listing, const Download& download, const Rclone::OnProgress& on_progress,
            const OnArrival& on_arrival) const;

  /// Of these files those whose MD5 in the listing is no checksum. Throws Failure and Stopped.
  std::set<std::string> without_md5(const Listing& listing,
                                    const std::vector<std::string>& paths) const;

 private:
  std::variant<Rclone, GitOrigin, OciSource> source_;
  Source asked_;
  std::string url_;  ///< for messages
  Limits limits_;
};

}  // namespace content
