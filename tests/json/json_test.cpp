#include "json/json.h"

#include <catch2/catch.hpp>

TEST_CASE("an element of a list is found by the text of a member") {
  const auto list = json::parse(
      R"(["Ready", {"type": 1}, {"type": "Ready", "n": 1}, {"type": "Ready", "n": 2}])");
  CHECK(json::integer_at(json::element_with(list, "type", "Ready"), {"n"}) == 1);
  CHECK(&json::element_with(list, "type", "Other") == &json::null());
  CHECK(&json::element_with({}, "type", "Ready") == &json::null());
  CHECK(&json::element_with(json::object({}), "type", "Ready") == &json::null());
}

TEST_CASE("text that is empty is left out of an object") {
  CHECK(json::text(json::object({{"a", json::text_or_null("")}, {"b", json::text_or_null("b")}})) ==
        R"({"b":"b"})");
}
