#pragma once

#include <string>
#include <vector>

/// Keys of a Secret, which the kubelet mounts as files; but for git's key for ssh (git/ssh).
namespace content {

/// A value of one line, without the newline that editors leave at the end. Throws Failure, which
/// names the file and never its content.
std::string read_secret_line(const std::string& file);

/// The same for one of many lines, such as a private key, without the newlines at its end.
std::string read_secret_text(const std::string& file);

/// `text` with "[secret]" for each of `secrets`.
std::string without_secrets(std::string text, const std::vector<std::string>& secrets);

}  // namespace content
