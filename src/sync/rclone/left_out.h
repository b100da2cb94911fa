#pragma once

#include "sync/rclone/rclone_listing.h"
#include "sync/rclone/source.h"

#include <stop_token>
#include <string>
#include <vector>

/// What becomes of what rclone has left out of a listing.
namespace content {

/// Of links of a web server's listing those that lead to no file. Throws Failure for one that is
/// wanted and could lead to one, and Stopped.
std::vector<std::string> dead_links(const Source& source, const std::vector<LeftOut>& left_out,
                                    const std::stop_token& stop);

/// Throws Failure (ModelSourceRefused) for what is wanted and would not be there, and Stopped.
void refuse_left_out(const Source& source, const std::vector<LeftOut>& left_out,
                     const std::stop_token& stop);

}  // namespace content
