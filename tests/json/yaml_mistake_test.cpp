#include "json/yaml.h"

#include <catch2/catch.hpp>

namespace {

struct Mistake {
  const char* name;
  const char* yaml;
  json::LineProblem problem;
};

}  // namespace

TEST_CASE("a usual mistake is told with its line and what would be right") {
  const auto test = GENERATE(values<Mistake>({
      {"a key that is too far in",
       "resources:\n  instanceType: C4\n   replicas: 1\n",
       {3,
        "is indented by 3 blanks, line 2 by 2 blanks, which has its value already; indent both "
        "alike"}},
      {"a key below one that has a value, comments between them",
       "image: app\n\n# a comment\n    # another\n  port: 80\n",
       {5,
        "is indented by 2 blanks, line 1 by 0 blanks, which has its value already; indent both "
        "alike"}},
      {"a key between two indentations",
       "resources:\n  instanceType: C4\n replicas: 1\n",
       {3, "is indented by 1 blank; indent it by 0 blanks as line 1 is, or by 2 blanks as line 2"}},
      {"a first key that is too far in",
       " image: app\nport: 80\n",
       {2, "is indented by 0 blanks, line 1 by 1 blank; indent both alike"}},
      {"an entry that is too far in",
       "env:\n  - name: A\n    value: b\n   - name: C\n",
       {4,
        "is indented by 3 blanks; indent it by 2 blanks as line 2 is, or by 4 blanks as line 3"}},
      {"an entry beside keys",
       "env:\n  a: b\n  - c\n",
       {3, "begins with '- ' beside the key of line 2; a mapping has no entries of a list"}},
      {"a key of an entry that is too far out",
       "env:\n  - name: A\n  value: b\n",
       {3,
        "is a key beside the '-' of line 2; indent it by 4 blanks as a key of that entry, or begin "
        "it with '- '"}},
      {"a key of an entry that is too far in",
       "env:\n  - name: A\n     value: b\n",
       {3,
        "is indented by 5 blanks, line 2 by 4 blanks, which has its value already; indent both "
        "alike"}},
      {"the second document",
       "a: 1\n---\nb:\n  c: 1\n   d: 2\n",
       {5,
        "is indented by 3 blanks, line 4 by 2 blanks, which has its value already; indent both "
        "alike"}},
      {"no blank behind a colon",
       "image: app\nport:80\nresources: {}\n",
       {2, "needs a blank behind the ':'"}},
      {"no blank behind the colon of the first of several keys",
       "resources:\n  instanceType:C4\n  replicas: 1\n",
       {2, "needs a blank behind the ':'"}},
      {"no blank behind the colon of the last of several keys",
       "resources:\n  replicas: 1\n  instanceType:C4\nport: 80\n",
       {3, "needs a blank behind the ':'"}},
      {"no blank behind a dash",
       "env:\n  -name: A\n   value: b\n",
       {2, "needs a blank behind the '-'"}},
      {"no colon",
       "image: app\nport 80\nresources: {}\n",
       {2,
        "has no ':' with a blank behind it; write a key and its value, or put a text that goes on "
        "in quotes"}},
      {"a tab",
       "resources:\n  replicas: 1\n\tinstanceType: C4\n",
       {3, "begins with a tab, write blanks instead"}},
      {"a second colon",
       "image: app\ncommand: echo: hello\n",
       {2,
        "a text that has a ':' with a blank behind it must be in quotes, or have no blank there"}},
      {"quotes that are closed too late",
       "image: 'app\nport: 80\nenv:\n  - name: 'A'\n",
       {1, "begins a text in quotes that go on to line 4; close them where the text ends"}},
      {"text behind quotes",
       "image: app\ncommand: \"a\" b\n",
       {2, "has text behind the quotes; put all of it in quotes"}},
      {"a list in one line that is not closed",
       "image: app\ncommand: [a,\n  \"]\"\nport: 80\n",
       {2, "has a '[' that is not closed"}},
      {"a mapping in one line that is not closed",
       "image: app\nresources: {replicas: 1 # }\nport: 80\n",
       {2, "has a '{' that is not closed"}},
      {"a text of several lines that is not indented",
       "env:\n  - name: A\n    value: |\n    text\n",
       {4, "must be indented by more than the key in line 3 whose text it is"}},
      {"a last key without its colon",
       "image: app\nresources:\n  instanceType: C4\nport\n",
       {4,
        "has no ':' with a blank behind it; write a key and its value, or put a text that goes on "
        "in quotes"}},
      {"a character that begins no text",
       "image: app\ncommand: @a\n",
       {2, "a text that begins with '@' must be in quotes"}},
      {"a star that is no alias",
       "host: *.example.com\n",
       {1, "a text that begins with '*' must be in quotes"}},
      {"what is right is not taken for the mistake",
       "a: |\n  x\n   y: z\nb: &b\n- c: 'it''s\n    d: e'\n- f\n  - g\n- {h:\n i}\nj: k\n  l\nm: "
       "http://n:1\n"
       "\"o p\": >-\n  q\n 'r': s\n",
       {16,
        "is indented by 1 blank, line 14 by 0 blanks, which has its value already; indent both "
        "alike"}},
  }));
  DYNAMIC_SECTION(test.name) {
    const auto read = json::parse_yaml(test.yaml);
    REQUIRE(read.problems.size() == 1);
    INFO(read.problems.front().line << ": " << read.problems.front().message);
    CHECK(read.problems.front() == test.problem);
  }
}

TEST_CASE("a key without a value needs its colon only where it stands alone in a line") {
  for (const char* yaml : {"a:\nb: {c}\n", "? a\n", "- a\n-\n", "a: b\n'c':\n", "a:\n  - b:\n"}) {
    INFO(yaml);
    CHECK(json::parse_yaml(yaml).problems.empty());
  }
}
