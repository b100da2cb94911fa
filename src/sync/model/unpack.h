#pragma once

#include "sync/rclone/source.h"
#include "sync/volume/limits.h"

#include <stop_token>

namespace content {

/// Puts what is in the archives of a listing, which are in the folder `files`, beside its other
/// files, as far as the source's patterns let it through, and takes the archives out of both. By
/// our program gradient-unpack (scripts/unpack.go), which lets nothing of an archive reach out of
/// the folder. False when there is none. Throws Failure, ModelEmpty when no file is left and
/// SourceTooLarge before there is more than the limits allow, and Stopped; then `files` is good for
/// nothing but its archives.
bool unpack(const Source& source, Listing& listing, const Path& files, const Limits& limits,
            const std::stop_token& stop);

}  // namespace content
