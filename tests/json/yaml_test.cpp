#include "json/yaml.h"

#include <catch2/catch.hpp>

using Lines = std::vector<std::string>;

namespace {

/// Every document as JSON, then every problem as LINE: message.
Lines read(const std::string& yaml, const json::YamlLimits& limits = {}) {
  Lines lines;
  const auto read = json::parse_yaml(yaml, limits);
  for (const auto& document : read.documents)
    lines.push_back(json::text(document.value));
  for (const auto& problem : read.problems)
    lines.push_back(std::to_string(problem.line) + ": " + problem.message);
  return lines;
}

std::string repeated(const std::string& text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i)
    all += text;
  return all;
}

struct Case {
  std::string name, yaml;
  Lines expected;
};

}  // namespace

TEST_CASE("YAML is read as kubectl reads it") {
  const auto test = GENERATE(values<Case>({
      {"quoted scalars stay strings",
       R"({a: "80", b: 'yes', c: !!str 0123, d: ""})",
       {R"({"a":"80","b":"yes","c":"0123","d":""})"}},
      {"block scalars are strings", "a: |\n  80\nb: >-\n  x\n  y\n", {R"({"a":"80\n","b":"x y"})"}},
      {"an explicit tag decides", R"(a: !!int "80")", {R"({"a":80})"}},
      {"an empty value is null", "a:\nb: ~", {R"({"a":null,"b":null})"}},
      {"several documents, empty ones left out",
       "a: 1\n---\n# nothing\n---\nb: 2\n...\nc: 3\n",
       {R"({"a":1})", R"({"b":2})", R"({"c":3})"}},
      {"nothing at all", "# only a comment\n", {}},
      {"JSON is YAML", R"({"a": [1, {"b": null}]})", {R"({"a":[1,{"b":null}]})"}},
      {"characters that JSON writes as two escapes",
       R"( {"a": "\ud83d\uDE00 \\ud83d \u263a", "\ud83d\ude00": "\\\ud83d\ude00"})",
       {R"({"a":"😀 \\ud83d ☺","😀":"\\😀"})"}},
      {"no such escapes where YAML has none",
       R"(a: '\ud83d\ude00')",
       {R"({"a":"\\ud83d\\ude00"})"}},
      {"keys are text", "1: a\nyes: b\n1.5: c\n", {R"({"1":"a","1.5":"c","true":"b"})"}},
      {"aliases",
       "a: &x [1, 2]\nb: *x\nc: &x 3\nd: *x\n",
       {R"({"a":[1,2],"b":[1,2],"c":3,"d":3})"}},
      {"merge keys, own keys win wherever they stand",
       "a: &x {p: 1, q: 2}\nb:\n  q: 3\n  <<: *x\n  r: 4\n",
       {R"({"a":{"p":1,"q":2},"b":{"p":1,"q":3,"r":4}})"}},
      {"lists of merges, earlier ones win",
       "x: &x {p: 1}\nv: &v {p: 2, q: 2}\nz: {<<: [*x, *v]}\n",
       {R"({"v":{"p":2,"q":2},"x":{"p":1},"z":{"p":1,"q":2}})"}},
      {"a quoted << is a name", R"(a: {"<<": {b: 1}})", {R"({"a":{"<<":{"b":1}}})"}},
      {"escapes", R"(a: "x\ty\u263a\0")", {R"({"a":"x\ty☺\u0000"})"}},
      {"escapes of blanks and lines", R"(a: "é\_\N\L")", {"{\"a\":\"é\u00a0\u0085\u2028\"}"}},
  }));
  DYNAMIC_SECTION(test.name) {
    CHECK(read(test.yaml) == test.expected);
  }
}

TEST_CASE("what is no YAML ends in a line and a reason") {
  const auto test = GENERATE(values<Case>({
      {"duplicate keys, all of them",
       "a: 1\nb:\n  c: 1\n  c: 2\na: 3\n",
       {"4: b.c: is written twice, first in line 3; keep one of the two",
        "5: a: is written twice, first in line 1; keep one of the two"}},
      {"duplicate keys in other words",
       "a: {\"1\": x,\n1: y}",
       {"2: a.1: is written twice, first in line 1; keep one of the two"}},
      {"a list as a key", "? [a]\n: b", {"1: has a list or mapping as a key; keys must be text"}},
      {"an empty key", "a: 1\n: b", {"2: has an empty key; write a name before the ':'"}},
      {"an unknown anchor", "a: *x", {"1: is not YAML: the referenced anchor is not defined"}},
      {"an anchor in itself", "a: &x [*x]", {"1: has an anchor whose value contains itself"}},
      {"a merge of no mapping",
       "a: {<<: 3}",
       {"1: has a merge key (<<) without a mapping or list of mappings"}},
      {"a number that JSON has not",
       "a:\n  - .inf",
       {"2: has a number that is not finite; JSON has none"}},
      {"tags",
       "a: !python/object x",
       {"1: tags other than !!str, !!int, !!float, !!bool and !!null are not supported; remove "
        "it"}},
      {"tags of collections",
       "a: !!set {}",
       {"1: tags of lists and mappings are not supported; remove it"}},
      {"tabs as indentation", "a:\n\tb: 1", {"2: begins with a tab, write blanks instead"}},
      {"a colon in a text",
       "a: b: c",
       {"1: a text that has a ':' with a blank behind it must be in quotes, or have no blank "
        "there"}},
      {"a colon in a text of a mapping in one line",
       "- {a: b, c: d: e}",
       {"1: is not YAML: a text that has a ':' with a blank behind it must be in quotes, or have "
        "no "
        "blank there"}},
      {"an open quote", "a: \"x\nb: c", {"1: begins a text in quotes that are not closed"}},
      {"an open list", "a: [1,\nb: c", {"1: has a '[' that is not closed"}},
      {"two values", "\"x\" y", {"1: has text behind the quotes; put all of it in quotes"}},
      {"a mapping after a list",
       "- a\nb: c",
       {"2: is a key beside the '-' of line 1; indent it by 2 blanks as a key of that entry, or "
        "begin "
        "it with '- '"}},
      {"invalid UTF-8", "a: 1\nb: \xff\xfe", {"2: is not valid UTF-8; save the file as UTF-8"}},
      {"overlong UTF-8", "a: \xc0\xaf", {"1: is not valid UTF-8; save the file as UTF-8"}},
      {"half a character", R"({"a": "\ud83d"})", {"1: is not YAML: invalid unicode: 55357"}},
      {"half a character at the end",
       R"({"a": "\ud83d\u)",
       {"1: ends too early: the quotes that are opened in line 1 are not closed"}},
      {"a surrogate", "a: \xed\xa0\x80", {"1: is not valid UTF-8; save the file as UTF-8"}},
      {"a control character",
       "a: 1\nb: \x04 c",
       {"2: has a control character; write it as an escape in double quotes"}},
      {"quotes without an end",
       "\xc3\xa4: 1\r\nb: \"c\nd\\\"\n",
       {"2: begins a text in quotes that are not closed"}},
      {"single quotes without an end",
       "a: 1\n---\nb: 'it''s''\n",
       {R"({"a":1})", "3: begins a text in quotes that are not closed"}},
      {"quotes with an end", "b: \"\\\"\"\n---\na: '''it'''", {R"({"b":"\""})", R"({"a":"'it'"})"}},
      {"quotes with an end behind a byte order mark", "\xEF\xBB\xBF'': \"x\"\n", {R"({"":"x"})"}},
      {"quotes without an end behind a byte order mark",
       "\xEF\xBB\xBF'': \"x\n",
       {"1: begins a text in quotes that are not closed"}},
      {"good documents before a broken one",
       "a: 1\n---\nb: [",
       {R"({"a":1})", "3: has a '[' that is not closed"}},
  }));
  DYNAMIC_SECTION(test.name) {
    CHECK(read(test.yaml) == test.expected);
  }
}

TEST_CASE("JSON that is cut off is told as such, with the line where it ends") {
  const auto test = GENERATE(values<Case>({
      {"in a mapping",
       R"({"kind": "A", "spec": {)",
       {"1: ends too early: the '{' of line 1 is not closed"}},
      {"after a field",
       "{\"a\": {\"b\": 1},\n \"c\":\n\n",
       {"2: ends too early: the '{' of line 1 is not closed"}},
      {"in a list", "\n[1,\n2\n", {"3: ends too early: the '[' of line 2 is not closed"}},
      {"in a text",
       "{\"a\": \"}\\\"\",\n\"b\": \"c\n",
       {"2: ends too early: the quotes that are opened in line 2 are not closed"}},
      {"by the next document",
       "{\"a\": 1}\n--- {\"b\": [\n---\n{\"c\": 1}",
       {R"({"a":1})", "2: ends too early: the '{' of line 2 is not closed"}},
      {"in flow style of YAML",
       "{a: don't, b: 'it''s {', # not {\nc: {",
       {"2: ends too early: the '{' of line 1 is not closed"}},
      {"or not at all", R"({"a": [1}, "b": "{"})", {"1: is not YAML: illegal flow end"}},
  }));
  DYNAMIC_SECTION(test.name) {
    CHECK(read(test.yaml) == test.expected);
  }
}

TEST_CASE("hostile texts are refused within their limits") {
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n";
  std::string chain = "a0: &a0 x\n";
  std::string merges = "a0: &a0 {k0: x}\n";
  for (int i = 1; i < 200; ++i) {
    const auto name = std::to_string(i);
    const auto last = std::to_string(i - 1);
    bomb += "a" + name + ": &a" + name + " [" + repeated("*a" + last + ",", 9) + "]\n";
    chain += "a" + name + ": &a" + name + " [*a" + last + "]\n";
    merges += "a" + name + ": &a" + name + " {<<: *a" + last + ", k" + name + ": x}\n";
  }
  const auto test = GENERATE_COPY(values<Case>({
      {"a billion laughs", bomb, {"5: has more than 100000 values, aliases written out; split it"}},
      {"one long scalar, many times",
       "a: &a " + std::string(1000000, 'x') + "\nb: [" + repeated("*a,", 1000) + "]",
       {"2: has more than 12582912 bytes, aliases written out; split it"}},
      {"depth by aliases",
       chain,
       {"101: is nested more than 100 levels deep, aliases written out"}},
      {"many values",
       repeated("- 1\n", 100001),
       {"100000: has more than 100000 values, aliases written out; split it"}},
      {"a large text",
       std::string((3U << 20U) + 1, ' '),
       {"1: has 3145729 bytes; at most 3145728 are read at once, split it"}},
      {"open brackets",
       std::string(100000, '['),
       {"1: ends too early: the '[' of line 1 is not closed"}},
      {"brackets without end",
       "a: 1\n" + std::string(400001, '{'),
       {"2: has more than 400000 brackets and commas in one line; break the line"}},
      {"dashes", repeated("- ", 100000), {"1: is nested more than 100 levels deep"}},
      {"mappings in mappings",
       repeated("{a: ", 100000),
       {"1: ends too early: the '{' of line 1 is not closed"}},
  }));
  DYNAMIC_SECTION(test.name) {
    CHECK(read(test.yaml) == test.expected);
  }
  SECTION("nesting up to the limit is fine") {
    CHECK(read(std::string(100, '[') + std::string(100, ']')).size() == 1);
    CHECK(read(std::string(101, '[') + std::string(101, ']')) ==
          Lines{"1: is nested more than 100 levels deep"});
  }
  SECTION("merges of merges do not nest") {
    CHECK(read(merges).size() == 1);
  }
  SECTION("so many duplicates that nobody reads them") {
    CHECK(read(repeated("a: 1\n", 1000)).size() == 51);
  }
}

TEST_CASE("problems of a path know their line") {
  const auto read = json::parse_yaml(R"(# a comment
kind: x
spec:
  env:
    - name: A
      value: 1
    - {name: B,
       value: 2}
  base: &base {deep:
    1}
  copy: *base
metadata: {annotations: {gradient-operator.dev/sync: 1}}
)");
  const auto& document = read.documents.at(0);
  CHECK(json::line_of(document.place, "") == 2);
  CHECK(json::line_of(document.place, "spec") == 3);
  CHECK(json::line_of(document.place, "spec.env[0].value") == 6);
  CHECK(json::line_of(document.place, "spec.env[1].value") == 8);
  CHECK(json::line_of(document.place, "spec.env[1].missing") == 7);
  CHECK(json::line_of(document.place, "spec.env[7]") == 4);
  CHECK(json::line_of(document.place, "spec.image") == 3);
  CHECK(json::line_of(document.place, "spec.copy") == 11);
  CHECK(json::line_of(document.place, R"(metadata.annotations["gradient-operator.dev/sync"])") ==
        12);
}

TEST_CASE("plain scalars that are not what they look like are warned about with their place") {
  const auto read = json::parse_yaml("a: yes\nb: [0123, 'yes', 1e3, 12]\noff: {no: x}\n");
  const auto& document = read.documents.at(0);
  Lines lines;
  for (const auto& warning : document.warnings)
    lines.push_back(std::to_string(json::line_of(document.place, warning.path)) + ": " +
                    warning.path);
  CHECK(lines == Lines{"1: a", "2: b[0]", "2: b[2]", "3: false", "3: false.false"});
}

TEST_CASE("a file with one document says where it is wrong") {
  CHECK(json::parse_single_yaml("", "f.yaml").is_null());
  CHECK(json::text(json::parse_single_yaml("a: 1", "f.yaml")) == R"({"a":1})");
  CHECK_THROWS_WITH(json::parse_single_yaml("a: 1\na: 2", "f.yaml"),
                    "f.yaml:2: a: is written twice, first in line 1; keep one of the two");
  CHECK_THROWS_WITH(json::parse_single_yaml("a: 1\n---\nb: 1", "f.yaml"),
                    "f.yaml:3: is a second document; only one is read here");
}

TEST_CASE("what is written as YAML is read as the same by every parser") {
  for (const char* text :
       {"",     " ",      "yes",    "0123",     "1e3",    "~",      "null", "<<",
        "=",    "- a",    "? a",    "a: b",     "a #b",   "# a",    "'",    "\"",
        "\\",   "\\n",    "*a",     "&a",       "!a",     "|",      "%a",   "@a",
        "`a",   "{",      "---",    "a\n",      "\ta",    "a\r\nb", "\r",   "\x1b",
        "\x7f", "\u0085", "\u2028", "a\u2029b", "\ufeff", "☺",      "😀",    "\U0010ffff"}) {
    INFO(text);
    const auto value = json::object({{"key", text}, {"list", json::strings({text})}});
    const auto yaml = json::yaml_text(value);
    INFO(yaml);
    CHECK(read(yaml) == Lines{json::text(value)});
    for (const char* odd : {"\r", "\x1b", "\x7f", "\u0085", "\u2028", "\u2029", "\ufeff"})
      CHECK(yaml.find(odd) == std::string::npos);
  }
  CHECK(json::yaml_text(json::object({{"a", "☺"}, {"b", "x"}})) == "a: ☺\nb: x\n");
}
