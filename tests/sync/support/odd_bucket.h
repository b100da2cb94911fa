#pragma once

#include "sync/support/web_server.h"

#include <string>
#include <vector>

/// A bucket "models" of S3 with keys that real servers for tests do not take, such as "a//b". Each
/// object is "w" at first. It asks for no credentials.
class OddBucket {
 public:
  explicit OddBucket(const std::vector<std::string>& keys);

  std::string endpoint() const { return server_.url("cgi/s3"); }
  /// A script that is run before an object is given: it may print another answer and exit, or set
  /// `headers`, each with "\\r\\n" behind it. It knows $REQUEST_METHOD and $path, "/KEY".
  void answer_objects(const std::string& script) const;
  /// What all objects are from now on. Their MD5 stays that of "w".
  void store(const std::string& content) const { server_.folder().write("content", content); }
  const WebServer& server() const { return server_; }

 private:
  WebServer server_;
};
