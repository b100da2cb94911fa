#pragma once

#include "support/folder.h"
#include "sync/model/model.h"
#include "sync/support/wait.h"
#include "sync/support/web_server.h"

#include <chrono>
#include <future>
#include <stop_token>
#include <string>

/// One sidecar of a model: runs until it goes out of scope. With real rclone and git.
class Sidecar {
 public:
  Sidecar(content::Source source, const content::Path& target,
          std::chrono::seconds refresh_interval = std::chrono::seconds(0),
          const std::string& digest = "");
  Sidecar(const WebServer& server, const std::string& path, const content::Path& target,
          std::chrono::seconds refresh_interval = std::chrono::seconds(0),
          const std::string& digest = "")
      : Sidecar({.url = server.url(path)}, target, refresh_interval, digest) {}
  ~Sidecar() { stop_.request_stop(); }
  Sidecar(const Sidecar&) = delete;
  Sidecar& operator=(const Sidecar&) = delete;

  /// How it ended: "stopped" or "REASON: message".
  std::string end() { return work_.get(); }
  bool has_ended() const {
    return work_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }

 private:
  std::string run();

  Folder folder_;
  content::ModelOptions options_;
  content::Reporter report_;
  std::stop_source stop_;
  std::future<std::string> work_;
};
