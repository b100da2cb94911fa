#pragma once

#include "json/json.h"
#include "sync/volume.h"

#include <functional>
#include <string>
#include <vector>

namespace content {

/// Where a model's files are.
struct Source {
  /// s3://BUCKET[/PREFIX], gs://BUCKET[/PREFIX], azureblob://CONTAINER[/PREFIX],
  /// sftp://[USER@]HOST[:PORT]/PATH, http(s)://HOST/FILE or, with a listing, .../FOLDER/
  std::string url;
  std::string endpoint = {};  ///< of S3, empty: Amazon's; of Azure (https), empty: the public one
  std::string region = {};
  bool path_style = false;
  /// Patterns as rclone's filters have them. A file is taken when none of `exclude` fits it and, if
  /// there is any, one of `include` does.
  std::vector<std::string> include = {}, exclude = {};
  /// Files accessKeyId, secretAccessKey and sessionToken for s3; serviceAccountJson for gs; account
  /// and accountKey, or sasUrl, for azureblob; knownHosts, username (if not in the URL), and
  /// privateKey or password for sftp; token, or username and password, for http. Empty: anonymous.
  Path credentials = {};
};

struct SourceFile {
  std::string path;           ///< relative, with slashes
  std::int64_t bytes = 0;     ///< -1: the source does not tell
  std::string modified = {};  ///< RFC 3339, as the source tells; the copy's time when it is whole
  std::string identity = {};  ///< changes when the file does, as far as the source tells
  bool operator==(const SourceFile&) const = default;
};

struct Listing {
  std::vector<SourceFile> files;  ///< by path
  std::int64_t bytes = 0;
  /// Changes when a file does, as far as the source tells (names, sizes, times, checksums).
  std::string fingerprint;
};

/// Reads the array that `rclone lsjson` prints. Throws Failure when a path would leave its folder
/// or take a name of ours ("..*").
Listing read_listing(const std::string& lsjson);

/// The remote "source" in rclone's configuration format, and the path in it. Holds secrets: it goes
/// to rclone through an unnamed file. Throws Failure when a credential cannot be read.
struct RcloneRemote {
  std::string configuration;
  std::string path;
};
RcloneRemote rclone_remote(const Source& source);

/// Arguments of rclone for `include` and `exclude`. The first rule that fits a file decides.
std::vector<std::string> rclone_filters(const Source& source);

/// What rclone says, without the queries of URLs: they may have a signature.
std::string without_queries(const std::string& text);

class Rclone {
 public:
  /// {"bytes", "total", "rate", "eta"}
  using OnProgress = std::function<void(const json::Json&)>;

  Rclone(Source source, std::stop_token stop)
      : source_(std::move(source)), stop_(std::move(stop)) {}

  /// Throws Failure (ModelEmpty when there is no file) and Stopped.
  Listing list() const;
  /// Copies to the folder `target` all files that it has not: what is there is never written to.
  /// Throws Failure and Stopped.
  void copy(const Path& target, OnProgress on_progress) const;

  const Source& source() const { return source_; }

 private:
  std::string operator()(const std::string& command, std::vector<std::string> options,
                         const OnProgress& on_progress) const;

  Source source_;
  std::stop_token stop_;
};

}  // namespace content
