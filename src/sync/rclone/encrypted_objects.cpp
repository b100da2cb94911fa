#include "sync/rclone/encrypted_objects.h"

#include "sync/rclone/source.h"

#include <algorithm>

namespace content {

void EncryptedObjects::read(const json::Json& line) {
  constexpr std::string_view by_kms = "\nX-Amz-Server-Side-Encryption: aws:kms";
  constexpr std::string_view request = "HEAD ";
  const auto text = json::string_at(line, {"msg"});
  if (text.starts_with(request)) {
    const auto end = text.find_first_of(" ?", request.size());
    asked_ = percent_decoded(text.substr(request.size(), end - request.size()));
  } else if (text.starts_with("HTTP/") && text.find(by_kms) != std::string::npos) {
    paths_.insert(asked_);
  }
}

bool EncryptedObjects::has(const std::string& object) const {
  const auto key = object.substr(std::min(object.find('/'), object.size()));
  return std::any_of(paths_.begin(), paths_.end(), [&](const std::string& path) {
    return path == key || path.ends_with("/" + object);
  });
}

}  // namespace content
