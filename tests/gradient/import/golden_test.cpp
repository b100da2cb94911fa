#include "base/files.h"
#include "gradient/import/file_name.h"
#include "gradient/import/import.h"
#include "gradient/import/other_format.h"
#include "gradient/spec/read_dataset.h"
#include "gradient/spec/read_deployment.h"
#include "gradient/spec/read_model.h"
#include "gradient/spec/read_registry.h"
#include "json/yaml.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

/// The folders of tests/golden/import: input.yaml (specs as the platform took them) and
/// expected.yaml (what import prints).
namespace {

namespace fs = std::filesystem;

std::vector<json::Json> documents(const std::string& text) {
  const auto read = json::parse_yaml(text);
  CHECK(read.problems.empty());
  std::vector<json::Json> values;
  for (const auto& document : read.documents)
    values.push_back(document.value);
  return values;
}

/// A spec without name is called after its folder.
std::string imported(const fs::path& folder) {
  const auto settings = gradient::default_settings();
  gradient::Importer importer(settings);
  const auto text = base::read_file(folder / "input.yaml");
  for (const auto& spec : gradient::specs_in(json::parse_yaml(text).documents, text)) {
    CHECK(gradient::other_format(spec.document.value).empty());
    const auto problems =
        importer.add(spec, {.of_file = gradient::name_of_file((folder / "spec.yaml").string())});
    CHECK(json::text(problems).empty());
  }
  return importer.text();
}

void for_each_folder(const std::function<void(const fs::path&)>& check) {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(SOURCE_DIR "/tests/golden/import"))
    folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  REQUIRE(folders.size() > 5);
  for (const auto& folder : folders) {
    DYNAMIC_SECTION(folder.filename().string()) {
      check(folder);
    }
  }
}

template <class Spec>
std::string problems_of(const gradient::Reading<Spec>& reading) {
  const auto* problems = std::get_if<json::Problems>(&reading);
  return problems == nullptr ? "" : json::text(*problems);
}

std::string problems_of(const json::Json& object) {
  const auto kind = json::string_at(object, {"kind"});
  if (kind == "GradientDeployment")
    return problems_of(gradient::read_deployment(object, gradient::default_settings()));
  if (kind == "Model") return problems_of(gradient::read_model(object));
  if (kind == "Dataset") return problems_of(gradient::read_dataset(object));
  if (kind == "ContainerRegistry") return problems_of(gradient::read_registry(object));
  return "is no object of ours";
}

}  // namespace

TEST_CASE("what is imported is what the golden folder expects") {
  for_each_folder([](const fs::path& folder) {
    const auto file = folder / "expected.yaml";
    const auto text = imported(folder);
    const char* update = std::getenv("UPDATE_GOLDEN");
    if (update != nullptr && std::string_view(update) == "1") std::ofstream(file) << text;
    CHECK(text == base::read_file(file));
  });
}

TEST_CASE("whatever is imported is valid") {
  for_each_folder([](const fs::path& folder) {
    for (const auto& object : documents(imported(folder))) {
      INFO(json::text(object));
      CHECK(problems_of(object).empty());
    }
  });
}

TEST_CASE("every name that is imported is defined beside it") {
  for_each_folder([](const fs::path& folder) {
    std::set<std::string> defined{"Dataset ", "ContainerRegistry "};
    std::set<std::string> used;
    for (const auto& object : documents(imported(folder))) {
      const auto kind = json::string_at(object, {"kind"});
      CHECK(defined.insert(kind + " " + json::string_at(object, {"metadata", "name"})).second);
      used.insert("Dataset " + json::string_at(object, {"spec", "repositories", "dataset"}));
      used.insert("ContainerRegistry " + json::string_at(object, {"spec", "containerRegistry"}));
      for (const auto& model : json::elements_at(object, {"spec", "models"}))
        used.insert("Model " + json::string_at(model, {"id"}));
    }
    CHECK(std::includes(defined.begin(), defined.end(), used.begin(), used.end()));
  });
}

TEST_CASE("a secret in plain text is not repeated") {
  for_each_folder(
      [](const fs::path& folder) { CHECK(imported(folder).find("canary") == std::string::npos); });
}
