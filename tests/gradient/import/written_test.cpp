#include "gradient/import/written.h"

#include "gradient/import/file_name.h"

#include <catch2/catch.hpp>

using Strings = std::vector<std::string>;

namespace {

std::vector<gradient::WrittenSpec> specs(const std::string& yaml) {
  return gradient::specs_in(json::parse_yaml(yaml).documents, yaml);
}

/// "LINE NAME IMAGE", of every spec.
Strings images(const std::string& yaml) {
  Strings all;
  for (const auto& spec : specs(yaml))
    all.push_back(std::to_string(spec.document.place.line) + " " + gradient::written_name(spec) +
                  " " + json::string_at(spec.document.value, {"image"}));
  return all;
}

}  // namespace

TEST_CASE("a spec is found in what the platform's command and API print and take") {
  struct Case {
    std::string yaml;
    Strings images;
  };
  const auto test = GENERATE(values<Case>({
      {"image: a", {"1  a"}},
      {"name: nn\nimage: a", {"1 nn a"}},
      {"name: nn\nconfig:\n  image: a\n", {"2 nn a"}},
      {"name: nn\nconfig: {image: a, name: own}\n", {"2 own a"}},
      {"{id: x, name: nn, deploymentSpecs: [\n{id: 1, data: {image: new}},\n"
       "{data: {image: old}}]}",
       {"2 nn new"}},
      {"{name: nn, deploymentSpecs: {nodes: [{data: {image: a}}, {data: {image: b}}]}}",
       {"1 nn a"}},
      {"{data: {deployment: {name: nn, deploymentSpecs: [{data: {image: a}}]}}}", {"1 nn a"}},
      {"- {name: nn, deploymentSpecs: [{data: {image: a}}]}\n- {name: m, config: {image: b}}\n",
       {"1 nn a", "2 m b"}},
      {"{items: [{name: nn, config: {image: a}}], hasMore: false}", {"1 nn a"}},
      {"- image: a\n- image: b\n", {"1  a", "2  b"}},
      {"image: a\nconfig: {image: b}", {"1  a"}},
      {"{name: nn, deploymentSpecs: []}", {"1 nn "}},
      {"{kind: ConfigMap, data: {image: a}}", {"1  "}},
      {"{name: 'https://u:p@h.example/', config: {image: a}}", {"1  a"}},
  }));
  INFO(test.yaml);
  CHECK(images(test.yaml) == test.images);
}

TEST_CASE("what else is around a spec is told, and so are older ones") {
  const auto found = specs(
      "{id: x, dtDeleted: ~, 'a b': 1, name: nn, deploymentSpecs: [{id: 1, data: {image: a}}, "
      "{data: {image: b}}, {data: {image: c}}]}");
  REQUIRE(found.size() == 1);
  CHECK(found[0].left_out == Strings{"id", "2 older of deploymentSpecs"});
}

TEST_CASE("of very many fields around a spec the first are told, and that there are others") {
  std::string yaml = "config: {image: a}\n";
  for (int i = 100; i < 200; ++i)
    yaml += "field" + std::to_string(i) + ": 1\n";
  const auto found = specs(yaml);
  REQUIRE(found.size() == 1);
  const auto& left_out = found[0].left_out;
  REQUIRE(left_out.size() == 21);
  CHECK(left_out.front() == "field100");
  CHECK(left_out.back() == "and others");
}

TEST_CASE("a spec's comments are those in it, before it and behind it up to the next one") {
  const auto found = specs(
      "# 1\nimage: a # 2\n# 3\n---\n# 4\n---\n# 5\nimage: b\n# 6\n---\n- image: c\n# 7\n- image: "
      "d\n# 8\n");
  Strings comments;
  for (const auto& spec : found) {
    std::string all = json::string_at(spec.document.value, {"image"});
    for (const auto& comment : spec.comments)
      all += comment.text.substr(1);
    comments.push_back(all);
  }
  CHECK(comments == Strings{"a 1 2 3 4", "b 5 6", "c", "d 7 8"});
}

TEST_CASE("a bare spec is one without name, version and $schema, as far as they can be right") {
  const auto bare = [](const std::string& yaml) {
    return json::text(gradient::bare_spec(specs(yaml).at(0)));
  };
  CHECK(bare("{$schema: x, apiVersion: v0alpha0, name: nn, image: a}") == R"({"image":"a"})");
  CHECK(bare("{apiVersion: v2, name: 1, image: a}") ==
        R"({"apiVersion":"v2","image":"a","name":1})");
}

TEST_CASE("a deployment is called after its file, or its folder where the file says nothing") {
  using gradient::name_of_file;
  const auto test = GENERATE(values<std::pair<const char*, const char*>>({
      {"/team/My App.yaml", "my-app"},
      {"/team/chat.v2.yaml", "chat-v2"},
      {"/team/15.yaml", "g-15"},
      {"/team/shop/deployment.yaml", "shop"},
      {"/team/shop/.paperspace/app.yaml", "shop"},
      {"/team/shop/specs/v0/Deployment.json", "v0"},
      {"/team/日本/app.yaml", "team"},
      {"/app.yaml", ""},
      {"/app/spec.yaml", ""},
  }));
  INFO(test.first);
  CHECK(name_of_file(test.first) == test.second);
}
