#include "base/files.h"
#include "docs/page.h"
#include "gradient/spec/read_settings.h"
#include "json/yaml.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <regex>

namespace {

namespace fs = std::filesystem;
using json::Json;
using Names = std::set<std::string>;

const page::Page& configuration() {
  static const auto page = page::of_docs("configuration.md");
  return page;
}

const page::Page& operating() {
  static const auto page = page::of_docs("operating.md");
  return page;
}

/// The example with every key, and those of keys that exclude others.
std::vector<Json> examples() {
  std::vector<Json> found;
  for (const auto& block : configuration().blocks) {
    if (block.marker == "every key" || block.marker == "or instead")
      found.push_back(json::parse_single_yaml(block.text, "configuration.md"));
  }
  return found;
}

void add_keys(const Json& value, const std::string& path, Names& keys) {
  static const Names free_maps{"requests",    "limits", "nodeSelector", "selector",
                               "annotations", "labels", "allowedHosts"};
  if (value.is_array()) {
    for (const auto& element : value.as_array())
      add_keys(element, path + "[]", keys);
  }
  if (!value.is_object()) return;
  for (const auto& [key, member] : value.as_object()) {
    const bool is_machine = path == "instanceTypes";
    const auto place = is_machine ? path + ".NAME" : path.empty() ? key : path + "." + key;
    if (!is_machine) keys.insert(place);
    const bool is_free = (free_maps.contains(key) && place != "sync.limits") ||
                         place == "podTemplate.spec";  // Kubernetes' own
    if (is_machine || !is_free) add_keys(member, place, keys);
  }
}

Names last_parts(const Names& paths) {
  Names parts;
  for (const auto& path : paths) {
    const auto dot = path.rfind('.');
    parts.insert(dot == std::string::npos ? path : path.substr(dot + 1));
  }
  return parts;
}

Names documented_metrics() {
  auto names = page::names(page::below(operating(), "Metrics"));
  names.merge(page::names(page::below(operating(), "Metrics of objects")));
  return names;
}

}  // namespace

TEST_CASE("the configurations with every key in configuration.md are accepted") {
  CHECK(examples().size() > 1);
  for (const auto& example : examples()) {
    const auto reading = gradient::read_settings(example);
    const auto* problems = std::get_if<json::Problems>(&reading);
    CHECK((problems == nullptr ? "" : json::text(*problems)) == "");
  }
}

TEST_CASE("configuration.md has a heading for every key of the configuration, and no other") {
  Names keys;
  for (const auto& example : examples())
    add_keys(example, "", keys);
  const auto headings = page::names(page::below(configuration(), "Keys"));
  CHECK(page::missing(keys, headings) == Names{});
  CHECK(page::missing(headings, keys) == Names{});
}

TEST_CASE("every key that the code reads has its heading in configuration.md") {
  const Names resources{"cpu", "memory"};
  const Names of_pods{"metadata", "labels", "spec"};  // read like a deployment's podTemplate
  // The name is the first argument, or the second after the reader.
  const auto literals = page::in_sources(
      {"gradient/spec/read_settings.cpp", "gradient/spec/read_instance_types.cpp",
       "gradient/spec/read_endpoint.cpp", "gradient/spec/read_helper_resources.cpp"},
      R"re(\(\s*(?:\w+,\s*)?"([a-z][A-Za-z]*)")re");
  const auto headings = page::names(page::below(configuration(), "Keys"));
  const auto read = page::missing(literals, resources);
  CHECK(read.size() > 25);
  CHECK(page::missing(read, last_parts(headings)) == Names{});
  CHECK(page::missing(page::missing(last_parts(headings), of_pods), read) == Names{});
}

TEST_CASE("the sizes in operating.md are those of benchmarks.md") {
  const auto read = [](const char* name) {
    return base::read_file(fs::path(SOURCE_DIR) / "docs" / name);
  };
  const auto operating = read("operating.md");
  const auto measured = [benchmarks = read("benchmarks.md")](const std::string& what) {
    std::smatch match;
    const std::regex row("\\| " + what + " \\| ([^|]+) \\|");
    return std::regex_search(benchmarks, match, row) ? match[1].str() : "";
  };
  const std::regex row(
      R"re(\| (\d+) \| (\d+) MB \| (\S+ s) \| (\S+ s) \| (\S+ s) \| (\S+ ms) a minute \|)re");
  int rows = 0;
  for (std::sregex_iterator match(operating.begin(), operating.end(), row), end; match != end;
       ++match, ++rows) {
    const auto of = [&, count = (*match)[1].str()](const std::string& what) {
      return measured(count + " \\| " + what);
    };
    const auto resident = of("resident: empty, settled, peak");
    const auto settled = std::stod(resident.substr(resident.find(", ") + 2));
    CHECK(std::lround(settled / 1000) == std::stol((*match)[2]));
    CHECK(of("cold start, until the last write") == (*match)[3]);
    CHECK(of("burst of as many again, until the last write") == (*match)[4]);
    CHECK(of("restart: until all stores are filled") == (*match)[5]);
    CHECK(of("idle 60 s: writes; CPU") == "0; " + (*match)[6].str());
  }
  CHECK(rows == 2);
}

TEST_CASE("every metric of the code is in operating.md, and no other") {
  const auto metrics = page::in_sources(
      {"."}, R"re((?:(?:counters|gauges|histograms|family)\(|Family\{)\s*"([a-z_]+)")re");
  const auto headings = documented_metrics();
  CHECK(metrics.size() > 15);
  CHECK(page::missing(metrics, headings) == Names{});
  CHECK(page::missing(headings, metrics) == Names{});
}

TEST_CASE("every alert of the chart is in operating.md, and no other") {
  const auto chart = fs::path(SOURCE_DIR) / "helm/gradient-operator/files/alerts.yaml";
  Names alerts;
  const auto rules = json::parse_single_yaml(base::read_file(chart), chart.string());
  for (const auto& rule : json::elements_at(rules, {}))
    alerts.insert(json::string_at(rule, {"alert"}));
  CHECK(alerts.size() > 3);
  CHECK(page::names(page::below(operating(), "Alerts")) == alerts);
}

TEST_CASE("every metric that alerts and dashboard ask for is in operating.md") {
  const auto files = fs::path(SOURCE_DIR) / "helm/gradient-operator/files";
  const auto known = documented_metrics();
  for (const auto* name : {"alerts.yaml", "dashboard.json"}) {
    Names asked_for;
    const auto text = base::read_file(files / name);
    const std::regex metric(R"re(\b([a-z]+(?:_[a-z]+)+?)(?:_bucket)?\{)re");
    for (std::sregex_iterator match(text.begin(), text.end(), metric), end; match != end; ++match)
      asked_for.insert((*match)[1]);
    INFO(name);
    CHECK(asked_for.size() > 5);
    CHECK(page::missing(asked_for, known) == Names{});
  }
}
