#include "reconcile/fake_server.h"

#include "support/merge_patch.h"

#include <stdexcept>

namespace {

using json::Json;

kube::Response refusal(int code, const std::string& reason) {
  return {.status = code,
          .body = json::text(json::object(
              {{"kind", "Status"}, {"code", code}, {"reason", reason}, {"message", reason}}))};
}

std::string object_path(const std::string& path) {
  constexpr std::string_view status = "/status";
  return path.ends_with(status) ? path.substr(0, path.size() - status.size()) : path;
}

}  // namespace

kube::Response FakeServer::send(const kube::Request& request, const std::stop_token&,
                                std::chrono::milliseconds) {
  if (requests_++ != fault_at_ || !fault_.meets.contains(request.method)) return answer(request);
  if (fault_.is_done) answer(request);
  if (!fault_.answer) throw kube::TransportError("no answer");
  return *fault_.answer;
}

kube::Response FakeServer::stream(const kube::Request&,
                                  const std::function<void(std::string_view)>&,
                                  const std::stop_token&, std::chrono::milliseconds) {
  throw std::logic_error("nobody watches here");
}

kube::Response FakeServer::answer(const kube::Request& request) {
  const auto path = object_path(request.path);
  switch (request.method) {
    case kube::Method::Get: {
      for (const auto& [name, value] : request.query)
        if (name == "fieldSelector") return list(path + "/" + value.substr(value.find('=') + 1));
      const auto found = objects_.find(path);
      if (found == objects_.end()) return refusal(404, "NotFound");
      return {.status = 200, .body = json::text(found->second)};
    }
    case kube::Method::Delete:
      return remove(path, request);
    case kube::Method::Post:
      return {.status = 201, .body = request.body};
    default:
      return write(path, request);
  }
}

/// Of the one object that is asked for by its name.
kube::Response FakeServer::list(const std::string& path) const {
  const auto found = objects_.find(path);
  const auto items = found == objects_.end() ? std::string() : json::text(found->second);
  return {.status = 200, .body = R"({"items":[)" + items + "]}"};
}

kube::Response FakeServer::write(const std::string& path, const kube::Request& request) {
  auto patch = json::parse(request.body);
  const bool is_apply = request.content_type.find("apply") != std::string::npos;
  const auto found = objects_.find(path);
  if (found == objects_.end()) {
    const bool is_new = is_apply && json::at(patch, {"metadata", "uid"}).is_null();
    return is_new ? store(path, std::move(patch)) : refusal(is_apply ? 409 : 404, "NotFound");
  }
  const auto& live = found->second;
  for (const char* const condition : {"uid", "resourceVersion"}) {
    const auto asked = json::string_at(patch, {"metadata", condition});
    if (!asked.empty() && asked != json::string_at(live, {"metadata", condition})) {
      return refusal(409, "Conflict");
    }
  }
  auto merged = live;
  apply_merge_patch(merged, patch);  // an apply, too, for our purposes
  if (json::equal(merged, live)) return {.status = 200, .body = json::text(live)};
  return store(path, std::move(merged));
}

kube::Response FakeServer::remove(const std::string& path, const kube::Request& request) {
  const auto found = objects_.find(path);
  if (found == objects_.end()) return refusal(404, "NotFound");
  const auto uid = json::string_at(json::parse(request.body), {"preconditions", "uid"});
  if (uid != kube::uid_of(found->second)) return refusal(409, "Conflict");
  ++writes_;
  ++version_;
  objects_.erase(found);
  if (on_change) on_change(path, {});
  return {.status = 200, .body = "{}"};
}

kube::Response FakeServer::store(const std::string& path, Json object) {
  ++writes_;
  auto& metadata = object["metadata"];
  if (!metadata.has_field("uid")) metadata["uid"] = Json("uid-" + std::to_string(next_uid_++));
  metadata["resourceVersion"] = Json(std::to_string(++version_));
  const bool is_workload = json::string_at(object, {"kind"}) == kube::deployments.kind;
  if (is_workload && !object.at("spec").has_field("replicas")) object["spec"]["replicas"] = Json(1);
  objects_[path] = object;
  if (on_change) on_change(path, object);
  return {.status = 200, .body = json::text(object)};
}

void FakeServer::put(const kube::Kind& kind, const std::string& name, const std::string& body,
                     const std::string& ns) {
  auto object = json::parse(body);
  const kube::Key key{ns, name};
  object["apiVersion"] = Json(std::string(kind.api_version));
  object["kind"] = Json(std::string(kind.kind));
  auto& metadata = object["metadata"];
  metadata["name"] = Json(key.name);
  metadata["namespace"] = Json(key.ns);
  metadata["generation"] = Json(version_);
  const auto path = kube::get_request(kind, key).path;
  if (const auto known = objects_.find(path); known != objects_.end()) {
    metadata["uid"] = known->second.at("metadata").at("uid");
    if (known->second.has_field("status")) object["status"] = known->second.at("status");
  }
  store(path, std::move(object));
}

std::vector<Json> FakeServer::objects(const kube::Kind& kind) const {
  std::vector<Json> found;
  for (const auto& [path, object] : objects_) {
    if (json::string_at(object, {"kind"}) == kind.kind) found.push_back(object);
  }
  return found;
}
