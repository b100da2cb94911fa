#pragma once

#include "sync/git/git.h"

#include <string>
#include <vector>

namespace content {

/// Throws Failure when the .lfsconfig at the top of a tree could lead git-lfs to anything but a
/// server: it takes paths and file:// URLs for repositories on the volume, reads other files that
/// are included, and takes each line of a value for a setting. What counts is the file in the tree,
/// as git-lfs reads it. `large_files`: names of the files that git-lfs is to bring.
void check_large_file_settings(const Git& git, const Path& tree,
                               const std::vector<std::string>& large_files);

}  // namespace content
