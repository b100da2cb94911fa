#include "reconcile/merge_patch.h"

#include <catch2/catch.hpp>

using json::parse;

namespace {

std::string merge_patch(const char* before, const char* after) {
  return json::text(reconcile::merge_patch(parse(before), parse(after)));
}

}  // namespace

TEST_CASE("a merge patch names only what changes, and null for what goes") {
  CHECK(merge_patch(R"({"a":1,"b":{"c":2,"d":3}})", R"({"a":1,"b":{"c":4}})") ==
        R"({"b":{"c":4,"d":null}})");
  CHECK(merge_patch("null", R"({"a":1})") == R"({"a":1})");
  CHECK(merge_patch(R"({"list":[1,2]})", R"({"list":[2]})") == R"({"list":[2]})");
}

TEST_CASE("there is no merge patch between equal values") {
  CHECK(merge_patch(R"({"a":1,"b":[1.0]})", R"({"b":[1],"a":1})") == "null");
}
