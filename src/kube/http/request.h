#pragma once

#include "kube/object.h"

#include <string>
#include <utility>
#include <vector>

namespace kube {

enum class Method { Get, Post, Put, Patch, Delete };
std::string_view to_string(Method method);

/// One HTTP request to the API server, as a value: built here, sent by a Transport.
struct Request {
  Method method = Method::Get;
  std::string path{};                                        ///< "/apis/apps/v1/namespaces/ns/..."
  std::vector<std::pair<std::string, std::string>> query{};  ///< not yet percent-encoded, in order
  std::string content_type{};                                ///< empty without a body
  std::string body{};
  bool operator==(const Request&) const = default;
};

/// Path and query as they go over the wire, percent-encoded.
std::string target(const Request& request);

constexpr bool is_success(int status) {
  return status >= 200 && status < 300;
}

struct Response {
  int status = 0;
  std::string body{};
  int retry_after_seconds = 0;          ///< header Retry-After; 0 when absent
  std::vector<std::string> warnings{};  ///< texts of Warning headers
};

/// Selects on the server. Both may be empty.
struct Selector {
  std::string labels{};
  std::string fields{};
};

enum class Force { No, Yes };

Request get_request(const Kind& kind, const Key& key);
/// Objects of a page, as client-go's pager asks for.
inline constexpr int list_page_size = 500;

Request list_request(const Kind& kind, const std::string& ns, const Selector& selector,
                     const std::string& resource_version, const std::string& continue_token,
                     int limit);
Request watch_request(const Kind& kind, const std::string& ns, const Selector& selector,
                      const std::string& resource_version, int timeout_seconds);
Request create_request(const Kind& kind, const std::string& ns, const Json& object);
Request replace_request(const Kind& kind, const Json& object);
/// Server-side apply with strict field validation. `subresource` may be empty or "status".
Request apply_request(const Kind& kind, const Json& object, const std::string& manager, Force force,
                      const std::string& subresource = "");
/// JSON merge patch.
Request merge_patch_request(const Kind& kind, const Key& key, const Json& patch,
                            const std::string& manager, const std::string& subresource = "");
/// Background deletion, only while the object still is the one with this UID.
Request delete_request(const Kind& kind, const Key& key, const std::string& uid);
/// Last `lines` lines of a container's log.
Request log_request(const Key& pod, const std::string& container, int lines, int limit_bytes);
/// The same without a limit of bytes and, when it `follows`, with all that comes until the
/// container ends: to be streamed.
Request stream_log_request(const Key& pod, const std::string& container, int lines, bool follows);

}  // namespace kube
