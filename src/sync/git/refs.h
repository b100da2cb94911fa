#pragma once

#include "sync/git/git.h"

#include <optional>
#include <string>
#include <string_view>

/// The refs of a remote.
namespace content {

/// A commit, and the full name ("refs/heads/main") by which it was found; a commit names itself.
struct Resolved {
  std::string commit;
  std::string name;
};

/// Whether `ref` is a whole commit: 40 (SHA-1) or 64 (SHA-256) hexadecimal digits.
bool is_commit(const std::string& ref);

/// What `ref` means by the output of `git ls-remote --symref`: a branch, else a tag (the commit
/// that an annotated one is for), else a full name; HEAD when `ref` is empty.
std::optional<Resolved> choose(std::string_view ls_remote, const std::string& ref);

/// What `ref` means on the server now. A commit stands for itself, without any request: it may also
/// be the ID of an annotated tag. Throws Failure.
Resolved resolve(const Git& git, const std::string& ref);

/// Several tries to fetch what a ref means. The server is asked for that in the first one, and anew
/// only when it turns out not to have it any more: a server that answers one request in two would
/// hardly ever be got past both.
class RefOfTries {
 public:
  explicit RefOfTries(std::string ref) : ref_(std::move(ref)) {}

  /// A try: `work(resolved)`. Throws Failure, which is transient when another try asks anew.
  template <class Work>
  auto use(const Git& git, const Work& work) {
    const bool was_known = known_.has_value();
    if (!was_known) known_ = resolve(git, ref_);
    try {
      return work(*known_);
    } catch (const Failure& failure) {
      if (!was_known || failure.reason != "GitReferenceNotFound") throw;
      known_.reset();
      throw Failure(failure.reason, failure.what(), Failure::Kind::Transient);
    }
  }

 private:
  std::string ref_;
  std::optional<Resolved> known_;
};

}  // namespace content
