#pragma once

#include "sync/model/download.h"

#include <string>
#include <vector>

/// Which files of a source are archives (source.unpack), by their names (base/archive_name.h).
namespace content {

/// Whether the source's URL names one archive. Its patterns are for what is in that, then.
bool is_one_archive(const Source& source);

/// Throws Failure when a source that is to be unpacked has none of these files to unpack, or has an
/// archive of a kind that unpack() does not read.
void check_archives(const Source& source, const std::vector<std::string>& paths);

/// Has those files of the listing be archives that are such, and adds them where the listing has no
/// files; `files` is the folder in which they all are. Throws as check_archives() does.
void find_archives(const Source& source, Listing& listing, const Path& files);

/// Those that an app is served as they are: at the top of a revision, or all that is in it.
std::vector<std::string> served_archives(const KnownFiles& revision);

}  // namespace content
