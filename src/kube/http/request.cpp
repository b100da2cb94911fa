#include "kube/http/request.h"

namespace kube {
namespace {

constexpr const char* json_type = "application/json";
constexpr const char* merge_patch_type = "application/merge-patch+json";
constexpr const char* apply_type = "application/apply-patch+yaml";  // JSON is YAML

/// "/api/v1/namespaces/ns/pods", "/apis/apps/v1/deployments"
std::string collection_path(const Kind& kind, const std::string& ns) {
  std::string path = kind.api_version.find('/') == std::string_view::npos ? "/api/" : "/apis/";
  path += kind.api_version;
  if (!ns.empty()) path += "/namespaces/" + ns;
  path += '/';
  path += kind.plural;
  return path;
}

std::string object_path(const Kind& kind, const Key& key, const std::string& subresource = "") {
  auto path = collection_path(kind, key.ns) + "/" + key.name;
  if (!subresource.empty()) path += "/" + subresource;
  return path;
}

void add_selector(const Selector& selector, Request& request) {
  if (!selector.labels.empty()) request.query.emplace_back("labelSelector", selector.labels);
  if (!selector.fields.empty()) request.query.emplace_back("fieldSelector", selector.fields);
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

void append_encoded(std::string_view text, std::string_view also_safe, std::string& out) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : text) {
    if (is_unreserved(c) || also_safe.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
}

}  // namespace

std::string_view to_string(Method method) {
  switch (method) {
    case Method::Get:
      return "GET";
    case Method::Post:
      return "POST";
    case Method::Put:
      return "PUT";
    case Method::Patch:
      return "PATCH";
    case Method::Delete:
      return "DELETE";
  }
  return "GET";
}

std::string target(const Request& request) {
  std::string out;
  append_encoded(request.path, "/:@", out);
  char separator = '?';
  for (const auto& [name, value] : request.query) {
    out += separator;
    append_encoded(name, "", out);
    out += '=';
    append_encoded(value, "", out);
    separator = '&';
  }
  return out;
}

Request get_request(const Kind& kind, const Key& key) {
  return {.path = object_path(kind, key)};
}

Request list_request(const Kind& kind, const std::string& ns, const Selector& selector,
                     const std::string& resource_version, const std::string& continue_token,
                     int limit) {
  Request request{.path = collection_path(kind, ns)};
  add_selector(selector, request);
  if (limit > 0) request.query.emplace_back("limit", std::to_string(limit));
  if (!continue_token.empty()) {
    request.query.emplace_back("continue", continue_token);  // it bears the version already
  } else if (!resource_version.empty()) {
    request.query.emplace_back("resourceVersion", resource_version);
  }
  return request;
}

Request watch_request(const Kind& kind, const std::string& ns, const Selector& selector,
                      const std::string& resource_version, int timeout_seconds) {
  Request request{.path = collection_path(kind, ns), .query = {{"watch", "true"}}};
  add_selector(selector, request);
  request.query.emplace_back("allowWatchBookmarks", "true");
  if (!resource_version.empty()) request.query.emplace_back("resourceVersion", resource_version);
  request.query.emplace_back("timeoutSeconds", std::to_string(timeout_seconds));
  return request;
}

Request create_request(const Kind& kind, const std::string& ns, const Json& object) {
  return {.method = Method::Post,
          .path = collection_path(kind, ns),
          .query = {{"fieldValidation", "Strict"}},
          .content_type = json_type,
          .body = json::text(object)};
}

Request replace_request(const Kind& kind, const Json& object) {
  return {.method = Method::Put,
          .path = object_path(kind, key_of(object)),
          .query = {{"fieldValidation", "Strict"}},
          .content_type = json_type,
          .body = json::text(object)};
}

Request apply_request(const Kind& kind, const Json& object, const std::string& manager, Force force,
                      const std::string& subresource) {
  return {.method = Method::Patch,
          .path = object_path(kind, key_of(object), subresource),
          .query = {{"fieldManager", manager},
                    {"force", force == Force::Yes ? "true" : "false"},
                    {"fieldValidation", "Strict"}},
          .content_type = apply_type,
          .body = json::text(object)};
}

Request merge_patch_request(const Kind& kind, const Key& key, const Json& patch,
                            const std::string& manager, const std::string& subresource) {
  return {.method = Method::Patch,
          .path = object_path(kind, key, subresource),
          .query = {{"fieldManager", manager}, {"fieldValidation", "Strict"}},
          .content_type = merge_patch_type,
          .body = json::text(patch)};
}

Request delete_request(const Kind& kind, const Key& key, const std::string& uid) {
  const auto options = json::object({
      {"apiVersion", "v1"},
      {"kind", "DeleteOptions"},
      {"preconditions", json::object({{"uid", uid}})},
      {"propagationPolicy", "Background"},
  });
  return {.method = Method::Delete,
          .path = object_path(kind, key),
          .content_type = json_type,
          .body = json::text(options)};
}

Request log_request(const Key& pod, const std::string& container, int lines, int limit_bytes) {
  return {.path = object_path(pods, pod, "log"),
          .query = {{"container", container},
                    {"tailLines", std::to_string(lines)},
                    {"limitBytes", std::to_string(limit_bytes)}}};
}

Request stream_log_request(const Key& pod, const std::string& container, int lines, bool follows) {
  return {.path = object_path(pods, pod, "log"),
          .query = {{"container", container},
                    {"tailLines", std::to_string(lines)},
                    {"follow", follows ? "true" : "false"}}};
}

}  // namespace kube
