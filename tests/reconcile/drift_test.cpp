#include "reconcile/drift.h"

#include <catch2/catch.hpp>

using json::parse;

namespace {

bool as_intended(const char* live, const char* wanted) {
  return reconcile::as_intended(parse(live), parse(wanted));
}

}  // namespace

TEST_CASE("what the server defaults beside an intended field is no drift") {
  CHECK(as_intended(R"({"spec":{"replicas":2,"paused":false}})", R"({"spec":{"replicas":2}})"));
}

TEST_CASE("an intended field with another value, or none, is drift") {
  CHECK_FALSE(as_intended(R"({"spec":{"replicas":3}})", R"({"spec":{"replicas":2}})"));
  CHECK_FALSE(as_intended(R"({"spec":{}})", R"({"spec":{"replicas":2}})"));
  CHECK_FALSE(as_intended(R"({"spec":null})", R"({"spec":{"replicas":2}})"));
}

TEST_CASE("a container that somebody else injects is no drift, a changed one of ours is") {
  const auto* const live =
      R"({"containers":[{"name":"proxy","image":"p"},{"name":"app","image":"a","tty":false}]})";
  CHECK(as_intended(live, R"({"containers":[{"name":"app","image":"a"}]})"));
  CHECK_FALSE(as_intended(live, R"({"containers":[{"name":"app","image":"b"}]})"));
  CHECK_FALSE(as_intended(live, R"({"containers":[{"name":"web","image":"a"}]})"));
}

TEST_CASE("ports are told apart by number and protocol") {
  const auto* const live = R"({"ports":[{"port":80,"protocol":"UDP"},{"port":80,"protocol":"TCP",
                                "nodePort":30080}]})";
  CHECK(as_intended(live, R"({"ports":[{"port":80,"protocol":"TCP"}]})"));
  CHECK_FALSE(as_intended(live, R"({"ports":[{"port":81,"protocol":"TCP"}]})"));
}

TEST_CASE("a list without merge keys must have what is intended, in order") {
  CHECK(as_intended(R"({"command":["a","b"]})", R"({"command":["a","b"]})"));
  CHECK_FALSE(as_intended(R"({"command":["b","a"]})", R"({"command":["a","b"]})"));
  CHECK_FALSE(as_intended(R"({"command":["a"]})", R"({"command":["a","b"]})"));
  CHECK_FALSE(as_intended(R"({"command":["a"]})", R"({"command":["a","a"]})"));
}

TEST_CASE("what an admission policy adds to a list without merge keys is no drift") {
  const auto* const wanted = R"({"tolerations":[{"key":"a"},{"key":"b"}]})";
  CHECK(
      as_intended(R"({"tolerations":[{"key":"x"},{"key":"a"},{"key":"b"},{"key":"y"}]})", wanted));
  CHECK(as_intended(R"({"tolerations":[{"key":"x"}]})", R"({"tolerations":[]})"));
  CHECK_FALSE(as_intended(R"({"tolerations":[{"key":"b"},{"key":"x"},{"key":"a"}]})", wanted));
}

TEST_CASE("what the server drops, or writes in another form, is no drift") {
  CHECK(as_intended(R"({"spec":{}})",
                    R"({"spec":{"hostNetwork":false,"priority":0,"nodeName":"","volumes":[]}})"));
  CHECK_FALSE(as_intended(R"({"spec":{"hostNetwork":true}})", R"({"spec":{"hostNetwork":false}})"));
  CHECK(as_intended(R"({"resources":{"limits":{"cpu":"1","memory":"1536Mi"}}})",
                    R"({"resources":{"limits":{"cpu":"1000m","memory":"1.5Gi"}}})"));
  CHECK(as_intended(R"({"resources":{"requests":{"cpu":"2"}}})",
                    R"({"resources":{"requests":{"cpu":2}}})"));
  CHECK_FALSE(as_intended(R"({"resources":{"limits":{"cpu":"1"}}})",
                          R"({"resources":{"limits":{"cpu":"1001m"}}})"));
  CHECK(
      as_intended(R"({"emptyDir":{"sizeLimit":"1Gi"}})", R"({"emptyDir":{"sizeLimit":"1024Mi"}})"));
  CHECK_FALSE(as_intended(R"({"env":[{"name":"A","value":"1"}]})",
                          R"({"env":[{"name":"A","value":"1000m"}]})"));
}

TEST_CASE("what is missing is named with its path, what is another value is not") {
  const auto missing = [](const char* live, const char* wanted) {
    std::string all;
    for (const auto& path : reconcile::missing(parse(live), parse(wanted)))
      all += path + " ";
    return all;
  };
  CHECK(missing(R"({"spec":{"a":2,"b":[]}})", R"({"spec":{"a":1}})").empty());
  CHECK(missing(R"({"spec":{}})", R"({"spec":{"a":1,"c":{"d":2}}})") == "spec.a spec.c ");
  CHECK(missing(R"({"spec":{}})", R"({"spec":{"a":false,"b":"","c":{}}})").empty());
  CHECK(missing(R"({"volumes":[{"name":"a"},{"name":"b"}]})",
                R"({"volumes":[{"name":"b","image":{"reference":"r"}}]})") == "volumes[b].image ");
  CHECK(missing(R"({"volumes":[]})", R"({"volumes":[{"name":"b"}]})") == "volumes[b] ");
  CHECK(missing(R"({"ports":[]})", R"({"ports":[{"containerPort":80,"protocol":"TCP"}]})") ==
        "ports[80/TCP] ");
  CHECK(missing(R"({"sources":[{"x":1}]})", R"({"sources":[{"x":1,"y":2}]})") == "sources[0].y ");
  CHECK(missing(R"({"args":["a","b"]})", R"({"args":["a"]})").empty());
}
