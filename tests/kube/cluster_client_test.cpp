#include "kube/http/client.h"
#include "support/folder.h"

#include <catch2/catch.hpp>

// Against the API server that KUBECONFIG names.

namespace kube {
namespace {

constexpr Kind namespaces{"v1", "Namespace", "namespaces"};
constexpr Kind accounts{"v1", "ServiceAccount", "serviceaccounts"};

Json object(const Kind& kind, const Key& key, const Json& data = {}) {
  return json::object({
      {"apiVersion", std::string(kind.api_version)},
      {"kind", std::string(kind.kind)},
      {"metadata",
       json::object({{"name", key.name}, {"namespace", key.ns.empty() ? Json() : Json(key.ns)}})},
      {"data", data},
  });
}

/// A namespace of the test's own, deleted at its end.
class Cluster {
 public:
  Cluster() { namespace_ = client.create(namespaces, "", object(namespaces, {"", ns})); }
  ~Cluster() {
    try {
      client.remove(namespaces, {"", ns}, uid_of(namespace_));
    } catch (const std::exception& error) {
      WARN("namespace " << ns << " is left behind: " << error.what());
    }
  }
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  Key key(const std::string& name) const { return {ns, name}; }
  Json apply(const std::string& name, const std::string& value, const std::string& manager,
             Force force = Force::No) {
    return client.apply(config_maps,
                        object(config_maps, key(name), json::object({{"value", value}})), manager,
                        force);
  }

  const ClusterConfig config = load_config("", "");
  const std::unique_ptr<Transport> transport = make_transport(config);
  Client client{*transport};
  const std::string ns = "kube-client-" + std::to_string(getpid()) + "-" + unique();

 private:
  static std::string unique() {
    static int count = 0;
    return std::to_string(++count);
  }
  Json namespace_;
};

template <class Call>
ApiError refusal(Call call) {
  try {
    call();
  } catch (const ApiError& error) {
    return error;
  }
  return {0, "", "was not refused"};
}

}  // namespace

TEST_CASE("an object is applied, found, listed, patched and removed") {
  Cluster cluster;
  auto& client = cluster.client;
  const auto created = cluster.apply("a", "1", "test");
  CHECK(resource_version_of(cluster.apply("a", "1", "test")) == resource_version_of(created));
  CHECK(json::string_at(*client.get(config_maps, cluster.key("a")), {"data", "value"}) == "1");
  CHECK(client.list(config_maps, cluster.ns, {.fields = "metadata.name=a"}).size() == 1);
  const auto patch = json::object({{"data", json::object({{"value", "2"}})}});
  client.merge_patch(config_maps, cluster.key("a"), patch, "other");
  CHECK(json::string_at(*client.get(config_maps, cluster.key("a")), {"data", "value"}) == "2");
  CHECK_THROWS_WITH(
      client.remove(config_maps, cluster.key("a"), "another-uid"),
      Catch::Matchers::Contains("the UID in the precondition (another-uid) does not match"));
  CHECK(client.remove(config_maps, cluster.key("a"), uid_of(created)));
  CHECK_FALSE(client.get(config_maps, cluster.key("a")));
  CHECK_FALSE(client.remove(config_maps, cluster.key("a"), uid_of(created)));
}

TEST_CASE("pages of a list add up") {
  Cluster cluster;
  for (const auto* name : {"a", "b", "c"})
    cluster.apply(name, "1", "test");
  std::vector<std::string> names;
  std::string next;
  do {
    const auto answer = cluster.transport->send(
        list_request(config_maps, cluster.ns, {.fields = "metadata.name!=kube-root-ca.crt"}, "",
                     next, 1),
        {});
    const auto page = json::parse(answer.body);
    for (const auto& item : json::elements_at(page, {"items"}))
      names.push_back(key_of(item).name);
    next = json::string_at(page, {"metadata", "continue"});
  } while (!next.empty());
  CHECK(names == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("another manager's field is a conflict, unless it is forced") {
  Cluster cluster;
  cluster.apply("a", "1", "one");
  const auto error = refusal([&] { cluster.apply("a", "2", "two"); });
  CHECK(error.conflict());
  CHECK(error.reason == "Conflict");
  CHECK(error.causes == std::vector<std::string>{"FieldManagerConflict"});
  CHECK(json::string_at(cluster.apply("a", "2", "two", Force::Yes), {"data", "value"}) == "2");
}

TEST_CASE("an object that exists already, or has moved on, is a conflict") {
  Cluster cluster;
  auto& client = cluster.client;
  auto first = client.create(config_maps, cluster.ns, object(config_maps, cluster.key("a")));
  CHECK(refusal([&] {
          client.create(config_maps, cluster.ns, object(config_maps, cluster.key("a")));
        }).reason == "AlreadyExists");
  cluster.apply("a", "1", "test");
  const auto error = refusal([&] { client.replace(config_maps, first); });
  CHECK(error.conflict());
  CHECK(error.reason == "Conflict");
}

TEST_CASE("an invalid object is told what is wrong with it") {
  Cluster cluster;
  const auto error = refusal([&] {
    cluster.client.create(config_maps, cluster.ns, object(config_maps, {cluster.ns, "Not_A_Name"}));
  });
  CHECK(error.invalid());
  CHECK(error.reason == "Invalid");
  CHECK_THAT(error.what(), Catch::StartsWith("create ConfigMap " + cluster.ns +
                                             "/Not_A_Name: 422 Invalid: ConfigMap \"Not_A_Name\" "
                                             "is invalid: metadata.name:"));
}

TEST_CASE("an unknown field is refused, in a created and in an applied object") {
  Cluster cluster;
  auto wrong = object(config_maps, cluster.key("a"));
  wrong["dota"] = json::object({{"a", "b"}});
  const auto created = refusal([&] { cluster.client.create(config_maps, cluster.ns, wrong); });
  CHECK(created.code == 400);
  CHECK_THAT(created.what(), Catch::Contains("unknown field \"dota\""));
  const auto applied =
      refusal([&] { cluster.client.apply(config_maps, wrong, "test", Force::No); });
  CHECK_THAT(applied.what(), Catch::Contains("dota: field not declared in schema"));
}

TEST_CASE("an apply with a UID does not make an object anew") {
  Cluster cluster;
  auto with_uid = object(config_maps, cluster.key("a"));
  with_uid["metadata"]["uid"] = Json("2d1b0bb5-5f5d-4d0e-9d5e-0a2f1f5a9d11");
  CHECK(
      refusal([&] { cluster.client.apply(config_maps, with_uid, "test", Force::Yes); }).conflict());
  CHECK_FALSE(cluster.client.get(config_maps, cluster.key("a")));
}

TEST_CASE("a kind that the server does not know is no absent object") {
  Cluster cluster;
  const Kind unknown{"no.such.group/v1", "Thing", "things"};
  CHECK(refusal([&] { cluster.client.get(unknown, cluster.key("a")); }).code == 404);
}

TEST_CASE("a watch tells what happens, and ends when it is stopped") {
  Cluster cluster;
  const auto before = cluster.apply("a", "1", "test");
  std::stop_source stop;
  std::vector<std::string> types;
  const auto request = watch_request(config_maps, cluster.ns, {.fields = "metadata.name=a"},
                                     resource_version_of(before), 300);
  cluster.apply("a", "2", "test");
  cluster.client.remove(config_maps, cluster.key("a"), uid_of(before));
  const auto response = cluster.transport->stream(
      request,
      [&](std::string_view line) {
        types.push_back(json::string_at(json::parse(line), {"type"}));
        if (types.back() == "DELETED") stop.request_stop();
      },
      stop.get_token(), std::chrono::seconds(30));
  CHECK(response.status == 200);
  CHECK(types == std::vector<std::string>{"MODIFIED", "DELETED"});
}

TEST_CASE("a watch that the server refuses comes back with its Status") {
  Cluster cluster;
  const auto response = cluster.transport->stream(
      watch_request(config_maps, cluster.ns, {.fields = "spec.nonsense=x"}, "", 300),
      [](std::string_view) {}, {}, std::chrono::seconds(30));
  CHECK(response.status == 400);
  CHECK(api_error(response, "watch").reason == "BadRequest");
}

TEST_CASE("a token that was rotated is picked up without a restart") {
  Cluster cluster;
  cluster.client.create(accounts, cluster.ns, object(accounts, cluster.key("robot")));
  const auto token = json::parse(
      cluster.transport
          ->send({.method = Method::Post,
                  .path = "/api/v1/namespaces/" + cluster.ns + "/serviceaccounts/robot/token",
                  .content_type = "application/json",
                  .body = R"({"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest"})"},
                 {})
          .body);
  const Folder folder;
  auto config = cluster.config;
  config.client_certificate_file.clear();
  config.client_certificate_pem.clear();
  config.client_key_file.clear();
  config.client_key_pem.clear();
  config.token.clear();
  config.token_file = folder.write("token", "expired");
  const auto transport = make_transport(config);
  const Request who_am_i{
      .method = Method::Post,
      .path = "/apis/authentication.k8s.io/v1/selfsubjectreviews",
      .content_type = "application/json",
      .body = R"({"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"})"};
  CHECK(transport->send(who_am_i, {}).status == 401);
  folder.write("token", json::string_at(token, {"status", "token"}));
  const auto response = transport->send(who_am_i, {});
  CHECK(response.status == 201);
  CHECK(json::string_at(json::parse(response.body), {"status", "userInfo", "username"}) ==
        "system:serviceaccount:" + cluster.ns + ":robot");
}

TEST_CASE("a refusal for lack of rights is told apart") {
  Cluster cluster;
  auto config = cluster.config;
  config.impersonate_user = "jane";
  config.impersonate_groups = {"a", "b"};
  const auto transport = make_transport(config);
  Client client(*transport);
  const auto error = refusal([&] { client.get(secrets, cluster.key("s")); });
  CHECK(error.forbidden());
  CHECK_THAT(error.what(), Catch::Contains("User \"jane\" cannot get resource \"secrets\""));
}

}  // namespace kube
