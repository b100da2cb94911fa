#pragma once

#include "support/folder.h"

#include <string>
#include <vector>

/// gradient-sync as a whole, in a pod of its own: how it ends, and all that it tells. With the user
/// "jane" and the password "canary-4711".
class HelperRun {
 public:
  HelperRun();

  /// A command of the shell that mounts something at $1, the volume, in a namespace of its own;
  /// as root where one that every user may have does not let it.
  std::string mount;
  bool mounts_as_root = false;
  std::vector<std::string> environment;
  std::string password = "canary-4711";
  std::string username = "jane";

  /// `gradient-sync repository --url URL MORE...`; "published" or "REASON: message".
  std::string repository(const std::string& url, const std::vector<std::string>& more = {});
  /// `gradient-sync model --source URL MORE...`, until the model is there or it has failed.
  std::string model(const std::string& url, const std::vector<std::string>& more = {});

  /// How often the log tells that it tries again, and in how many seconds.
  int retries() const;
  /// Whether a credential is in the output, the termination message or on the volume.
  bool leaks() const;
  /// What it has printed.
  std::filesystem::path log() const { return folder_ / "log"; }
  const Folder& folder() const { return folder_; }

 private:
  std::string run(std::vector<std::string> arguments, const std::string& published);

  Folder folder_, secrets_;
};

/// Whether this machine lets users mount in a namespace of their own.
bool may_mount();

/// `mount` of a btrfs that is made in the file IMAGE, with a quota of so many bytes ("8M"): the one
/// file system with quotas that a kernel has whatever it was built for. Needs root.
std::string mount_with_quota(const std::string& image, const std::string& bytes);
bool may_mount_with_quota();
