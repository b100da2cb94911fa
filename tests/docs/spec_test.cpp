#include "base/files.h"
#include "docs/page.h"
#include "json/yaml.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>

namespace {

namespace fs = std::filesystem;
using json::Json;

struct Field {
  Json schema;
  bool is_required = false;
};
using Fields = std::map<std::string, Field>;  ///< by path, "spec.env[].name"

void add_fields(const Json& schema, const std::string& prefix, Fields& fields) {
  const auto& properties = json::at(schema, {"properties"});
  if (!properties.is_object()) return;
  const auto& required = json::elements_at(schema, {"required"});
  for (const auto& [name, property] : properties.as_object()) {
    const auto path = prefix + name;
    fields[path] = {property, std::count(required.begin(), required.end(), Json(name)) > 0};
    add_fields(property, path + ".", fields);
    add_fields(json::at(property, {"items"}), path + "[].", fields);
  }
}

/// Fields of spec and status by kind, as crds/ has them.
std::map<std::string, Fields> kinds() {
  std::map<std::string, Fields> result;
  for (const auto& entry : fs::directory_iterator(fs::path(SOURCE_DIR) / "crds")) {
    const auto& file = entry.path();
    const auto crd = json::parse_single_yaml(base::read_file(file, 1U << 20U), file.string());
    const auto& schema = json::at(json::elements_at(crd, {"spec", "versions"}).at(0),
                                  {"schema", "openAPIV3Schema", "properties"});
    auto& fields = result[json::string_at(crd, {"spec", "names", "kind"})];
    for (const char* part : {"spec", "status"})
      add_fields(json::at(schema, {part}), std::string(part) + ".", fields);
  }
  return result;
}

std::string written(const Json& value) {
  return "`" + (value.is_string() ? value.as_string() : json::text(value)) + "`";
}

/// What a reader must be told besides the meaning.
std::vector<std::string> facts(const std::string& path, const Field& field) {
  std::vector<std::string> result;
  if (field.is_required && path.rfind("spec.", 0) == 0) result.emplace_back("Required");
  const auto& otherwise = json::at(field.schema, {"default"});
  if (!otherwise.is_null()) result.push_back("Default " + written(otherwise));
  for (const auto& word : json::elements_at(field.schema, {"enum"}))
    result.push_back(written(word));
  return result;
}

}  // namespace

TEST_CASE("spec.md has a heading for every field of every kind, and no other") {
  const auto spec = page::of_docs("spec.md");
  const auto all = kinds();
  REQUIRE(all.size() == 4);
  for (const auto& [kind, described] : all) {
    INFO(kind);
    REQUIRE(described.size() > 5);
    std::set<std::string> fields;
    for (const auto& [path, field] : described)
      fields.insert(path);
    const auto headings = page::names(page::below(spec, kind));
    CHECK(page::missing(fields, headings) == std::set<std::string>{});
    CHECK(page::missing(headings, fields) == std::set<std::string>{});
  }
}

TEST_CASE("spec.md tells of every field whether it is required, its default and its words") {
  const auto spec = page::of_docs("spec.md");
  std::size_t told = 0;
  for (const auto& [kind, fields] : kinds()) {
    for (const auto& heading : page::below(spec, kind)) {
      auto text = heading.body;
      std::replace(text.begin(), text.end(), '\n', ' ');
      for (const auto& name : page::names(heading)) {
        const auto field = fields.find(name);
        if (field == fields.end()) continue;
        for (const auto& fact : facts(name, field->second)) {
          INFO(kind << " " << name << ": " << fact);
          CHECK(text.find(fact) != std::string::npos);
          ++told;
        }
      }
    }
  }
  CHECK(told > 20);
}
