#include "reconcile/world.h"

#include "base/rfc3339.h"
#include "support/merge_patch.h"

json::Json World::put(const kube::Kind& kind, const std::string& name, const std::string& rest) {
  auto object = json::parse(rest);
  object["apiVersion"] = json::Json(std::string(kind.api_version));
  object["kind"] = json::Json(std::string(kind.kind));
  auto& metadata = object["metadata"];
  if (metadata.is_null()) metadata = json::Json::object();
  metadata["name"] = json::Json(name);
  metadata["namespace"] = json::Json("ns");
  if (!metadata.has_field("uid")) metadata["uid"] = json::Json("uid-of-" + name);
  if (!metadata.has_field("generation")) metadata["generation"] = json::Json(1);
  metadata["resourceVersion"] = json::Json(std::to_string(++version_));
  stores.of(kind)->put(object);
  return object;
}

json::Json World::put_ready(const kube::Kind& kind, const std::string& name,
                            const std::string& spec, const std::string& status_fields) {
  return put(kind, name,
             R"({"spec":)" + spec + R"(,"status":{)" + status_fields +
                 (status_fields.empty() ? "" : ",") +
                 R"("conditions":[{"type":"Ready","status":"True","reason":"Ready",
                                "message":"","observedGeneration":1}]}})");
}

kube::Response World::stored(json::Json object) {
  auto& metadata = object["metadata"];
  if (!metadata.has_field("uid")) {
    metadata["uid"] = json::Json("uid-of-" + metadata.at("name").as_string());
    metadata["creationTimestamp"] = json::Json(base::rfc3339(clock.wall()));
  }
  metadata["resourceVersion"] = json::Json(std::to_string(++version_));
  return {.status = 200, .body = json::text(object)};
}

Exchange& World::expect_apply(const std::string& path) {
  return server.expect("PATCH " + path + "?fieldManager=gradient-operator&*")
      .reply([this](const kube::Request& request) { return stored(json::parse(request.body)); });
}

Exchange& World::expect_status(const std::string& path, const kube::Kind& kind,
                               const std::string& name) {
  return server.expect("PATCH " + path + "/status?fieldManager=gradient-operator-status*")
      .reply([this, &kind, name](const kube::Request& request) {
        auto object = *stores.of(kind)->find({"ns", name});
        apply_merge_patch(object, json::parse(request.body));
        return stored(std::move(object));
      });
}

Exchange& World::expect_event(const std::string& reason) {
  return server.expect("POST /api/v1/namespaces/ns/events*")
      .reply([reason](const kube::Request& request) -> kube::Response {
        CHECK(json::string_at(json::parse(request.body), {"reason"}) == reason);
        return {.status = 201, .body = request.body};
      });
}
