#pragma once

#include "support/folder.h"
#include "sync/support/server_process.h"

#include <string>

/// A real server of large files (LFS), giftless, on loopback. Serves everybody: a WebServer stands
/// before it. GRADIENT_LFS_SERVER names the program, which ./dev test installs.
class LfsServer {
 public:
  /// Warns if so: what needs it is not tested.
  static bool is_missing();

  LfsServer();
  int port() const { return port_; }
  /// Has it serve a file of the repository git/NAME.git; gives the pointer that stands for it.
  std::string put(const std::string& name, const std::string& content);
  /// Where it has the content.
  std::string objects() const { return (folder_ / "objects").string(); }
  void stop() { process_.stop(); }

 private:
  Folder folder_;
  int port_ = free_port();
  ServerProcess process_;
};
