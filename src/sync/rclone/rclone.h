#pragma once

#include "json/json.h"
#include "sync/rclone/copy_progress.h"
#include "sync/rclone/rclone_listing.h"
#include "sync/rclone/rclone_ranges.h"

#include <functional>
#include <set>
#include <string>
#include <vector>

/// rclone as a program: lsjson, copy and ranges of one source.
namespace content {

/// What rclone says, without the queries of URLs: they may have a signature.
std::string without_queries(const std::string& text);

/// Safe to share between threads.
class Rclone {
 public:
  using OnProgress = content::OnProgress;

  Rclone(Source source, std::stop_token stop, const RangeOptions& large = {})
      : source_(std::move(source)), stop_(std::move(stop)), large_(large) {}

  /// All that is there and let through, or nothing: throws Failure (ModelSourceRefused for what
  /// cannot be a file of a folder, ModelEmpty when there is no file) and Stopped.
  Listing list() const;
  /// Copies to the folder `target` all files that it has not, without comparing checksums: what is
  /// there is never written to. Large files come together in parts_folder beside it, and stay there
  /// when this fails. Throws Failure and Stopped.
  void copy(const Listing& listing, const Path& target, const OnProgress& on_progress,
            const OnArrival& on_arrival) const;
  /// Of these files of the listing those that S3 has encrypted with keys of KMS
  /// (EncryptedObjects). Asks about each file of the source. Throws Failure and Stopped.
  std::set<std::string> encrypted_by_kms(const Listing& listing,
                                         const std::vector<std::string>& paths) const;

 private:
  using OnLine = std::function<void(const json::Json&)>;
  struct Call {
    std::string command;
    std::vector<std::string> options = {};
    std::string file = {};        ///< of the source, in place of all that the filters let through
    bool is_alone = false;        ///< the listing has no other, and the URL may be the file
    bool is_folder = false;       ///< what the URL names, which otherwise may be a file
    bool goes_by_folders = true;  ///< or lists all of a bucket
    int output = -1;              ///< base::Program's
    OnLine on_line = {};          ///< gets what rclone logs
    Asking asking = Asking::ByHead;
  };
  using OnBytes =
      std::function<void(std::int64_t there)>;  ///< of the files that were missing at first
  std::string run(const Call& call, const std::stop_token& stop) const;
  std::string lsjson(Listing& listing) const;
  std::string lsjson(Call& call) const;
  void check_hidden_folder(const Listing& listing) const;
  Failure nothing_there(Asking asking) const;
  /// Gives the bytes of the files that it brings. The others are not there, nor in parts.
  std::int64_t copy_large(const Listing& listing, const Path& target, const OnBytes& on_bytes,
                          const OnArrival& on_arrival) const;
  void copy_rest(const Listing& listing, const Path& target, std::int64_t before, bool are_small,
                 const OnBytes& on_bytes, const OnArrival& on_arrival) const;
  void fetch(const Listing& listing, const RangeRequest& request,
             const std::stop_token& stop) const;

  Source source_;
  std::stop_token stop_;
  RangeOptions large_;
};

}  // namespace content
