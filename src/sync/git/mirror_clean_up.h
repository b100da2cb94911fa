#pragma once

#include "sync/git/needed.h"
#include "sync/volume/claim.h"
#include "sync/volume/tree.h"

#include <stop_token>

/// Clean-up inside a mirror. Whoever calls has the mirror's claim. Killed at any moment it leaves a
/// mirror that the next fetch can use; what is gone is fetched again when somebody wants it.
namespace content {

/// Removes the content of large files (LFS) that no needed commit names, also of those that were on
/// their way. Makes nothing on the volume, so it can be done where there is no room for a claim, as
/// long as nobody has it. Throws Failure and Stopped.
void remove_large_files(const Path& mirror, const Needed& needed, Removal& removal,
                        const std::stop_token& stop);

/// Removes commits that are not needed, what only they are made of, and what a killed git has left.
/// Needs room for a pack of what stays, and throws Failure ("VolumeFull") where there is none; one
/// of the kind Damage when the mirror is no whole repository; a transient one when the claim is
/// another helper's meanwhile; and Stopped.
void remove_commits(const Path& mirror, const Needed& needed, const Claim& claim, Removal& removal,
                    const std::stop_token& stop);

}  // namespace content
