#pragma once

#include "support/folder.h"
#include "sync/support/server_process.h"

#include <string>

/// A real S3 server, MinIO, on loopback, of one user: "jane" with the password "canary-4711".
/// GRADIENT_S3_SERVER names the program, which ./dev test builds.
class S3Server {
 public:
  /// Warns if so: what needs it is not tested.
  static bool is_missing();

  /// It takes requests for `region` alone.
  explicit S3Server(std::string region = "us-east-1", std::string user = "jane",
                    std::string password = "canary-4711");
  std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int port() const { return port_; }
  /// Makes a bucket, or writes an object; the path as a URL has it.
  void put(const std::string& path, const std::string& content = "");
  /// In parts, as large files are; the MD5 (Base64) is what tools leave to those who download it.
  void put_with_md5(const std::string& path, const std::string& content, const std::string& md5);

 private:
  /// A signed request with curl; its address is to follow.
  std::string request(const std::string& method, const std::string& content) const;

  std::string region_, user_, password_;
  Folder folder_;
  int port_ = free_port();
  ServerProcess process_;
};
