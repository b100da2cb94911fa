#pragma once

#include "sync/model/layout.h"
#include "sync/rclone/download_part.h"

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

/// Who has another download's folder, as far as this helper can tell, and what it may do with it:
///
///                                    DeadOnThisHost   Dead      PerhapsAlive
///     whole files                    link             link      link
///     partial files                  move (1)         move (2)  copy
///     begun large files (LFS)        move             copy      copy
///     the folder itself              remove           remove    leave
///
/// (1) By a rename; but as (2) when a program of the owner still writes to it, or when there is a
///     part of the same file already.
/// (2) What is missing is copied, and the rest is cut off bit by bit: should the owner live after
///     all, it has lost that file and nothing worse.
///
/// A whole file is never written to again, so a link is as good as a copy, whoever has it.
enum class Owner {
  DeadOnThisHost,  ///< its lock is free, and a container of this pod had it
  Dead,            ///< its lock is free, and its folder has not changed for long
  PerhapsAlive,
};

/// The file "about" of a download: the host in its first line, the source in the rest.
struct About {
  std::string host;    ///< the pod's name
  std::string source;  ///< what is downloaded
};

/// A folder ..tmp-XXXXXX of a model in which a listing's files come together:
///
///     about    who downloads, and from where
///     files/   what is whole
///     parts/   PartialFiles
///     content/ a LargeFileStore
///
/// Begins with what is there: the files of the published revision, and what interrupted downloads
/// have left (see Owner). Stays when the process ends early.
class Download {
 public:
  /// `source` tells sources apart. Throws Failure when the volume has no room for what is missing.
  Download(const Layout& layout, const std::string& source, const Listing& listing);

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
  /// Shows others that somebody is at work here.
  void touch() const;
  /// SHA-256 by path, where it need not be computed again.
  const KnownFiles& known() const { return known_; }
  /// Nobody will go on with it.
  void discard() { work_.keep(false); }

 private:
  void index_published(const Path& revision);
  void link_published(const Path& revision, const Listing& listing);
  void reuse_interrupted(const Path& target, const Listing& listing);
  void link_whole_files(const Path& folder, const Listing& listing) const;
  void reuse_parts(const Path& folder, Owner owner, const Listing& listing);
  void reuse_part(const Path& from, Owner owner, const SourceFile& file);
  bool link_file(const Path& from, const SourceFile& file) const;
  void count_missing(const Listing& listing);
  void require_space();

  WorkFolder work_;
  Path files_, parts_;
  About about_;
  KnownFiles known_;
  std::map<std::string, Path> published_;  ///< by SHA-256
  Path before_;
  bool has_files_;
  std::int64_t missing_bytes_ = 0;
  std::uintmax_t missing_files_ = 0;
};

}  // namespace content
