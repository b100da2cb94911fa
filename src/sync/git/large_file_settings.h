#pragma once

#include "sync/git/git.h"

#include <string>
#include <vector>

/// .lfsconfig, the settings of git-lfs that a repository brings along.
namespace content {

/// Throws Failure when the .lfsconfig at the top of a tree could lead git-lfs to anything but a
/// server: git-lfs takes paths and file:// URLs for repositories on the volume, reads other files
/// that are included, and takes each line of a value for a setting. Looks at the file in the tree,
/// as git-lfs does. `large_files`: names of the files that git-lfs is to bring.
void check_large_file_settings(const Git& git, const Path& tree,
                               const std::vector<std::string>& large_files);

/// Why git-lfs, the command that ran last, got no large files. That another host than the
/// repository's asks for credentials means a redirection; where .lfsconfig names a server on
/// another host, that one is taken to have asked. Gives `failure` for anything else.
Failure with_server_of_settings(const Failure& failure, const Git& git, const Path& tree);

}  // namespace content
