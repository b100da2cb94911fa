#include "json/comments.h"

#include "json/commented.h"
#include "json/yaml.h"

#include <catch2/catch.hpp>

using Strings = std::vector<std::string>;

namespace {

/// "LINE:COLUMN text", "!" in front where something else is in the line.
Strings comments(std::string_view yaml) {
  Strings all;
  for (const auto& comment : json::comments_of(yaml))
    all.push_back((comment.is_alone ? "" : "!") + std::to_string(comment.line) + ":" +
                  std::to_string(comment.column) + " " + comment.text);
  return all;
}

}  // namespace

TEST_CASE("comments of a text are found with their places") {
  CHECK(comments("# head\nimage: app  # beside\n\n  ## deep \nport: 80\r\n#end\r\n") ==
        Strings{"1:0 # head", "!2:12 # beside", "4:2 ## deep ", "6:0 #end"});
  CHECK(comments("\xEF\xBB\xBF# after a byte order mark\na: 1") ==
        Strings{"1:0 # after a byte order mark"});
  CHECK(comments("--- # of the mark\na: 1\n... # of the end\n").size() == 2);
  CHECK(comments("").empty());
}

TEST_CASE("a '#' in a text is none, whatever the style") {
  for (const char* yaml : {"a: b#c",
                           "a: 'b # c'",
                           "a: 'it''s # c'",
                           "a: \"b \\\" # c\"",
                           "a: \"b\n  # c\"",
                           "a: |\n  # b\n\n  # c\nd: 1",
                           "a: >-\n    # b\n    # c\nd: 1",
                           "- |\n # b",
                           "- a: |\n    # b",
                           "a: |2\n   # b\n  # c",
                           "a: !!str |\n  # b",
                           "a: &x 'b # c'",
                           "{\"a\":\"b # c\"}",
                           "[a, 'b # c', {d: ' # e'}]",
                           "'a # b': 1",
                           "- - 'a # b'",
                           "a:\n  'b # c'",
                           "url: https://h.example/x#y",
                           "? 'a # b'\n: 'c # d'",
                           "a: it's\nb: ' # c'"}) {
    INFO(yaml);
    CHECK(json::parse_yaml(yaml).problems.empty());
    CHECK(comments(yaml).empty());
  }
}

TEST_CASE("a comment after any style of text is one") {
  for (const char* yaml :
       {"a: 'b' # x", "a: \"b\" # x", "a: |  # x\n  b", "a: |\n  b\n# x", "a: |\n   b\n # x",
        "a: it's # x", "a: [b, # x\n  c]", "{a: b} # x", "a: |\n# x\nb: 1", "- a: |\n  # x\n  b: 1",
        "a: b\\ # x", "a: 'b\n  c' # x", "a: [b]c # x", "a: b' # x", "a: | # x"}) {
    INFO(yaml);
    REQUIRE(comments(yaml).size() == 1);
    CHECK(json::comments_of(yaml)[0].text == "# x");
  }
}

TEST_CASE("a comment knows the next line of its document that is none") {
  const auto found = json::comments_of("# a\n# b\n\n  c: 1 # d\n# e\n---\n# f\nx: 1\n");
  REQUIRE(found.size() == 5);
  CHECK(found[0].next_line == 4);
  CHECK(found[1].next_line == 4);
  CHECK(found[1].next_column == 2);
  CHECK(found[3].next_line == 0);
  CHECK(found[4].next_line == 8);
}

TEST_CASE("notes stay as they are written, above, beside and below what they are about") {
  const auto value = json::parse_yaml("{a: 1, list: [{name: x, value: 1}, b]}").documents.at(0);
  using enum json::Note::Side;
  CHECK(json::commented_yaml(value.value, {{"list", "A remark."}},
                             {{"", Above, "#  head"},
                              {"list", Above, "# one\n#two"},
                              {"list[0].name", Beside, "# x"},
                              {"list[0].value", Below, "# - name: y\n#   value: 2"},
                              {"list[1]", Beside, "# a\rb"},
                              {"", Below, "# end"}}) == R"(#  head
a: 1
# one
#two
# A remark.
list:
  - name: x  # x
    value: 1
    # - name: y
    #   value: 2
  - b  # a?b
# end
)");
}

TEST_CASE("places know the order in which they are written") {
  const auto place = json::parse_yaml("{b: 1, a: {z: &x [1], w: *x}}").documents.at(0).place;
  std::size_t before = 0;
  for (const char* path : {"", "b", "a", "a.z", "a.z[0]", "a.w"}) {
    INFO(path);
    const auto* found = json::place_at(place, path);
    REQUIRE(found != nullptr);
    CHECK(found->order > before);
    before = found->order;
  }
  CHECK(json::place_at(place, "a.x") == nullptr);
  CHECK(json::place_at(place, "a.z[1]") == nullptr);
}

TEST_CASE("a part of a document keeps its lines and warnings") {
  const auto whole =
      json::parse_yaml("x: yes\nconfig:\n- a: 1\n- b: yes\n  c: yes\n").documents.at(0);
  const auto part = json::element(json::member(whole, "config"), 1);
  CHECK(json::text(part.value) == R"({"b":true,"c":true})");
  CHECK(json::line_of(part.place, "c") == 5);
  REQUIRE(part.warnings.size() == 2);
  CHECK(part.warnings[0].path == "b");
  CHECK_THROWS_AS(json::element(whole, 0), std::out_of_range);
  CHECK_THROWS_AS(json::member(whole, "y"), std::out_of_range);
}
