#pragma once

#include "sync/rclone/source.h"
#include "sync/volume/limits.h"

#include <stop_token>

namespace content {

/// Puts what is in the archives of a listing, which are in the folder `files`, beside its other
/// files, each in the archive's own folder, as far as the source's patterns let it through. The
/// archives stay. By our program gradient-unpack (scripts/unpack.go), which lets nothing of an
/// archive reach out of the folder. False when there is none.
///
/// Throws Failure: ModelArchiveRefused when an archive is not what it must be, two files have one
/// name, or a link leads to no file but an archive; ModelEmpty when no file is left; SourceTooLarge
/// and VolumeFull before there is more than the limits or the volume allow. Throws Stopped. Then
/// `files` is good for nothing but what was listed.
bool unpack(const Source& source, const Listing& listing, const Path& files, const Limits& limits,
            const std::stop_token& stop);

/// Takes the archives out of both, when what is in them is there.
void remove_archives(Listing& listing, const Path& files);

}  // namespace content
