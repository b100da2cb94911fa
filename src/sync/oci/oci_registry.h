#pragma once

#include "json/json.h"
#include "sync/oci/oci_manifest.h"
#include "sync/rclone/rclone_ranges.h"
#include "sync/rclone/source.h"

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

/// oci-pull as a program (scripts/oci_pull.go): what it asks a registry for.
namespace content {

bool is_oci(const Source& source);

/// A repository of a registry, and what the source's reference names in it. Every function reads
/// the login anew, and throws Failure and Stopped. Safe to share between threads.
class OciRegistry {
 public:
  OciRegistry(const Source& source, std::stop_token stop);

  /// The digest of what the reference names now, by a request that has no body and that registries
  /// do not count. Without any where the reference is a digest.
  std::string digest() const;
  /// What the reference names, or what has another digest.
  OciDocument document(const std::string& digest = "") const;

  struct WantedLayer {
    std::string sha256;
    std::int64_t bytes = 0;
    Path file;  ///< is made, or loses what it had
  };
  /// Fetches layers, some at a time. Tells the bytes of all, and the number in `layers` of each
  /// that is whole. What they hash to is not looked at.
  void fetch(const std::vector<WantedLayer>& layers,
             const std::function<void(std::int64_t bytes)>& on_bytes,
             const std::function<void(std::size_t number)>& on_whole) const;
  void fetch_range(const std::string& sha256, const RangeRequest& request,
                   const std::stop_token& stop) const;

 private:
  struct Call {
    std::vector<std::string> words;  ///< command, reference, and what follows
    json::Json layers = {};
    int output = -1;  ///< base::Program's
    std::function<void(const json::Json&)> on_line = {};
  };
  std::string run(const Call& call, const std::stop_token& stop) const;

  std::string url_, repository_, reference_, digest_;
  Path credentials_;
  bool allow_local_addresses_;
  std::stop_token stop_;
};

}  // namespace content
