#pragma once

#include <string_view>

/// Names of files that are archives: what is in them may be unpacked (source.unpack of a Model).
namespace base {

/// How such names end, in any letter case, for messages.
inline constexpr const char* archive_endings =
    ".tar, .tar.gz, .tgz, .tar.zst, .tzst, .tar.bz2, .tbz2 or .zip";

/// Whether a file is an archive that can be unpacked, as far as its name or path says.
bool is_archive_name(std::string_view path);

/// The same of kinds that are not unpacked here.
bool is_unreadable_archive_name(std::string_view path);

}  // namespace base
