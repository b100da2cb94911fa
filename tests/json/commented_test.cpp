#include "json/commented.h"

#include "json/yaml.h"

#include <catch2/catch.hpp>

TEST_CASE("remarks stand above the lines that they are about, as far in as these") {
  const auto value = json::parse_yaml(R"(
b: {list: [{name: x, value: 1}, {name: z}]}
a: 0.15
)")
                         .documents.at(0)
                         .value;
  CHECK(json::commented_yaml(value, {{"", "The whole."},
                                     {"b.list[0].value", "A number."},
                                     {"b.list[1].name", "The second."},
                                     {"b.list[1]", "And its element."},
                                     {"b.missing", "What is not there."}}) == R"(# The whole.
a: 0.15
# What is not there.
b:
  list:
    - name: x
      # A number.
      value: 1
    # The second.
    # And its element.
    - name: z
)");
}

TEST_CASE("a comment is broken at blanks, and never by what is in it") {
  CHECK(json::comment("") == "");
  CHECK(json::comment("one line") == "# one line\n");
  CHECK(json::comment("a\n\n  kept   as it is\nb", 2) ==
        "  # a\n  #\n  #   kept   as it is\n  # b\n");
  const std::string word(60, 'x');
  CHECK(json::comment(word + " " + word) == "# " + word + "\n# " + word + "\n");
  const std::string long_word(120, 'x');
  CHECK(json::comment("a " + long_word + " b") == "# a\n# " + long_word + "\n# b\n");
  CHECK(json::comment("a\rb\tc\x7f") == "# a?b?c?\n");
  CHECK(json::comment("é") == "# é\n");
  for (const char* breaks : {"\u0085", "\u2028", "\u2029"})
    CHECK(json::comment(std::string("a") + breaks + "b").find(breaks) == std::string::npos);
}
