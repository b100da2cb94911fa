#include "kube/cache/watch_event.h"

#include <catch2/catch.hpp>

namespace {

using Catch::Matchers::Message;
using kube::Malformed;
using kube::read_list_page;
using kube::read_watch_event;
using Type = kube::WatchEvent::Type;

}  // namespace

TEST_CASE("a watch line is known by type, key and version before it is built") {
  const auto* const line =
      R"({"type":"MODIFIED","object":{"kind":"Pod","metadata":{"name":"a","namespace":"ns",)"
      R"("resourceVersion":"7","managedFields":[{"manager":"x"}]},"spec":{"x":1}}})";
  const auto event = read_watch_event(line, kube::pods);
  CHECK(event.type == Type::Modified);
  CHECK(event.object.key == kube::Key{"ns", "a"});
  CHECK(event.object.version == "7");
  CHECK(json::text(kube::build(event.object, kube::pods)) ==
        R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"ns",)"
        R"("resourceVersion":"7"},"spec":{"x":1}})");
}

TEST_CASE("every type of event is told apart") {
  struct Case {
    const char* line;
    Type type;
  };
  const auto c = GENERATE(values<Case>({
      {R"({"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"7"}}})", Type::Added},
      {R"({"type":"DELETED","object":{"metadata":{"name":"a","resourceVersion":"7"}}})",
       Type::Deleted},
      {R"({"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"7"}}})",
       Type::Bookmark},
      {R"({"type":"ERROR","object":{"kind":"Status","code":410}})", Type::Error},
  }));
  CAPTURE(c.line);
  CHECK(read_watch_event(c.line, kube::pods).type == c.type);
}

TEST_CASE("a line that is no event of the kind is refused") {
  struct Case {
    const char* line;
    const char* problem;
  };
  const auto c = GENERATE(values<Case>({
      {"", "watch Pod: a line that is no event"},
      {"<html>", "watch Pod: a line that is no event"},
      {"[]", "watch Pod: a line that is no event"},
      {R"({"type":"SOMETHING","object":{}})", "watch Pod: a line that is no event"},
      {R"({"type":"ADDED"})", "watch Pod: a line that is no event"},
      {R"({"type":"ADDED","object":{"kind":"Table"}})", "watch Pod: the server sent a Table"},
      {R"({"type":"ADDED","object":{"kind":"Secret"}})", "watch Pod: the server sent a Secret"},
      {R"({"type":"ADDED","object":{"kind":"Pod","metadata":{"name":"a"}}})",
       "watch Pod: an object without resourceVersion"},
      {R"({"type":"ADDED","object":{"kind":"Pod","metadata":{"resourceVersion":"7"}}})",
       "watch Pod: an object without name"},
  }));
  CAPTURE(c.line);
  CHECK_THROWS_MATCHES(read_watch_event(c.line, kube::pods), Malformed, Message(c.problem));
}

TEST_CASE("an object that is no JSON after all is refused when it is built") {
  const auto event = read_watch_event(
      R"({"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"7"},"x":}})",
      kube::pods);
  CHECK_THROWS_AS(kube::build(event.object, kube::pods), Malformed);
}

TEST_CASE("a page of a list says version, next page and items") {
  const auto page = read_list_page(
      R"({"kind":"PodList","metadata":{"resourceVersion":"9","continue":"next"},"items":[{}]})",
      kube::pods);
  CHECK(page.version == "9");
  CHECK(page.continue_token == "next");
  CHECK(page.items == "[{}]");
  const auto empty = read_list_page(
      R"({"kind":"PodList","metadata":{"resourceVersion":"9"},"items":null})", kube::pods);
  CHECK(empty.continue_token.empty());
  CHECK(empty.items == "[]");
}

TEST_CASE("an answer that is no list of the kind is refused") {
  struct Case {
    const char* body;
    const char* problem;
  };
  const auto c = GENERATE(values<Case>({
      {"", "watch Pod: an answer that is no list"},
      {"<html>", "watch Pod: an answer that is no list"},
      {R"({"kind":"Table"})", "watch Pod: the server sent a Table"},
      {R"({"kind":"SecretList"})", "watch Pod: the server sent a SecretList"},
      {R"({"kind":"PodList","metadata":{}})", "watch Pod: a list without resourceVersion"},
      {R"({"kind":"PodList","metadata":{"resourceVersion":"9"}})",
       "watch Pod: a list whose items are cut off"},
      {R"({"kind":"PodList","metadata":{"resourceVersion":"9"},"items":[{"metadata":{)",
       "watch Pod: a list whose items are cut off"},
  }));
  CAPTURE(c.body);
  CHECK_THROWS_MATCHES(read_list_page(c.body, kube::pods), Malformed, Message(c.problem));
}
