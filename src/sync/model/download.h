#pragma once

#include "sync/model/layout.h"
#include "sync/rclone/download_part.h"

#include <map>
#include <string>

namespace content {

/// What is known of the files of a revision, one a line: "IDENTITY SHA256 PATH". The file
/// ..listing beside ..meta.json.
struct KnownFile {
  std::string identity;  ///< SourceFile's
  std::string sha256;
};
using KnownFiles = std::map<std::string, KnownFile, std::less<>>;
KnownFiles read_known_files(const std::string& text);
std::string text_of(const KnownFiles& files);

/// A folder ..tmp-XXXXXX of a model in which a listing's files come together:
///
///     about    who downloads, and from where
///     files/   what is whole
///     parts/   PartialFiles
///     content/ a LargeFileStore
///
/// What the published revision has already, and what an interrupted download had finished, is
/// linked: no file is ever changed once it is whole, so links are as good as copies. A partial file
/// changes hands only when nobody can write to it any more, and is copied otherwise. Stays when the
/// process ends early.
class Download {
 public:
  /// `source` tells sources apart. Throws Failure when the volume has no room for what is missing.
  Download(const Layout& layout, const std::string& source, const Listing& listing);

  /// Where the missing files are to be put; one that is there is right.
  const Path& files() const { return files_; }
  /// Where a source that tells content by its SHA-256 keeps it: the next try finds it there.
  Path large_file_store() const;
  /// A published file with this content; empty when there is none.
  Path published_content(const std::string& sha256) const;
  /// The folder of what is published; empty: nothing is, or no git has made it.
  const Path& published_revision() const { return before_; }
  bool is_complete() const { return has_files_ && missing_files_ == 0; }
  /// Shows others that somebody is at work here.
  void touch() const;
  /// SHA-256 by path, where it need not be computed again.
  const KnownFiles& known() const { return known_; }
  /// Nobody will go on with it.
  void discard() { work_.keep(false); }

 private:
  void find_published(const Path& revision);
  void take_published(const Path& revision, const Listing& listing);
  void take_interrupted(const Path& target, const Listing& listing);
  void take_parts(const Path& folder, bool is_dead_here, bool is_dead, const Listing& listing);
  void take_part(const Path& from, bool is_dead_here, bool is_dead, const SourceFile& file);
  bool link_file(const Path& from, const SourceFile& file) const;
  void count_missing(const Listing& listing);
  void require_space();

  WorkFolder work_;
  Path files_, parts_;
  std::string about_;
  KnownFiles known_;
  std::map<std::string, Path> published_;  ///< by SHA-256
  Path before_;
  bool has_files_;
  std::int64_t missing_bytes_ = 0;
  std::uintmax_t missing_files_ = 0;
};

}  // namespace content
