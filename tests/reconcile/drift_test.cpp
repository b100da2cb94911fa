#include "reconcile/drift.h"

#include <catch2/catch.hpp>

using json::parse;

namespace {

bool as_intended(const char* live, const char* wanted) {
  return reconcile::as_intended(parse(live), parse(wanted));
}

std::string merge_patch(const char* before, const char* after) {
  return json::text(reconcile::merge_patch(parse(before), parse(after)));
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

TEST_CASE("a list without merge keys must be equal, element by element") {
  CHECK(as_intended(R"({"command":["a","b"]})", R"({"command":["a","b"]})"));
  CHECK_FALSE(as_intended(R"({"command":["a","b","c"]})", R"({"command":["a","b"]})"));
  CHECK_FALSE(as_intended(R"({"command":["b","a"]})", R"({"command":["a","b"]})"));
}

TEST_CASE("a merge patch names only what changes, and null for what goes") {
  CHECK(merge_patch(R"({"a":1,"b":{"c":2,"d":3}})", R"({"a":1,"b":{"c":4}})") ==
        R"({"b":{"c":4,"d":null}})");
  CHECK(merge_patch("null", R"({"a":1})") == R"({"a":1})");
  CHECK(merge_patch(R"({"list":[1,2]})", R"({"list":[2]})") == R"({"list":[2]})");
}

TEST_CASE("there is no merge patch between equal values") {
  CHECK(merge_patch(R"({"a":1,"b":[1.0]})", R"({"b":[1],"a":1})") == "null");
}
