#pragma once

#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

/// Errors: why content did not arrive, under the reasons that the operator shows in conditions, and
/// what the messages of git, rclone and the system mean.
///
/// All of gradient-sync is in the namespace `content`: `sync` is a function of unistd.h.
namespace content {

/// `reason` is one of the stable reasons that users find in docs/troubleshooting.md; the message is
/// for them, too, and holds no secret.
struct Failure : std::runtime_error {
  /// Transient: it may help to try again soon. Damage: of what a volume has of a repository, so it
  /// may help to have that anew.
  enum class Kind { Permanent, Transient, Damage };

  Failure(std::string reason_in, const std::string& message, Kind kind_in = Kind::Permanent)
      : std::runtime_error(message), reason(std::move(reason_in)), kind(kind_in) {}
  std::string reason;
  Kind kind;
  std::optional<std::chrono::seconds> retry_after = {};  ///< that the server asks to wait
};

/// The same failure with `what` and ": " before its message.
Failure with_prefix(const std::string& what, const Failure& failure);

/// What git's messages (LC_ALL=C) mean. `url` bears no credential.
Failure git_failure(std::string_view output, const std::string& url);

/// For a line by which git says that it has written a file in another encoding than .gitattributes
/// demands, after which it goes on and exits with 0. Nothing for any other line.
std::optional<Failure> encoding_failure(std::string_view line, const std::string& url);

/// What rclone's messages mean.
Failure rclone_failure(std::string_view output, const std::string& url);

/// What oci-pull's mean.
Failure oci_failure(std::string_view output, const std::string& url);

/// What those of gradient-unpack mean.
Failure unpack_failure(std::string_view output, const std::string& url);

/// What errno says about writing to the volume.
Failure volume_failure(int error, const std::string& what);

/// What an exception means, whoever threw it. A Failure is itself.
Failure as_failure(const std::exception& error);

/// The last line with content, at most `longest` bytes: what a program said at the end.
std::string last_line(std::string_view output, std::size_t longest = 300);

}  // namespace content
