#pragma once

#include "sync/git.h"
#include "sync/origin.h"

namespace content {

bool is_git(const Source& source);

/// Repository and ref of hf://ORGANISATION/NAME[@REF] and git+https://HOST/PATH[?ref=REF], and the
/// files of the credential.
struct GitAddress {
  GitRemote remote;
  std::string ref;  ///< empty: the default branch
};
GitAddress git_address(const Source& source);

/// The files of a repository's commit, with large files (LFS) and submodules, and without history.
class GitOrigin : public Origin {
 public:
  GitOrigin(const Source& source, Path program, std::stop_token stop)
      : address_(git_address(source)), program_(std::move(program)), stop_(std::move(stop)) {}

  /// The commit alone, which is the fingerprint.
  Listing list() const override;
  /// `place.files` is an empty folder. Throws Failure also for a symbolic link that leads elsewhere
  /// and for the pointer of a large file that is still one.
  void copy(const Listing& listing, const Place& place, OnProgress on_progress,
            OnFile on_file) const override;

 private:
  GitAddress address_;
  Path program_;
  std::stop_token stop_;
};

}  // namespace content
