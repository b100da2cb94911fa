#pragma once

#include "sync/report/failure.h"
#include "sync/volume/volume.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// A model's source (spec.source of a Model), and the listing of the files that it has. Also of
/// sources in git, which model/git_origin brings, and in registries (sync/oci).
namespace content {

/// Where a model's files are.
struct Source {
  /// s3://BUCKET[/PREFIX], gs://BUCKET[/PREFIX], azureblob://CONTAINER[/PREFIX],
  /// sftp://[USER@]HOST[:PORT]/PATH, http(s)://HOST/FILE or, with a listing, .../FOLDER/;
  /// hf://ORGANISATION/NAME[@REF] and git+https://HOST/PATH[?ref=REF] of git;
  /// oci://REGISTRY/REPOSITORY[:TAG][@sha256:DIGEST]
  std::string url;
  std::string endpoint = {};  ///< of S3, empty: Amazon's; of Azure (https), empty: the public
                              ///< one; of hf, empty: https://huggingface.co
  std::string region = {};
  bool path_style = false;
  bool requester_pays = false;  ///< of S3: who reads pays, and says so
  /// Patterns as rclone's filters have them. A file is fetched when none of `exclude` fits it and,
  /// if there is any, one of `include` does.
  std::vector<std::string> include = {}, exclude = {};
  /// Files accessKeyId, secretAccessKey and sessionToken for s3; serviceAccountJson for gs; account
  /// and accountKey, or sasUrl, for azureblob; knownHosts, username (if not in the URL), and
  /// privateKey or password for sftp; token, or username and password, for http and git; in their
  /// place for a file of http signedUrl, which is `url` and a query; config.json, as Docker has it,
  /// for oci. Empty: anonymous.
  Path credentials = {};
  std::string account = {};  ///< of Azure; empty: the credentials name it
  /// Archives (model/archives.h) are not files: what is in them comes in their place.
  bool unpack = false;
  /// For s3, gs and azureblob without credentials: those are asked of the cloud, as its SDKs do it
  /// in a pod (IRSA and EKS Pod Identity, GKE's and Azure's workload identity).
  bool workload_identity = false;
  bool allow_local_addresses = false;  ///< that none of these names (local_addresses.h)
};

/// Whether it is files of a web server (http or https), and not git.
bool is_web(const Source& source);

/// `url` for messages: of http(s) without its query, which may have a signature.
std::string url_for_messages(const Source& source);

/// A URL's text with the bytes that "%41" stands for.
std::string percent_decoded(std::string_view text);

struct SourceFile {
  std::string path;           ///< relative, with slashes
  std::int64_t bytes = 0;     ///< -1: the source does not tell
  std::string modified = {};  ///< RFC 3339, as the source tells; the copy's time when it is whole
  std::string version = {};   ///< changes when the file does, as far as the source tells
  std::string md5 = {};       ///< hexadecimal; empty: the source does not tell
  std::string sha256 = {};    ///< the same
  /// What becomes of it when it is there: it stays, or what is in it comes in its place; a layer of
  /// an image may also take away and replace what those before it have brought.
  enum class Kind { File, Archive, ImageLayer };
  Kind kind = Kind::File;
  bool operator==(const SourceFile&) const = default;
};

/// How a web server is asked about a file before it is fetched.
enum class Asking {
  ByHead,
  ByGet,  ///< for its first byte; of one that is not in a folder: not every server answers HEAD
};

/// The folder of a listing's archives, a name that no source's file may have.
inline constexpr const char* archives_folder = "..archives";

struct Listing {
  std::vector<SourceFile> files = {};  ///< by path
  std::int64_t bytes = 0;
  /// Changes when a file does, as far as the source tells (names, sizes, times, checksums).
  std::string fingerprint = {};
  /// What the source calls it, for people: a commit, or the digest of a manifest. Empty: nothing.
  std::string version = {};
  /// False for git: its files are known only after the checkout, and `files` is empty.
  bool has_files = true;
  /// Links of a web server's listing that lead to no file.
  std::vector<std::string> dead_links = {};
  Asking asking = Asking::ByHead;
};

/// Throws refused_path() when a path leads out of its folder, has a name that a model's folder has
/// for itself ("..*") or that no file system takes, or has a newline.
void check_path(const std::string& path);

/// A path for messages: in quotes, and not all of one that is long.
std::string quoted_path(const std::string& path);

/// Some of the paths, and how many more there are.
std::string quoted_paths(const std::vector<std::string>& paths);

/// Of a source's file that the source must lose, or a pattern leave out: "the source has PATH,
/// WHY".
Failure refused_path(const std::string& path, const std::string& why);

}  // namespace content
