#pragma once

#include "sync/volume/volume.h"

#include <chrono>
#include <string>

namespace content {

/// Somebody's wish that the source is looked at now: a file that the kubelet writes for the
/// annotation gradient-operator.dev/sync of a Model (gradient/render/fetch_request.h), and which is
/// not there for as long as nobody wished. Each other text is a request. The text that was answered
/// last is kept beside the model's revisions, for pods that come later. For one thread.
class FetchRequest {
 public:
  /// `file` may be empty: then there is never a request.
  FetchRequest(Path file, const Path& model);

  /// What is asked for now; empty: nothing.
  std::string text() const;
  /// Whether that has not been answered, and may be: what has failed has to wait.
  bool is_open() const;
  /// After the source was looked at for this text. Throws Failure when the volume cannot keep it.
  void answered(const std::string& text);
  void failed(const std::string& text, std::chrono::milliseconds pause);

 private:
  Path file_, kept_;
  std::string answered_, failed_;
  std::chrono::steady_clock::time_point not_before_{};
};

}  // namespace content
