#pragma once

#include "support/folder.h"
#include "sync/support/wait.h"

#include <filesystem>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

/// A small file system in a namespace of its own, which the commands see that are run inside.
class MountedVolume {
 public:
  /// Whether this machine lets users mount so. Warns if not: what needs it is not tested.
  static bool is_missing();
  /// The same for loop devices, which need root.
  static bool is_loop_missing();

  /// `options` of tmpfs: "size=1m".
  explicit MountedVolume(const std::string& options);
  /// An ext4 of so many KiB.
  explicit MountedVolume(int kibibytes);
  /// A folder as another file system shows it, which lacks something: fuse_volume.cpp.
  struct Fuse {
    std::filesystem::path program, backing;
    std::vector<std::string> settings = {};
    /// The same for FUSE.
    bool is_missing() const;
  };
  explicit MountedVolume(const Fuse& fuse);
  ~MountedVolume();
  MountedVolume(const MountedVolume&) = delete;
  MountedVolume& operator=(const MountedVolume&) = delete;

  std::filesystem::path path() const { return folder_ / "volume"; }
  /// What goes before a command that is to see it.
  std::vector<std::string> inside() const;
  /// The output of a shell script that sees it, with its path as $1.
  std::string run(const std::string& script) const;
  /// Makes files until there is no room for another one, or for more bytes.
  void use_up_inodes() const {
    run("i=0; while touch $1/fill-$i 2>/dev/null; do i=$((i+1)); done");
  }
  void use_up_bytes() const;

 private:
  void start(const std::string& script, const std::vector<std::string>& arguments = {});

  Folder folder_;
  bool is_of_root_ = false;
  pid_t pid_ = 0;
};

/// `gradient-sync model` in a pod of its own, with a folder of its own for temporary files. Ends
/// with this.
class ModelPod {
 public:
  struct Settings {
    std::string source;
    std::filesystem::path target;
    std::vector<std::string> options = {};
    std::vector<std::string> inside = {};  ///< MountedVolume's
    std::string path = {};                 ///< PATH; empty: ours
  };
  explicit ModelPod(Settings settings);
  ~ModelPod();
  ModelPod(const ModelPod&) = delete;
  ModelPod& operator=(const ModelPod&) = delete;

  /// As its startup probe asks.
  bool is_ready() const;
  bool has_ended();
  std::string log() const;
  /// Whether the log has a line of this event with this text.
  bool tells(const std::string& event, const std::string& text = "") const;
  int count(const std::string& event) const;
  pid_t pid() const { return pid_; }
  std::filesystem::path temporary() const { return folder_ / "tmp"; }

 private:
  std::vector<std::string> command(const std::string& what) const;

  Folder folder_;
  Settings settings_;
  pid_t pid_ = 0;
};
