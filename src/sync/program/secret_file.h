#pragma once

#include "sync/volume/volume.h"

#include <memory>
#include <string>
#include <vector>

/// Keys of a Secret, which the kubelet mounts as files.
namespace content {

/// A value of one line, without the newline that editors leave at the end. Throws Failure, which
/// names the file and never its content.
std::string read_secret_line(const std::string& file);

/// The same for one of many lines, such as a private key, without the newlines at its end.
std::string read_secret_text(const std::string& file);

/// A file in memory that is gone with this process, and that others of its user can read by its
/// path while it is open. ssh takes it for a private key. Throws std::system_error.
std::shared_ptr<const OpenFile> secret_in_memory(const std::string& text);
std::string path_of_memory_file(const OpenFile& file);

/// `text` with "[secret]" for each of `secrets`.
std::string without_secrets(std::string text, const std::vector<std::string>& secrets);

}  // namespace content
