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

TEST_CASE("values are equal when they are the same JSON") {
  const auto same = GENERATE(table<std::string, std::string>({
      {"1", "1.0"},
      {"18446744073709551615", "18446744073709551615"},
      {R"({"a": 1, "b": [true, null]})", R"({"b": [true, null], "a": 1})"},
  }));
  CHECK(json::equal(json::parse(std::get<0>(same)), json::parse(std::get<1>(same))));
  const auto others = GENERATE(table<std::string, std::string>({
      {"1", "\"1\""},
      {"18446744073709551615", "-1"},
      {"1", "1.5"},
      {"false", "null"},
      {"[1, 2]", "[2, 1]"},
      {"[1]", "[1, 1]"},
      {R"({"a": 1})", R"({"a": 1, "b": null})"},
      {R"({"a": 1})", R"({"b": 1})"},
  }));
  CHECK_FALSE(json::equal(json::parse(std::get<0>(others)), json::parse(std::get<1>(others))));
}

TEST_CASE("a shared value outlives whoever made it") {
  json::Shared second;
  {
    const json::Shared first = json::parse(R"({"a": 1})");
    second = first;
    CHECK(&*first == &*second);
  }
  CHECK(json::integer_at(*second, {"a"}) == 1);
  CHECK_FALSE(json::Shared(std::optional<json::Json>()).has_value());
}
