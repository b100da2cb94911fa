#include "cli/import.h"

#include "base/files.h"
#include "cli/exit_code.h"
#include "cli/support/session.h"
#include "cli/validate.h"

#include <catch2/catch.hpp>

using Lines = std::vector<std::string>;
using session::Outcome;

namespace {

Outcome import_specs(const cli::ImportOptions& options) {
  return session::run([&] { return cli::import_specs(options); });
}

const std::string small = "image: app\nresources: {machineType: C4, ports: [80]}\n";

}  // namespace

TEST_CASE("what import prints is what validate takes") {
  for (const auto& folder :
       std::filesystem::directory_iterator(SOURCE_DIR "/tests/golden/import")) {
    DYNAMIC_SECTION(folder.path().filename().string()) {
      const auto specs = base::read_file(folder.path() / "input.yaml");
      const bool has_name = specs.find("name: demo") != std::string::npos ||
                            specs.find("\nname: ") != std::string::npos ||
                            specs.starts_with("name: ");
      Outcome imported;
      {
        const session::Input input(specs);
        imported = import_specs({.files = {"-"}, .name = has_name ? "" : "demo"});
      }
      CHECK(imported.messages.empty());
      REQUIRE(imported.code == cli::Fine);
      const session::Input input(imported.output);
      const session::Captured warnings(std::cerr);
      CHECK(cli::validate({.files = {"-"}}) == cli::Fine);
    }
  }
}

TEST_CASE("problems of import have their line, and nothing is printed then") {
  const session::Folder folder;
  folder.add("a.yaml", "name: a\n" + small);
  folder.add("b.yaml", "name: b\n" + small + "---\n# another\nname: c\n" + small + "prot: 1\n");
  folder.add("c.yaml", "apiVersion: apps/v1\nkind: Deployment\n");
  folder.add("d.yaml", "# nothing\n");
  folder.add("e.yaml", "a: [\n");
  const auto outcome = import_specs({.files = {"a.yaml", "b.yaml", "c.yaml", "d.yaml", "e.yaml"}});
  constexpr const char* wanted =
      "; import reads Gradient deployment specs: image, port and env beside resources with "
      "instanceType or machineType";
  CHECK(outcome.code == cli::ProblemsInInput);
  CHECK(outcome.output.empty());
  CHECK(outcome.messages ==
        Lines{"b.yaml:9: prot: unknown field; did you mean port?",
              std::string("c.yaml:1: is a Kubernetes Deployment (apps/v1), no Gradient spec") +
                  wanted,
              std::string("d.yaml:1: is empty, no Gradient spec") + wanted,
              "e.yaml:1: has a '[' that is not closed"});
}

TEST_CASE("a folder is imported as the files in it, which share what they name alike") {
  const session::Folder folder;
  const std::string model = "models: [{id: llm}]\n";
  folder.add("specs/a.yaml", "name: a\n" + small + model);
  folder.add("specs/b.json", R"({"name": "b", "image": "app", "models": [{"id": "llm"}],
                                 "resources": {"instanceType": "C4"}})");
  folder.add("specs/README.md", "not read");
  const auto outcome = import_specs({.files = {"specs"}});
  CHECK(outcome.code == cli::Fine);
  Lines names;
  for (const auto& line : session::lines(outcome.output))
    if (line.starts_with("  name: ")) names.push_back(line);
  CHECK(names == Lines{"  name: llm", "  name: a", "  name: b"});
}

TEST_CASE("a machine of the configuration is taken by import") {
  const session::Folder folder;
  folder.add("spec.yaml", "name: a\nimage: app\nresources: {machineType: IPU-POD16}\n");
  folder.add("config.yaml",
             "instanceTypes: {IPU-POD16: {requests: {cpu: 4, memory: 30Gi}, limits: {memory: "
             "30Gi}}}\n");
  CHECK(import_specs({.files = {"spec.yaml"}}).code == cli::ProblemsInInput);
  const auto outcome = import_specs({.files = {"spec.yaml"}, .config = "config.yaml"});
  CHECK(outcome.messages.empty());
  CHECK(outcome.code == cli::Fine);
}

TEST_CASE("the page about migration shows a spec, and what import makes of it") {
  const auto page = base::read_file(SOURCE_DIR "/docs/migrating-from-gradient.md");
  const auto file = std::string(SOURCE_DIR "/tests/golden/import/page/input.yaml");
  const auto imported = import_specs({.files = {file}});
  CHECK(imported.code == cli::Fine);
  for (const auto& text : {base::read_file(file), imported.output}) {
    INFO(text);
    CHECK(page.find("```yaml\n" + text + "```\n") != std::string::npos);
  }
}

TEST_CASE("the page about migration quotes messages as they are") {
  const auto page = base::read_file(SOURCE_DIR "/docs/migrating-from-gradient.md");
  const session::Folder folder;
  folder.add("app.yaml",
             "name: app\nimage: app\ncomand: [serve]\nenv:\n  - name: A\n    value: b\n"
             "resources:\n  ports: [80]\n  machineType: IPU-POD16\n");
  const auto outcome = import_specs({.files = {"app.yaml"}});
  CHECK(outcome.messages.size() == 2);
  for (const auto& line : outcome.messages) {
    const auto quoted = line.substr(0, line.find(", A100-80Gx2"));
    INFO(quoted);
    CHECK(page.find("    " + quoted) != std::string::npos);
  }
}
