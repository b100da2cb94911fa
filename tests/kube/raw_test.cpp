#include "kube/raw.h"

#include "json/json.h"
#include "kube/object.h"

#include <catch2/catch.hpp>

#include <vector>

namespace {

using kube::raw::member;

std::vector<std::string> elements(std::string_view array) {
  std::vector<std::string> found;
  if (!kube::raw::for_each(array, [&](std::string_view text) { found.emplace_back(text); })) {
    return {"malformed"};
  }
  return found;
}

}  // namespace

TEST_CASE("a member's text is found without building values") {
  struct Case {
    const char* object;
    const char* name;
    const char* value;
  };
  const auto c = GENERATE(values<Case>({
      {R"({"a":1,"b":"x"})", "a", "1"},
      {R"({"a":1,"b":"x"})", "b", R"("x")"},
      {R"({"a":1})", "b", ""},
      {R"( { "a" : [1, {"b": 2}] , "b" : null } )", "b", "null"},
      {R"({"a":{"b":"nested"},"b":"top"})", "b", R"("top")"},
      {R"({"a":"\"b\":1","b":2})", "b", "2"},
      {R"({"a":"}\\","b":{"c":"]"}})", "b", R"({"c":"]"})"},
      {R"({"a":{"b":1)", "a", ""},
      {R"({"a":"unended)", "a", ""},
      {R"({"a":)", "a", ""},
      {R"({"a")", "a", ""},
      {R"(["a"])", "a", ""},
      {"", "a", ""},
  }));
  DYNAMIC_SECTION(c.object << " has " << c.name) {
    CHECK(member(c.object, c.name) == c.value);
  }
}

TEST_CASE("several members are found in one pass, as far as it goes") {
  std::string_view kind, metadata, status;
  const std::string text = R"({"kind":"A\\\"","metadata":{"a":"\\\\"},"status":{},"kind":"B"})";
  kube::raw::members(text, {{"status", status}, {"kind", kind}, {"metadata", metadata}});
  CHECK(kind == R"("A\\\"")");
  CHECK(metadata == R"({"a":"\\\\"})");
  CHECK(status == "{}");
  std::string_view none, last;
  kube::raw::members(text,
                     {{"status", none}, {.name = "metadata", .value = last, .is_last = true}});
  CHECK(last == metadata);
  CHECK(none.empty());
}

TEST_CASE("an array is taken apart element by element") {
  CHECK(elements("[]").empty());
  CHECK(elements(" [ ] ").empty());
  CHECK(elements(R"([1,{"a":[2,3]},"x,]"])") ==
        std::vector<std::string>{"1", R"({"a":[2,3]})", R"("x,]")"});
}

TEST_CASE("what is no whole array is said to be malformed") {
  for (const auto* text : {"", "{}", "null", "[", "[1", "[1,", R"(["a)", "[1 2]", "[,]"}) {
    CAPTURE(text);
    CHECK_FALSE(kube::raw::for_each(text, [](std::string_view) {}));
  }
}

TEST_CASE("only a string without escapes has a plain text") {
  CHECK(kube::raw::plain_text(R"("text")") == "text");
  CHECK(kube::raw::plain_text(R"("a\nb")").empty());
  CHECK(kube::raw::plain_text("12").empty());
  CHECK(kube::raw::plain_text("").empty());
}

TEST_CASE("managedFields are cut out before parsing, and nothing else") {
  const auto* const object =
      R"({"metadata":{"managedFields":[{"f:a":"]}"}],"name":"x"},"spec":{"managedFields":1}})";
  const auto cut = json::parse(kube::raw::with_spec_editors(object));
  CHECK(json::text(cut) ==
        R"({"metadata":{"managedFields":null,"name":"x"},"spec":{"managedFields":1}})");
  CHECK(kube::raw::with_spec_editors(R"({"kind":"Status"})") == R"({"kind":"Status"})");
}

TEST_CASE("of managedFields, those who changed the spec by a plain update are kept") {
  CHECK(kube::raw::with_spec_editors(R"({"metadata":{"managedFields":[
      {"manager":"us","operation":"Apply","fieldsV1":{"f:spec":{"f:a":{}}}},
      {"manager":"autoscaler","operation":"Update","subresource":"scale",
       "fieldsV1":{"f:spec":{"f:replicas":{}}}},
      {"manager":"controller","operation":"Update","fieldsV1":{"f:metadata":{}}},
      {"manager":"kubectl-scale","operation":"Update","fieldsV1":{"f:spec":{"f:replicas":{}}}},
      {"manager":"kubectl-rollout","operation":"Update","fieldsV1":{"f:spec":{"f:replicas":{},
       "f:template":{"f:metadata":{"f:annotations":{"f:at":{}}}}}}},
      {"manager":"kubectl-edit","operation":"Update","apiVersion":"apps/v1",
       "fieldsV1":{"f:spec":{"f:template":{"f:metadata":{},"f:spec":{}}}}},
      {"manager":"k9s","operation":"Update","fieldsV1":{"f:spec":{"f:c":{}}}}]}})") ==
        R"({"metadata":{"managedFields":[{"apiVersion":"apps/v1","manager":"kubectl-edit"},)"
        R"({"manager":"k9s"}]}})");
}

TEST_CASE("what is nested too deep for the parser is null, and the rest as it was") {
  using kube::raw::with_limited_depth;
  CHECK(with_limited_depth(R"({"a":{"b":[1,{"c":2}]},"d":"}]"})", 3) ==
        R"({"a":{"b":[1,null]},"d":"}]"})");
  CHECK(with_limited_depth(R"({"a":[[1],[2]],"b":"[[[["})", 2) ==
        R"({"a":[null,null],"b":"[[[["})");
  CHECK(with_limited_depth(R"({"a":{}})", 2) == R"({"a":{}})");
  const std::string cut = R"({"a":[[1)";
  CHECK(with_limited_depth(cut, 2) == cut);
}

TEST_CASE("an object that is nested deeper than the parser reads is read all the same") {
  std::string deep = "1";
  for (int i = 0; i < 300; ++i)
    deep = R"({"a":)" + deep + "}";
  const auto object =
      kube::parse_object(R"({"metadata":{"name":"demo"},"spec":{"deep":)" + deep + "}}");
  CHECK(kube::key_of(object).name == "demo");
}
