#include "kube/http/request.h"

#include <catch2/catch.hpp>

namespace kube {
namespace {

Json config_map(const std::string& ns) {
  return json::object({
      {"apiVersion", "v1"},
      {"kind", "ConfigMap"},
      {"metadata", json::object({{"namespace", ns}, {"name", "demo"}})},
  });
}

constexpr Kind nodes{"v1", "Node", "nodes"};

}  // namespace

TEST_CASE("every request has its path and query") {
  struct Case {
    std::string name;
    Request request;
    Method method;
    std::string target;
  };
  const auto sample = GENERATE(values<Case>({
      {"get from the core group", get_request(secrets, {"ns", "s"}), Method::Get,
       "/api/v1/namespaces/ns/secrets/s"},
      {"get from a named group", get_request(deployments, {"ns", "d"}), Method::Get,
       "/apis/apps/v1/namespaces/ns/deployments/d"},
      {"get of a cluster-scoped kind", get_request(nodes, {"", "n"}), Method::Get,
       "/api/v1/nodes/n"},
      {"list of all namespaces", list_request(pods, "", {}, "", "", 0), Method::Get,
       "/api/v1/pods"},
      {"list with selectors and a page size",
       list_request(pods, "ns", {.labels = "a=b,!c", .fields = "status.phase=Running"}, "", "",
                    500),
       Method::Get,
       "/api/v1/namespaces/ns/pods?labelSelector=a%3Db%2C%21c&fieldSelector=status.phase%3DRunning"
       "&limit=500"},
      {"list from a version", list_request(pods, "ns", {}, "0", "", 0), Method::Get,
       "/api/v1/namespaces/ns/pods?resourceVersion=0"},
      {"a further page carries its version itself", list_request(pods, "ns", {}, "7", "a+/=", 500),
       Method::Get, "/api/v1/namespaces/ns/pods?limit=500&continue=a%2B%2F%3D"},
      {"watch", watch_request(deployments, "ns", {.labels = "a=b", .fields = ""}, "42", 300),
       Method::Get,
       "/apis/apps/v1/namespaces/ns/deployments?watch=true&labelSelector=a%3Db"
       "&allowWatchBookmarks=true&resourceVersion=42&timeoutSeconds=300"},
      {"create", create_request(config_maps, "ns", config_map("ns")), Method::Post,
       "/api/v1/namespaces/ns/configmaps?fieldValidation=Strict"},
      {"replace", replace_request(config_maps, config_map("ns")), Method::Put,
       "/api/v1/namespaces/ns/configmaps/demo?fieldValidation=Strict"},
      {"apply with force", apply_request(config_maps, config_map("ns"), "me", Force::Yes),
       Method::Patch,
       "/api/v1/namespaces/ns/configmaps/demo?fieldManager=me&force=true&fieldValidation=Strict"},
      {"apply without force", apply_request(config_maps, config_map("ns"), "me", Force::No),
       Method::Patch,
       "/api/v1/namespaces/ns/configmaps/demo?fieldManager=me&force=false&fieldValidation=Strict"},
      {"apply of a status",
       apply_request(config_maps, config_map("ns"), "me", Force::Yes, "status"), Method::Patch,
       "/api/v1/namespaces/ns/configmaps/demo/status?fieldManager=me&force=true"
       "&fieldValidation=Strict"},
      {"merge patch", merge_patch_request(deployments, {"ns", "d"}, Json::object(), "me", "status"),
       Method::Patch,
       "/apis/apps/v1/namespaces/ns/deployments/d/status?fieldManager=me&fieldValidation=Strict"},
      {"delete", delete_request(services, {"ns", "s"}, "u-1"), Method::Delete,
       "/api/v1/namespaces/ns/services/s"},
      {"log", log_request({"ns", "p"}, "sync-model", 1, 4096), Method::Get,
       "/api/v1/namespaces/ns/pods/p/log?container=sync-model&tailLines=1&limitBytes=4096"},
      {"streamed log", stream_log_request({"ns", "p"}, "app", 5, true), Method::Get,
       "/api/v1/namespaces/ns/pods/p/log?container=app&tailLines=5&follow=true"},
  }));
  DYNAMIC_SECTION(sample.name) {
    CHECK(sample.request.method == sample.method);
    CHECK(target(sample.request) == sample.target);
  }
}

TEST_CASE("a request with a body says what it is") {
  const auto object = config_map("ns");
  const auto text = R"({"apiVersion":"v1","kind":"ConfigMap",)"
                    R"("metadata":{"name":"demo","namespace":"ns"}})";
  const auto apply = apply_request(config_maps, object, "me", Force::Yes);
  CHECK(apply.content_type == "application/apply-patch+yaml");
  CHECK(apply.body == text);
  CHECK(create_request(config_maps, "ns", object).content_type == "application/json");
  CHECK(create_request(config_maps, "ns", object).body == text);
  CHECK(replace_request(config_maps, object).content_type == "application/json");
  CHECK(merge_patch_request(config_maps, {"ns", "demo"}, Json::object(), "me").content_type ==
        "application/merge-patch+json");
  CHECK(get_request(config_maps, {"ns", "demo"}).content_type.empty());
}

TEST_CASE("a deletion is in the background and of this very object") {
  const auto request = delete_request(services, {"ns", "s"}, "u-1");
  CHECK(request.content_type == "application/json");
  CHECK(request.body == R"({"apiVersion":"v1","kind":"DeleteOptions",)"
                        R"("preconditions":{"uid":"u-1"},"propagationPolicy":"Background"})");
}

TEST_CASE("what is not safe in a URL is percent-encoded") {
  const Request request{.path = "/api/v1/a b/\xC3\xA9?#", .query = {{"k&", "v=/ \xE2\x82\xAC"}}};
  CHECK(target(request) == "/api/v1/a%20b/%C3%A9%3F%23?k%26=v%3D%2F%20%E2%82%AC");
}

TEST_CASE("resource versions are decimal numbers of any length") {
  CHECK(std::is_lt(compare_versions("9", "10")));
  CHECK(std::is_gt(compare_versions("10", "9")));
  CHECK(std::is_eq(compare_versions("123", "123")));
  CHECK(std::is_lt(compare_versions("", "1")));
  CHECK(std::is_lt(compare_versions("99999999999999999999999", "100000000000000000000000")));
}

TEST_CASE("the controller among the owners is found") {
  const auto object = json::parse(R"({"metadata":{"namespace":"ns","name":"x","uid":"u",
      "resourceVersion":"7","labels":{"a":"b"},"annotations":{"c":"d"},
      "ownerReferences":[{"uid":"1"},{"uid":"2","controller":true}]}})");
  CHECK(json::string_at(controller_of(object), {"uid"}) == "2");
  CHECK(controller_of(Json::object()).is_null());
  CHECK(key_of(object) == Key{"ns", "x"});
  CHECK(to_string(key_of(object)) == "ns/x");
  CHECK(uid_of(object) == "u");
  CHECK(resource_version_of(object) == "7");
  CHECK(label_of(object, "a") == "b");
  CHECK(annotation_of(object, "c") == "d");
  CHECK(label_of(object, "z").empty());
}

}  // namespace kube
