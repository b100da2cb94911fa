#pragma once

#include "sync/volume/volume.h"

/// What not every volume has: hard links, symbolic links, permissions, letter case.
namespace content {

/// Whether names in a folder that differ by letter case alone are one. Throws Failure.
bool folds_letter_case(const Path& folder);

/// Copies bytes of a file from `begin` to `end` to the same place of another. False, with errno,
/// when that cannot be.
bool copy_bytes(int from, int to, std::int64_t begin, std::int64_t end);

/// Copies a regular file with its time, and with its permissions where the volume lets it. False
/// when there is none, or something at its place. Throws Failure, also beforehand when the volume
/// has no room, and leaves nothing then.
bool copy_regular_file(const Path& from, const Path& to);

/// Gives a regular file another name, or copies it where the volume has no hard links, or no more
/// for this file. Otherwise like copy_regular_file().
bool link_or_copy(const Path& from, const Path& to);

/// Throws Failure (VolumeLacksFeature) where symbolic links cannot be made in `folder`. `need` says
/// who wants them: "the model's folder is made of symbolic links".
void require_symbolic_links(const Path& folder, const std::string& need);

/// The same where the permissions of files that are made in `folder` cannot be changed.
void require_permissions(const Path& folder, const std::string& need);

}  // namespace content
