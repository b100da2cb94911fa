#include "gradient/status/endpoint.h"

#include "gradient/status/observed.h"

#include <catch2/catch.hpp>

namespace {

using gradient::Blocker;

const gradient::Parent demo{
    .kind = "GradientDeployment", .ns = "team", .name = "demo", .uid = "u", .sync = {}};

const std::string long_ago = "2026-01-02T12:00:00Z";

gradient::Settings by_gateway() {
  auto settings = gradient::default_settings();
  settings.endpoint = gradient::Endpoint{
      .domain = "apps.example.com", .gateway_namespace = "infra", .gateway_name = "public"};
  return settings;
}

/// With this HTTPRoute; null: none.
gradient::Observed observed(const json::Json& route) {
  gradient::Observed observed;
  if (!route.is_null()) observed.route = route;
  observed.long_ago = long_ago;
  return observed;
}

/// What is said of a route with these conditions of its parent.
std::vector<Blocker> problems(const std::string& conditions) {
  const auto route = json::parse(
      R"({"status":{"parents":[{"parentRef":{"namespace":"infra","name":"public"},
          "conditions":[)" +
      conditions + "]}]}}");
  return gradient::endpoint_blockers(demo, by_gateway(), {}, observed(route));
}

}  // namespace

TEST_CASE("without an endpoint nothing is said of it") {
  CHECK(gradient::endpoint_blockers(demo, gradient::default_settings(), {}, {}).empty());
}

TEST_CASE("a certificate that is not there is told, unless there is no endpoint to have it") {
  gradient::Found found;
  found.certificate = {"SecretNotFound", "there is no Secret wildcard"};
  auto settings = gradient::default_settings();
  settings.endpoint =
      gradient::Endpoint{.domain = "apps.example.com", .ingress_class = "c", .tls_secret = "w"};
  CHECK(gradient::endpoint_blockers(demo, settings, found, {}) ==
        std::vector<Blocker>{*found.certificate});
}

TEST_CASE("a host that somebody else has is told, and not a certificate for it") {
  gradient::Found found;
  found.host = {"HostTaken", "another GradientDeployment has it"};
  found.certificate = {"SecretNotFound", "there is no Secret wildcard"};
  CHECK(gradient::endpoint_blockers(demo, by_gateway(), found, {}) ==
        std::vector<Blocker>{*found.host});
}

TEST_CASE("a route that its Gateway accepts, or has not looked at, is no problem") {
  CHECK(gradient::endpoint_blockers(demo, by_gateway(), {}, {}).empty());
  CHECK(problems("").empty());
  CHECK(problems(R"({"type":"Accepted","status":"True","reason":"Accepted","message":""},
                    {"type":"ResolvedRefs","status":"True","reason":"ResolvedRefs","message":""})")
            .empty());
}

TEST_CASE("a route that no controller looks at is told after a while") {
  const auto made_at = [](const std::string& time) {
    return json::object({{"metadata", json::object({{"creationTimestamp", time}})}});
  };
  CHECK(gradient::endpoint_blockers(demo, by_gateway(), {}, observed(made_at(long_ago))).empty());
  CHECK(gradient::endpoint_blockers(demo, by_gateway(), {},
                                    observed(made_at("2026-01-02T11:59:59Z"))) ==
        std::vector<Blocker>{
            {"RouteNotAccepted",
             "no controller has reported on HTTPRoute team/demo: see whether Gateway infra/public "
             "(endpoint.gateway in the operator's configuration) exists and its controller runs"}});
}

TEST_CASE("a route that its Gateway does not accept is told in the controller's words") {
  CHECK(problems(R"({"type":"Accepted","status":"False","reason":"NotAllowedByListeners",
                     "message":"no listener allows namespace team"})") ==
        std::vector<Blocker>{
            {"RouteNotAccepted",
             "Gateway infra/public does not serve HTTPRoute team/demo: NotAllowedByListeners: no "
             "listener allows namespace team"}});
}
