#include "json/reader.h"

#include <catch2/catch.hpp>

using json::Json;
using json::ObjectReader;
using json::Path;
using json::Report;
using Lines = std::vector<std::string>;

namespace {

/// What `read` reports about a document.
Lines problems(std::string_view document, const std::function<void(ObjectReader&)>& read) {
  const auto value = json::parse(document);
  Report report;
  const Path root;
  const auto path = root.member("spec");
  ObjectReader reader(value, path, report);
  read(reader);
  Lines lines;
  for (const auto& problem : std::move(report).take())
    lines.push_back(json::text(problem));
  return lines;
}

std::string_view no_a(std::string_view text) {
  return text.find('a') == std::string_view::npos ? "" : "must not have an a";
}

}  // namespace

TEST_CASE("a path is written the way users write one") {
  const Path root;
  const auto spec = root.member("spec");
  const auto env = spec.member("env");
  const auto entry = env.element(2);
  CHECK(root.text().empty());
  CHECK(entry.member("value").text() == "spec.env[2].value");
  CHECK(root.element(0).text() == "[0]");
  CHECK(spec.member("gradient-operator.dev/sync").text() ==
        R"(spec["gradient-operator.dev/sync"])");
  CHECK(spec.member("").text() == R"(spec[""])");
  CHECK(spec.member("a\nb\x1b[0m").text() == R"(spec["a?b?[0m"])");
  CHECK(spec.member(std::string(1000, 'x')).text() == "spec[\"" + std::string(80, 'x') + "...\"]");
  CHECK(spec.member(std::string(79, 'x') + "ä" + "yy").text() ==
        "spec[\"" + std::string(79, 'x') + "...\"]");
}

TEST_CASE("strings have a type, a length in characters and rules of their own") {
  const auto read = [](std::string_view document) {
    return problems(document, [](ObjectReader& reader) {
      reader.required_string("name", {.longest = 3, .example = "xyz", .check = no_a});
    });
  };
  CHECK(read(R"({"name": "äöü"})") == Lines{});
  CHECK(read(R"({})") == Lines{"spec.name: is required; write it, such as xyz"});
  CHECK(read(R"({"name": null})") == Lines{"spec.name: is required; write it, such as xyz"});
  CHECK(read(R"({"name": ""})") ==
        Lines{"spec.name: must not be empty; write a value, such as xyz, or remove the field"});
  CHECK(read(R"({"name": "wxyz"})") == Lines{"spec.name: has 4 characters; at most 3 are allowed"});
  CHECK(read(R"({"name": "a"})") == Lines{"spec.name: must not have an a"});
  CHECK(read(R"({"name": "x\u0000"})") == Lines{"spec.name: must not contain a NUL character"});
  CHECK(read(R"({"name": 1})") ==
        Lines{"spec.name: must be a string, not a number; put it in quotes"});
  CHECK(read(R"({"name": true})") ==
        Lines{"spec.name: must be a string, not a boolean; put it in quotes"});
  CHECK(read(R"({"name": []})") == Lines{"spec.name: must be a string, not a list"});
  CHECK(read(R"([])") == Lines{"spec: must be a mapping, not a list"});
}

TEST_CASE("integers are whole, in range and never text") {
  const auto read = [](std::string_view document) {
    return problems(document, [](ObjectReader& reader) { reader.integer("n", {1, 5}); });
  };
  CHECK(read(R"({"n": 5})") == Lines{});
  CHECK(read(R"({"n": 5.0})") == Lines{});
  for (const char* bad : {"0", "6", "1.5", "1e300", "18446744073709551615"}) {
    INFO(bad);
    CHECK(read(R"({"n": )" + std::string(bad) + "}") ==
          Lines{"spec.n: must be a whole number from 1 to 5"});
  }
  CHECK(read(R"({"n": "2"})") ==
        Lines{"spec.n: must be a whole number from 1 to 5, not a string; remove the quotes"});
  CHECK(read(R"({"n": "two"})") ==
        Lines{"spec.n: must be a whole number from 1 to 5, not a string"});
}

TEST_CASE("booleans and choices say what they can be") {
  const auto read = [](std::string_view document) {
    return problems(document, [](ObjectReader& reader) {
      reader.boolean("b");
      reader.choice("c", {"one", "two"});
    });
  };
  CHECK(read(R"({"b": true, "c": "two"})") == Lines{});
  CHECK(read(R"({"b": "true", "c": "Two"})") ==
        Lines{"spec.b: must be true or false, not a string", "spec.c: must be one of one, two"});
}

TEST_CASE("lists of a wrong length are not looked into") {
  int seen = 0;
  const auto read = [&](std::string_view document) {
    return problems(document, [&](ObjectReader& reader) {
      reader.elements("l", {1, 2}, [&](const Json& /*value*/, const Path& /*path*/) { ++seen; });
    });
  };
  CHECK(read(R"({"l": [1, 2]})") == Lines{});
  CHECK(seen == 2);
  CHECK(read(R"({"l": []})") ==
        Lines{"spec.l: must not be empty; add an entry, or remove the field"});
  CHECK(read(R"({"l": [1, 2, 3]})") == Lines{"spec.l: has 3 entries; at most 2 are allowed"});
  CHECK(read(R"({"l": {}})") ==
        Lines{"spec.l: must be a list, not a mapping; begin each entry with '- '"});
  CHECK(read(R"({"l": "x"})") ==
        Lines{"spec.l: must be a list, not a string; begin each entry with '- '"});
  CHECK(seen == 2);
}

TEST_CASE("fields that nobody reads are refused, with the nearest that is read") {
  const auto read = [](std::string_view document) {
    return problems(document, [](ObjectReader& reader) {
      reader.find("healthChecks");
      reader.find("port");
      reader.refuse("ports", "write port");
      reader.finish();
    });
  };
  CHECK(read(R"({"healthChecks": 1, "port": 2})") == Lines{});
  CHECK(read(R"({"healthcheck": 1})") ==
        Lines{"spec.healthcheck: unknown field; did you mean healthChecks?"});
  CHECK(read(R"({"prot": 1})") == Lines{"spec.prot: unknown field; did you mean port?"});
  CHECK(read(R"({"ports": 1})") == Lines{"spec.ports: write port"});
  CHECK(read(R"({"ports": null})") == Lines{});
  CHECK(read(R"({"other": null})") ==
        Lines{"spec.other: unknown field; remove it (known here: healthChecks, port)"});
}

TEST_CASE("a report counts what it does not list") {
  Report report;
  const Path root;
  for (int i = 0; i < 52; ++i)
    report.add(root, "wrong");
  CHECK(report.size() == 52);
  const auto found = std::move(report).take();
  REQUIRE(found.size() == 51);
  CHECK(found.back().message == "and 2 more problems; correct these first");
}

TEST_CASE("numbers are taken as text where text is meant, fractions are not") {
  const auto text = [](const Json& value) {
    Report report;
    return json::text_of(value, Path(), {.longest = 5, .may_be_empty = true}, report).value_or("-");
  };
  CHECK(text(Json(8080)) == "8080");
  CHECK(text(Json(2.0)) == "2");
  CHECK(text(Json("")).empty());
  CHECK(text(Json(0.5)) == "-");
  CHECK(text(Json::boolean(true)) == "-");
  CHECK(text(Json("123456")) == "-");
}
