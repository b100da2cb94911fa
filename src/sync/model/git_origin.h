#pragma once

#include "sync/git/checkout.h"
#include "sync/git/git.h"
#include "sync/rclone/source.h"

/// Models that are repositories: hf:// and git+https://.
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
class GitOrigin {
 public:
  GitOrigin(const Source& source, Path program, std::stop_token stop)
      : source_(source),
        address_(git_address(source)),
        program_(std::move(program)),
        stop_(std::move(stop)) {}

  /// What the ref names now. Throws Failure and Stopped.
  std::string commit() const;
  /// Makes the folder `tree` the commit's files that the source's patterns let through; it is
  /// replaced, and must be empty. No others are fetched, where the server can leave them out.
  /// Throws Failure, also for a symbolic link that leads elsewhere, for the pointer of a large file
  /// that is still one, and as ChosenFiles does, and Stopped.
  void check_out(const std::string& commit, const Path& tree, const ReusableContent& reusable,
                 Git::OnProgress on_progress) const;

 private:
  Source source_;
  GitAddress address_;
  Path program_;
  std::stop_token stop_;
};

}  // namespace content
