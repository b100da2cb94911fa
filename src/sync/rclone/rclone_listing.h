#pragma once

#include "json/json.h"
#include "sync/rclone/source.h"

#include <optional>
#include <string>
#include <vector>

/// What `rclone lsjson` prints, and what it leaves out of that. It ends well when it does.
namespace content {

/// Reads the array that `rclone lsjson` prints. Throws Failure (ModelSourceRefused) for what cannot
/// be a file of a folder: as check_path() does, when a path has a control character, and when a
/// path is two files, or a file and a folder.
Listing read_listing(const std::string& lsjson);

/// Whether all files are web pages that are not called so: what a server sends of a file to those
/// who are not logged in.
bool has_only_pages(const std::string& lsjson);

/// Something that is in the source, and not in the listing.
struct LeftOut {
  enum class Kind {
    Link,     ///< of a web server's page, at which the server has another answer than a file
    Name,     ///< that rclone cannot have
    Address,  ///< of a web server's page, by a link that is not followed
  };
  Kind kind;
  std::string file;  ///< as rclone calls it
  std::string why;   ///< in the words of rclone, or of scripts/rclone.go
};

/// What a line of rclone's log tells of that; nothing for any other line. Of web servers it is told
/// in the level "debug".
std::optional<LeftOut> left_out_in(const json::Json& line);

}  // namespace content
