#pragma once

#include "support/folder.h"
#include "sync/support/server_process.h"
#include "sync/support/web_server.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

/// A real registry, distribution, on loopback. GRADIENT_REGISTRY names the program, which ./dev
/// test installs. With a certificate (a file in PEM, and its key) it is one of https.
class Registry {
 public:
  enum class Readers { All, Jane };  ///< she has the password "canary-4711"

  /// Warns if so: what needs it is not tested.
  static bool is_missing();

  explicit Registry(Readers readers = Readers::All, const std::string& certificate = "",
                    const std::string& key = "");
  /// oci://HOST:PORT/`name`
  std::string url(const std::string& name) const;
  int port() const { return port_; }

  /// Puts what has a digest there, and gives it.
  std::string put(const std::string& repository, const std::string& content) const;
  /// Puts a manifest or an index; gives its digest.
  std::string put_manifest(const std::string& repository, const std::string& tag,
                           const std::string& media_type, const std::string& json) const;
  /// An artifact of files as `oras push` makes it; the digest of its manifest.
  std::string push(const std::string& repository, const std::string& tag,
                   const std::vector<std::pair<std::string, std::string>>& files) const;

  /// How often something was asked for: "HEAD /v2/app/manifests/1", and so on.
  int count(const std::string& request) const;
  /// Bytes of a layer that it has sent.
  std::int64_t bytes_of(const std::string& digest) const;
  /// Where it has the content of a digest.
  std::filesystem::path file_of(const std::string& digest) const;
  /// What a Secret for it holds, in the file config.json of a folder.
  static std::string login(const std::string& host, const std::string& password = "canary-4711");
  std::string host() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  std::string curl(const std::string& options) const;

  Folder folder_;
  int port_ = free_port();
  std::string scheme_;
  ServerProcess process_;
};

/// A layer of a manifest in JSON.
std::string layer_of(const std::string& digest, std::size_t bytes, const std::string& media_type,
                     const std::map<std::string, std::string>& annotations);
/// A manifest of layers in JSON.
std::string manifest_of(const std::vector<std::string>& layers);

/// Has a web server be a registry of one artifact, of the file weights.bin; gives its URL. Each
/// request is answered by the script `before`, where that exits, and which knows $REQUEST_URI.
std::string serve_artifact(const WebServer& server, const std::string& content,
                           const std::string& before);

inline constexpr const char* oci_manifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr const char* oci_index = "application/vnd.oci.image.index.v1+json";
