#include "sync/rclone/source.h"

#include "json/json.h"
#include "sync/report/failure.h"

#include <algorithm>

namespace content {
namespace {

/// Such a part of a path leads elsewhere, or has a name that a model's folder has for itself.
bool is_refused(std::string_view part) {
  return part.empty() || part == "." || part.starts_with("..");
}

}  // namespace

bool is_web(const Source& source) {
  return source.url.starts_with("http");
}

std::string url_for_messages(const Source& source) {
  return is_web(source) ? source.url.substr(0, source.url.find('?')) : source.url;
}

void check_path(const std::string& path) {
  // The listing that a digest is of has a file a line.
  if (path.find('\n') != std::string::npos) {
    throw Failure("ModelSourceRefused", "the source has " +
                                            json::text(json::Json(path.substr(0, 200))) +
                                            ", which has a newline in its name; rename it");
  }
  for (std::size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    if (is_refused(std::string_view(path).substr(begin, end - begin))) {
      throw Failure("ModelSourceRefused",
                    "the source has \"" + path.substr(0, 200) +
                        "\", which cannot be a file here; no part of a name may be empty, \".\" or "
                        "begin with \"..\"");
    }
    begin = end + 1;
  }
}

}  // namespace content
