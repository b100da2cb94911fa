#include "kube/http/client.h"

#include "support/scripted_transport.h"

namespace kube {
namespace {

const Key key{"ns", "d"};
const std::string path = "/apis/apps/v1/namespaces/ns/deployments/d";
const std::string status =
    R"({"kind":"Status","reason":"NotFound","message":"deployments \"d\" not found"})";

Json deployment() {
  return json::parse(
      R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","namespace":"ns"}})");
}

}  // namespace

TEST_CASE("an object that is not there is no error") {
  ScriptedTransport transport;
  Client client(transport);
  transport.expect("GET " + path).answer(404, status);
  CHECK_FALSE(client.get(deployments, key));
  transport.expect("PATCH " + path + "/status?fieldManager=me&fieldValidation=Strict")
      .answer(404, status);
  CHECK_FALSE(client.patch_status(deployments, key, Json::object(), "me"));
  transport.expect("DELETE " + path).answer(404, status);
  CHECK_FALSE(client.remove(deployments, key, "u"));
}

TEST_CASE("a kind that is not served is an error, not an absent object") {
  ScriptedTransport transport;
  Client client(transport);
  transport.expect("GET " + path).answer(404, "404 page not found\n");
  CHECK_THROWS_WITH(client.get(deployments, key), "get Deployment ns/d: 404: no matches for kind");
  transport.expect("GET *").answer(404, "404 page not found\n");
  CHECK_THROWS_WITH(client.list(routes, "ns", {}),
                    "list HTTPRoute ns/*: 404: no matches for kind; install the "
                    "CRDs of the Gateway API");
  transport.expect("DELETE *").answer(404, "404 page not found\n");
  CHECK_THROWS_WITH(client.remove(routes, key, "u"),
                    "delete HTTPRoute ns/d: 404: no matches for kind; install the "
                    "CRDs of the Gateway API");
}

TEST_CASE("an object comes back as the server has it") {
  ScriptedTransport transport;
  Client client(transport);
  const std::string answer = R"({"metadata":{"name":"d","resourceVersion":"8"}})";
  transport.expect("GET " + path).answer(200, answer);
  CHECK(resource_version_of(*client.get(deployments, key)) == "8");
  transport.expect("PATCH " + path + "?fieldManager=me&force=true&fieldValidation=Strict")
      .with_body(json::text(deployment()))
      .answer(200, answer);
  CHECK(resource_version_of(client.apply(deployments, deployment(), "me", Force::Yes)) == "8");
  transport.expect("POST /apis/apps/v1/namespaces/ns/deployments?fieldValidation=Strict")
      .answer(201, answer);
  CHECK(resource_version_of(client.create(deployments, "ns", deployment())) == "8");
  transport.expect("PUT " + path + "?fieldValidation=Strict").answer(200, answer);
  CHECK(resource_version_of(client.replace(deployments, deployment())) == "8");
  transport.expect("PATCH " + path + "?fieldManager=me&fieldValidation=Strict").answer(200, answer);
  CHECK(resource_version_of(client.merge_patch(deployments, key, Json::object(), "me")) == "8");
}

TEST_CASE("what a write returns has no managedFields, what a get returns has them") {
  ScriptedTransport transport;
  Client client(transport);
  const std::string answer =
      R"({"metadata":{"managedFields":[{"manager":"me"}],"name":"d","resourceVersion":"8"}})";
  transport.expect("PATCH " + path + "?fieldManager=me&force=true&fieldValidation=Strict")
      .answer(200, answer);
  CHECK(json::text(client.apply(deployments, deployment(), "me", Force::Yes)) ==
        R"({"metadata":{"name":"d","resourceVersion":"8"}})");
  transport.expect("GET " + path).answer(200, answer);
  CHECK(json::text(*client.get(deployments, key)) == answer);
}

TEST_CASE("a refusal names verb, kind and object") {
  ScriptedTransport transport;
  Client client(transport);
  const std::string body = R"({"kind":"Status","reason":"Forbidden","message":"no"})";
  transport.expect("PATCH *").answer(403, body);
  CHECK_THROWS_WITH(client.apply(deployments, deployment(), "me", Force::No),
                    "apply Deployment ns/d: 403 Forbidden: no");
  transport.expect("DELETE *").answer(403, body);
  CHECK_THROWS_WITH(client.remove(deployments, key, "u"),
                    "delete Deployment ns/d: 403 Forbidden: no");
  transport.expect("GET *").answer(403, body);
  CHECK_THROWS_WITH(client.list(deployments, "ns", {}), "list Deployment ns/*: 403 Forbidden: no");
}

TEST_CASE("an answer that is no JSON is no answer") {
  ScriptedTransport transport;
  Client client(transport);
  transport.expect("GET " + path).answer(200, "{");
  CHECK_THROWS_AS(client.get(deployments, key), TransportError);
}

TEST_CASE("a list is all of its pages") {
  ScriptedTransport transport;
  Client client(transport);
  const std::string pods_path = "GET /api/v1/namespaces/ns/pods?labelSelector=a&limit=500";
  transport.expect(pods_path).answer(
      200, R"({"metadata":{"continue":"c1"},"items":[{"metadata":{"name":"a"}}]})");
  transport.expect(pods_path + "&continue=c1")
      .answer(200, R"({"metadata":{},"items":[{"metadata":{"name":"b"}}]})");
  const auto list = client.list(pods, "ns", {.labels = "a", .fields = ""});
  REQUIRE(list.size() == 2);
  CHECK(key_of(list[0]).name == "a");
  CHECK(key_of(list[1]).name == "b");
}

TEST_CASE("a list whose next page has expired is taken again in one") {
  ScriptedTransport transport;
  Client client(transport);
  transport.expect("GET /api/v1/pods?limit=500")
      .answer(200, R"({"metadata":{"continue":"c1"},"items":[{"metadata":{"name":"a"}}]})");
  transport.expect("GET /api/v1/pods?limit=500&continue=c1").answer(410, "{}");
  transport.expect("GET /api/v1/pods")
      .answer(200, R"({"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]})");
  CHECK(client.list(pods, "", {}).size() == 2);
}

TEST_CASE("a listing can be read page by page, and says where it begins again") {
  ScriptedTransport transport;
  Client client(transport);
  transport.expect("GET /api/v1/pods?limit=500")
      .answer(200, R"({"metadata":{"continue":"c1"},"items":[{"metadata":{"name":"a"}}]})");
  transport.expect("GET /api/v1/pods?limit=500&continue=c1")
      .answer(200, R"({"metadata":{"continue":"c2"},"items":[{"metadata":{"name":"b"}}]})");
  transport.expect("GET /api/v1/pods?limit=500&continue=c2").answer(410, "{}");
  transport.expect("GET /api/v1/pods")
      .answer(200, R"({"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"c"}}]})");
  std::string pages;
  client.each_page(pods, "", {}, [&](const Client::Page& page) {
    pages += page.is_first ? "first:" : "then:";
    for (const auto& pod : page.objects)
      pages += " " + key_of(pod).name;
    pages += "\n";
  });
  CHECK(pages == "first: a\nthen: b\nfirst: a c\n");
}

TEST_CASE("an object that is deleted is the one that was seen") {
  ScriptedTransport transport;
  Client client(transport);
  transport.expect("DELETE " + path)
      .with_body(R"({"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"uid":"u"},
                     "propagationPolicy":"Background"})");
  CHECK(client.remove(deployments, key, "u"));
  transport.expect("DELETE " + path).answer(409, R"({"reason":"Conflict","message":"Precondition
      failed: UID in precondition: u, UID in object meta: v"})");
  CHECK_THROWS_AS(client.remove(deployments, key, "u"), kube::ApiError);
}

TEST_CASE("the log of a container that has not started is empty") {
  ScriptedTransport transport;
  Client client(transport);
  const std::string line =
      "GET /api/v1/namespaces/ns/pods/d/log?container=c&tailLines=1&limitBytes=65536";
  transport.expect(line).answer(400, "{}");
  CHECK(client.log(key, "c", 1).empty());
  transport.expect(line).answer(404, status);
  CHECK(client.log(key, "c", 1).empty());
  transport.expect(line).answer(200, "last line\n");
  CHECK(client.log(key, "c", 1) == "last line\n");
  transport.expect(line).answer(500, "{}");
  CHECK_THROWS_WITH(client.log(key, "c", 1), "read the log of Pod ns/d: 500: {}");
}

}  // namespace kube
