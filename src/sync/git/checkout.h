#pragma once

#include "sync/git/large_files.h"
#include "sync/git/mirror.h"
#include "sync/git/parts.h"
#include "sync/volume/limits.h"

#include <string>
#include <vector>

/// Checkouts: the files of a commit with a .git of their own, as `git clone` makes them.
namespace content {

struct Submodule {
  std::string path;  ///< from the top of the checkout
  std::string url;   ///< where it was fetched
  std::string commit;
};

/// A tree, as it was made.
struct CheckedOut {
  std::string commit;                 ///< also where an annotated tag was wanted by its ID
  std::vector<Submodule> submodules;  ///< outer ones first
};

/// What apps may do with a checkout.
enum class Access {
  Writable,  ///< write to it: it shares no file with anything
  ReadOnly,  ///< read it: packs and large files are hard links where the volume has them
};

/// What a read-only checkout may be made of besides the mirrors.
struct ReusableContent {
  const LargeFileStore& large_files;  ///< has and keeps content of large files (LFS)
  Path before;  ///< the tree of another commit: what it has does not come again; empty: none
  Limits limits = {};
};

struct CheckoutOptions {
  Access access = Access::Writable;
  Parts parts = {};
  Limits limits = {};
};

/// Makes the empty or missing folder `tree` a repository of its own, complete for this commit, with
/// its large files (LFS) and its submodules, all the way down; its configuration has URLs and no
/// path of ours. With the whole history it has the branches and tags that a clone would have.
/// Throws Failure, also when the volume has no room for it, and when all of it exceeds the limits.
///
/// The mirrors keep the content of large files, too. What the options choose by paths is fetched
/// into the tree without a mirror, where the server can leave files out.
CheckedOut check_out(const Git& git, Mirrors& mirrors, const Path& tree, const Resolved& wanted,
                     const CheckoutOptions& options);

/// The same for a read-only tree that stays no repository, a model's: what `reusable` has is not
/// fetched, and its store loses what cannot be linked. With `choose` it has those files alone, and
/// .lfsconfig.
CheckedOut check_out_read_only(const Git& git, Mirrors& mirrors, const Path& tree,
                               const Resolved& wanted, const ReusableContent& reusable,
                               const ChooseFiles& choose = {});

}  // namespace content
