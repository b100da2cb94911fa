#pragma once

#include "sync/model/layout.h"
#include "sync/rclone/download_part.h"
#include "sync/volume/claim.h"

#include <map>
#include <string>

/// Resumable downloads of a model's next revision.
namespace content {

/// What is known of the files of a revision, one a line: "VERSION SHA256 PATH". The file
/// ..listing beside ..meta.json.
struct KnownFile {
  std::string version;  ///< SourceFile's
  std::string sha256;
};
using KnownFiles = std::map<std::string, KnownFile, std::less<>>;
KnownFiles read_known_files(const std::string& text);
std::string text_of(const KnownFiles& files);

enum class OtherDownload {
  IsDead,   ///< its folder has been taken over
  MayLive,  ///< so it may still write
};

/// The work folder of a claim ..tmp-... of a model, in which a listing's files come together:
///
///     about    the source
///     files/   what is whole
///     parts/   PartialFiles
///     content/ a LargeFileStore
///
/// Begins with what is there: the files of the published revision, and what other downloads have:
///
///                                    their owner is dead   may live
///     whole files                    link                  link
///     partial files                  move                  copy
///     begun large files (LFS)        move                  copy
///     the folder itself              remove                leave
///
/// A whole file is never written to again, so a link is as good as a copy, whoever has it. A
/// partial file that a program of a dead owner's still writes to is copied. Stays when the process
/// ends early.
class Download {
 public:
  /// `claim` must outlive this, and stays at its end unless this is discarded; `source` tells
  /// sources apart. Throws Failure when the volume has no room for what is missing.
  Download(const Layout& layout, Claim& claim, const std::string& source, const Listing& listing);

  /// Where the missing files are to be put; one that is there is right.
  const Path& files() const { return files_; }
  /// For a git source: git's lfs.storage. A later download takes over what is in it.
  Path large_file_store() const;
  /// A published file with this content; empty when there is none.
  Path published_content(const std::string& sha256) const;
  /// The published revision's folder, for a git source only. Empty otherwise, and when nothing is
  /// published.
  const Path& published_revision() const { return before_; }
  bool is_complete() const { return has_files_ && missing_files_ == 0; }
  /// SHA-256 by path, where it need not be computed again.
  const KnownFiles& known() const { return known_; }
  /// Nobody will go on with it.
  void discard() { claim_.keep(false); }

 private:
  void index_published(const Path& revision);
  void link_published(const Path& revision, const Listing& listing);
  void reuse_interrupted(const Path& target, const Listing& listing);
  void reuse(const Path& folder, OtherDownload other, const Listing& listing);
  void reuse_left(const Path& folder, const Listing& listing);
  void link_whole_files(const Path& folder, const Listing& listing) const;
  void reuse_parts(const Path& folder, OtherDownload other, const Listing& listing);
  void reuse_part(const Path& from, OtherDownload other, const SourceFile& file);
  bool link_file(const Path& from, const SourceFile& file) const;
  void count_missing(const Listing& listing);

  Claim& claim_;
  Path work_, files_, parts_;
  std::string source_;
  KnownFiles known_;
  std::map<std::string, Path> published_;  ///< by SHA-256
  Path before_;
  bool has_files_;
  std::int64_t missing_bytes_ = 0;
  std::uintmax_t missing_files_ = 0;
};

}  // namespace content
