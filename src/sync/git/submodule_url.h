#pragma once

#include "sync/git/remote_url.h"

#include <string>
#include <vector>

/// Where a submodule is fetched. Its URL is written for those who push to it, often over another
/// transport than the one that there are credentials for.
namespace content {

/// The remotes that git has credentials for, or has been told to fetch from; the first on a host
/// says how that host is spoken to.
using KnownRemotes = std::vector<RemoteUrl>;

/// For a submodule that .gitmodules has at `url`, the places where it may be, in the order in which
/// they are to be tried. On a host of a known remote, however it is spelled, it is fetched as that
/// remote is. Where that is over ssh and the submodule is public, the key need not be for it: so
/// a URL of https or http comes next as it is. `name` is the submodule's, for messages. Throws
/// Failure, which says what to change.
std::vector<std::string> submodule_urls(const KnownRemotes& known, const std::string& name,
                                        const std::string& url, bool allow_git_protocol);

}  // namespace content
