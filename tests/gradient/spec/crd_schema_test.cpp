#include "base/files.h"
#include "gradient/spec/documents.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <functional>
#include <set>

/// Holds crds/ and the reader together: each knows the fields of the other, with the same bounds.
namespace {

using json::Json;

constexpr const char* stranger = "qqqqqqqqqqqqqqqqqqqqqqqq";

struct Crd {
  std::string kind;
  Json spec;    ///< schema of .spec
  Json status;  ///< schema of .status
};

std::vector<Crd> crds() {
  std::vector<Crd> found;
  const auto folder = std::filesystem::path(SOURCE_DIR) / "crds";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto document = documents::document(base::read_file(entry.path()));
    const auto& version = json::elements_at(document, {"spec", "versions"}).at(0);
    const auto& properties = json::at(version, {"schema", "openAPIV3Schema", "properties"});
    found.push_back({json::string_at(document, {"spec", "names", "kind"}),
                     json::at(properties, {"spec"}), json::at(properties, {"status"})});
  }
  REQUIRE(found.size() == 4);
  return found;
}

/// One step down in a document: a field, or the first element of a list.
using Steps = std::vector<std::string>;
constexpr const char* element = "[0]";

/// A resource whose spec holds `leaf` at the end of `steps` and nothing else.
Json holding(const std::string& kind, const Steps& steps, Json leaf) {
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    leaf = *step == element ? json::array({leaf}) : json::object({{*step, leaf}});
  }
  return json::object(
      {{"kind", kind}, {"metadata", json::object({{"name", "demo"}})}, {"spec", leaf}});
}

std::string path_of(const Steps& steps) {
  std::string path = "spec";
  for (const auto& step : steps)
    path += step == element ? step : "." + step;
  return path;
}

const web::json::object& properties_of(const Json& schema) {
  static const Json none = Json::object();
  const auto& properties = json::at(schema, {"properties"});
  return (properties.is_object() ? properties : none).as_object();
}

/// Calls `visit` with the place of every mapping of a schema and its properties' schema.
void each_mapping(const Json& schema, Steps& steps,
                  const std::function<void(const Steps&, const Json&)>& visit) {
  const auto& properties = json::at(schema, {"properties"});
  if (properties.is_object()) {
    visit(steps, properties);
    for (const auto& [name, property] : properties.as_object()) {
      steps.push_back(name);
      each_mapping(property, steps, visit);
      steps.pop_back();
    }
  }
  const auto& items = json::at(schema, {"items"});
  if (items.is_object()) {
    steps.emplace_back(element);
    each_mapping(items, steps, visit);
    steps.pop_back();
  }
}

bool is_refused_by_design(const Json& property) {
  return json::string_at(property, {"description"}).rfind("Refused", 0) == 0;
}

/// The fields that the reader names when it meets one that it does not know.
std::set<std::string> known_to_reader(const std::string& kind, const Steps& steps) {
  const auto leaf = json::object({{stranger, 1}});
  const auto start = path_of(steps) + "." + stranger + ": unknown field; remove it (known here: ";
  for (const auto& problem : documents::problems(holding(kind, steps, leaf))) {
    if (problem.rfind(start, 0) != 0) continue;
    std::set<std::string> names;
    std::string name;
    for (const char c : problem.substr(start.size())) {
      if (c == ',' || c == ')') {
        names.insert(name);
        name.clear();
      } else if (c != ' ') {
        name += c;
      }
    }
    return names;
  }
  return {};
}

bool is_reported(const std::vector<std::string>& problems, const std::string& start) {
  for (const auto& problem : problems) {
    if (problem.rfind(start, 0) == 0) return true;
  }
  return false;
}

bool is_right_at(const std::vector<std::string>& problems, const std::string& path) {
  return !is_reported(problems, path + ": ");
}

}  // namespace

TEST_CASE("kubectl apply can keep each definition in its annotation") {
  constexpr std::size_t most = 256 * 1024;  // of all annotations of an object
  const auto folder = std::filesystem::path(SOURCE_DIR) / "crds";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    INFO(entry.path());
    CHECK(json::text(documents::document(base::read_file(entry.path()))).size() < most);
  }
}

TEST_CASE("schema and reader know the same fields") {
  for (const auto& crd : crds()) {
    std::size_t mappings = 0;
    Steps steps;
    each_mapping(crd.spec, steps, [&](const Steps& place, const Json& properties) {
      ++mappings;
      std::set<std::string> in_schema;
      for (const auto& [name, property] : properties.as_object()) {
        if (!is_refused_by_design(property)) in_schema.insert(name);
      }
      INFO(crd.kind << ' ' << path_of(place));
      CHECK(known_to_reader(crd.kind, place) == in_schema);
    });
    CHECK(mappings > 0);
  }
}

TEST_CASE("every field that the schema declares only to refuse it is refused by the reader") {
  std::size_t refused = 0;
  for (const auto& crd : crds()) {
    Steps steps;
    each_mapping(crd.spec, steps, [&](const Steps& place, const Json& properties) {
      for (const auto& [name, property] : properties.as_object()) {
        if (!is_refused_by_design(property)) continue;
        ++refused;
        auto field = place;
        field.push_back(name);
        const auto problems = documents::problems(holding(crd.kind, field, Json("x")));
        INFO(crd.kind << ' ' << path_of(field));
        CHECK(!is_right_at(problems, path_of(field)));
        CHECK_FALSE(is_reported(problems, path_of(field) + ": unknown field"));
      }
    });
  }
  CHECK(refused > 10);
}

TEST_CASE("schema and reader require the same fields") {
  for (const auto& crd : crds()) {
    const std::function<void(const Json&, Steps&)> walk = [&](const Json& schema, Steps& steps) {
      for (const auto& name : json::elements_at(schema, {"required"})) {
        const auto path = path_of(steps) + "." + name.as_string();
        INFO(crd.kind << ' ' << path);
        CHECK(is_reported(documents::problems(holding(crd.kind, steps, Json::object())),
                          path + ": is required"));
      }
      for (const auto& [name, property] : properties_of(schema)) {
        steps.push_back(name);
        walk(property, steps);
        steps.pop_back();
      }
      if (const auto& items = json::at(schema, {"items"}); items.is_object()) {
        steps.emplace_back(element);
        walk(items, steps);
        steps.pop_back();
      }
    };
    Steps steps;
    walk(crd.spec, steps);
  }
}

TEST_CASE("schema and reader have the same bounds") {
  std::size_t bounds = 0;
  for (const auto& crd : crds()) {
    const auto right = [&](const Steps& place, const Json& leaf) {
      return is_right_at(documents::problems(holding(crd.kind, place, leaf)), path_of(place));
    };
    const auto longer = [&](const Steps& place, const std::string& what) {
      for (const auto& problem :
           documents::problems(holding(crd.kind, place, Json(std::string(100000, 'a'))))) {
        if (problem.rfind(path_of(place) + ": has 100000 characters; at most " + what, 0) == 0) {
          return true;
        }
      }
      return false;
    };
    const std::function<void(const Json&, Steps&)> check = [&](const Json& schema, Steps& steps) {
      INFO(crd.kind << ' ' << path_of(steps));
      if (const auto longest = json::integer_at(schema, {"maxLength"}, -1); longest >= 0) {
        ++bounds;
        CHECK(longer(steps, std::to_string(longest) + " are allowed"));
      }
      if (const auto most = json::integer_at(schema, {"maxItems"}, -1); most >= 0) {
        ++bounds;
        const auto list = [&](std::int64_t count) {
          return json::array(std::vector<Json>(static_cast<std::size_t>(count), Json::object()));
        };
        CHECK(right(steps, list(most)));
        CHECK_FALSE(right(steps, list(most + 1)));
      }
      if (json::integer_at(schema, {"minItems"}, 0) > 0) {
        CHECK_FALSE(right(steps, json::array({})));
      }
      for (const char* bound : {"minimum", "maximum"}) {
        const auto& limit = json::at(schema, {bound});
        if (!limit.is_integer()) continue;
        ++bounds;
        const auto value = limit.as_number().to_int64();
        const bool exclusive = json::at(schema, {"exclusiveMinimum"}).is_boolean();
        const bool is_maximum = bound == std::string("maximum");
        CHECK(right(steps, Json(value)) == (is_maximum || !exclusive));
        CHECK_FALSE(right(steps, Json(is_maximum ? value + 1 : value - 1)));
      }
      for (const auto& choice : json::elements_at(schema, {"enum"})) {
        ++bounds;
        CHECK(right(steps, choice));
      }
      if (!json::at(schema, {"enum"}).is_null()) CHECK_FALSE(right(steps, Json("Other")));
      for (const auto& [name, property] : properties_of(schema)) {
        if (is_refused_by_design(property)) continue;
        steps.push_back(name);
        check(property, steps);
        steps.pop_back();
      }
      if (const auto& items = json::at(schema, {"items"}); items.is_object()) {
        steps.emplace_back(element);
        check(items, steps);
        steps.pop_back();
      }
    };
    Steps steps;
    check(crd.spec, steps);
  }
  CHECK(bounds > 60);
}

TEST_CASE("an object that no operator has looked at is about no generation") {
  for (const auto& crd : crds()) {
    INFO(crd.kind);
    CHECK(json::text(json::at(crd.status, {"default"})) == R"({"observedGeneration":-1})");
    CHECK(json::integer_at(crd.status, {"properties", "observedGeneration", "minimum"}) == -1);
  }
}
