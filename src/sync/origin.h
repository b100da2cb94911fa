#pragma once

#include "json/json.h"
#include "sync/large_files.h"
#include "sync/volume.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace content {

/// Where a model's files are.
struct Source {
  /// s3://BUCKET[/PREFIX], gs://BUCKET[/PREFIX], azureblob://CONTAINER[/PREFIX],
  /// sftp://[USER@]HOST[:PORT]/PATH, http(s)://HOST/FILE or, with a listing, .../FOLDER/;
  /// hf://ORGANISATION/NAME[@REF] and git+https://HOST/PATH[?ref=REF] of git
  std::string url;
  std::string endpoint = {};  ///< of S3, empty: Amazon's; of Azure (https), empty: the public
                              ///< one; of hf, empty: https://huggingface.co
  std::string region = {};
  bool path_style = false;
  /// Patterns as rclone's filters have them. A file is taken when none of `exclude` fits it and, if
  /// there is any, one of `include` does.
  std::vector<std::string> include = {}, exclude = {};
  /// Files accessKeyId, secretAccessKey and sessionToken for s3; serviceAccountJson for gs; account
  /// and accountKey, or sasUrl, for azureblob; knownHosts, username (if not in the URL), and
  /// privateKey or password for sftp; token, or username and password, for http and
  /// git. Empty: anonymous.
  Path credentials = {};
};

/// Of http or https, and not of git over them.
bool is_web(const Source& source);

/// `url` for messages: of http(s) without its query, which may have a signature.
std::string told_url(const Source& source);

struct SourceFile {
  std::string path;           ///< relative, with slashes
  std::int64_t bytes = 0;     ///< -1: the source does not tell
  std::string modified = {};  ///< RFC 3339, as the source tells; the copy's time when it is whole
  std::string identity = {};  ///< changes when the file does, as far as the source tells
  std::string md5 = {};       ///< hexadecimal; empty: the source does not tell
  bool operator==(const SourceFile&) const = default;
};

struct Listing {
  std::vector<SourceFile> files = {};  ///< by path
  std::int64_t bytes = 0;
  /// Changes when a file does, as far as the source tells (names, sizes, times, checksums).
  std::string fingerprint = {};
  /// False: the source gives its files all at once only, and `files` is empty.
  bool has_files = true;
};

/// Throws Failure when a path would leave its folder, take a name of ours ("..*") or has a newline.
void check_path(const std::string& path);

/// When a file is fetched in ranges, so that a download that was interrupted goes on inside it.
struct RangeOptions {
  std::int64_t from = 128 << 20;  ///< bytes
  std::int64_t range = 1 << 30;   ///< bytes that one program fetches at most
  std::int64_t noted = 16 << 20;  ///< as many bytes more are remembered at once
};

/// The first `bytes` of a file have come.
struct Arrival {
  std::string path;  ///< in the listing
  Path at;           ///< where they are now
  std::int64_t bytes = 0;
  bool is_whole = false;  ///< it is at its place, and nothing more comes
};

/// Where a download comes together.
struct Place {
  Path files;  ///< a folder for the files; one that is there is right
  /// A folder for what a source that tells content by its SHA-256 has fetched: another try finds it
  /// there.
  Path store = {};
  LargeFileStore::Find find = {};  ///< among what is published
  Path before = {};                ///< the folder of what is published; empty: nothing is
};

/// A source that can be looked at and copied from.
class Origin {
 public:
  /// {"bytes", and "total", "rate", "eta" where they are known}
  using OnProgress = std::function<void(const json::Json&)>;
  /// Not every source tells of arrivals. Called by one thread.
  using OnFile = std::function<void(const Arrival&)>;

  Origin() = default;
  virtual ~Origin() = default;
  Origin(const Origin&) = delete;
  Origin& operator=(const Origin&) = delete;

  /// Throws Failure and Stopped.
  virtual Listing list() const = 0;
  /// Brings what was listed into `place.files`, without comparing checksums. What comes in parts is
  /// kept in parts_folder beside it, also when that fails. Throws Failure and Stopped.
  virtual void copy(const Listing& listing, const Place& place, OnProgress on_progress,
                    OnFile on_file) const = 0;
};

/// `program`: gradient-sync, of which git asks the credential.
std::unique_ptr<Origin> make_origin(const Source& source, const Path& program,
                                    const std::stop_token& stop, const RangeOptions& large = {});

}  // namespace content
