#include "cli/import.h"

#include "base/files.h"
#include "cli/exit_code.h"
#include "cli/support/session.h"
#include "cli/validate.h"

#include <catch2/catch.hpp>

#include <algorithm>

using Lines = std::vector<std::string>;
using session::Outcome;

namespace {

Outcome import_specs(const cli::ImportOptions& options) {
  return session::run([&] { return cli::import_specs(options); });
}

Lines names_in(const std::string& output) {
  Lines names;
  for (const auto& line : session::lines(output))
    if (line.starts_with("  name: ")) names.push_back(line.substr(8));
  return names;
}

const std::string small = "image: app\nresources: {machineType: C4, ports: [80]}\n";

}  // namespace

TEST_CASE("what import prints is what validate takes") {
  for (const auto& folder :
       std::filesystem::directory_iterator(SOURCE_DIR "/tests/golden/import")) {
    DYNAMIC_SECTION(folder.path().filename().string()) {
      const auto imported = import_specs({.files = {(folder.path() / "input.yaml").string()}});
      CHECK(imported.messages.empty());
      REQUIRE(imported.code == cli::Fine);
      const session::Input input(imported.output);
      const session::Captured warnings(std::cerr);
      CHECK(session::run([] { return cli::validate({.files = {"-"}}); }).code == cli::Fine);
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
      "; a Gradient deployment spec has image, port and env beside resources with instanceType or "
      "machineType";
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
  CHECK(names_in(outcome.output) == Lines{"llm", "a", "b"});
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

TEST_CASE("a folder of specs without names is imported, each named after its file or folder") {
  const session::Folder folder;
  folder.add("specs/My App.yaml", small);
  folder.add("specs/chat.yml", small);
  folder.add("shop/deployment.yaml", small);
  const auto outcome = import_specs({.files = {"specs", "shop"}});
  CHECK(outcome.messages.empty());
  CHECK(outcome.code == cli::Fine);
  CHECK(names_in(outcome.output) == Lines{"my-app", "chat", "shop"});
  CHECK(outcome.output.find("  # By the file: the spec has no name.\n  name: shop\n") !=
        std::string::npos);
}

TEST_CASE("two specs that come to one name are told with both of their places") {
  const session::Folder folder;
  folder.add("a/chat.yaml", small);
  folder.add("b/chat.yaml", "# second\n" + small);
  folder.add("c/other.yaml", "name: chat\n" + small);
  const std::string remedy = "write another name, or import this one alone, with --name";
  CHECK(import_specs({.files = {"a", "b", "c"}}).messages ==
        Lines{"b/chat.yaml:2: name: is not there, and chat, by the file, is the name of "
              "a/chat.yaml:1 too; " +
                  remedy,
              "c/other.yaml:1: name: is the name of a/chat.yaml:1 too; " + remedy});
  CHECK(import_specs({.files = {"a", "b"}, .name = "mine"}).messages ==
        Lines{"b/chat.yaml:2: --name: is the name of a/chat.yaml:1 too; import one spec at a time "
              "with --name"});
}

TEST_CASE("standard input has no name, and --name is before a file's") {
  const session::Folder folder;
  folder.add("chat.yaml", small);
  CHECK(names_in(import_specs({.files = {"chat.yaml"}, .name = "mine"}).output) == Lines{"mine"});
  const session::Input input(small);
  CHECK(import_specs({.files = {"-"}}).messages ==
        Lines{"stdin:1: name: is not there; give the deployment's name with --name"});
}

TEST_CASE("what is good is printed and the rest told when import keeps going") {
  const session::Folder folder;
  folder.add("specs/a.yaml", "name: a\n" + small);
  folder.add("specs/b.yaml", "prot: 1\nmodels: [{id: lost}]\n" + small);
  folder.add("specs/c.yaml", "services: {}\n");
  folder.add("specs/d.yaml", small + "---\n'\n");
  const auto stopped = import_specs({.files = {"specs"}});
  const auto outcome = import_specs({.files = {"specs"}, .keep_going = true});
  CHECK(stopped.output.empty());
  CHECK(outcome.code == cli::ProblemsInInput);
  CHECK(outcome.messages == stopped.messages);
  CHECK(outcome.messages.size() == 3);
  CHECK(names_in(outcome.output) == Lines{"a", "d"});
}

TEST_CASE("problems of what is around a spec have the lines of the file") {
  const session::Folder folder;
  folder.add("export.json",
             "{\"name\": \"n\", \"deploymentSpecs\": [\n {\"data\": {\"image\": \"app\",\n"
             "  \"prot\": 1, \"resources\": {\"instanceType\": \"C4\"}}}]}\n");
  CHECK(import_specs({.files = {"export.json"}}).messages ==
        Lines{"export.json:3: prot: unknown field; did you mean port?"});
}

TEST_CASE("import does not tell what the operator's configuration lacks without having seen it") {
  const session::Folder folder;
  folder.add("app.yaml",
             "name: a\nimage: app\nresources:\n  instanceType: C4\n  autoscaling:\n"
             "    maxReplicas: 2\n    metrics: [{metric: requestDuration, summary: "
             "average, value: 0.1}]\n");
  const auto output = import_specs({.files = {"app.yaml"}}).output;
  CHECK(output.find("only where the operator's configuration names a") != std::string::npos);
  folder.add("config.yaml", "metrics: {requestDuration: {name: latency}}\n");
  CHECK(import_specs({.files = {"app.yaml"}, .config = "config.yaml"}).output.find("only where") ==
        std::string::npos);
}

TEST_CASE("what import prints instead of a URL that it cannot know is told by validate") {
  const session::Folder folder;
  folder.add("app.yaml",
             "name: a\nmodels: [{id: m}]\nenv: [{name: A, value: change-me}]\n" + small);
  folder.add("out.yaml", import_specs({.files = {"app.yaml"}}).output);
  const auto outcome = session::run([] { return cli::validate({.files = {"out.yaml"}}); });
  CHECK(outcome.code == cli::Fine);
  const auto told = [&](const std::string& part) {
    return std::any_of(
        outcome.messages.begin(), outcome.messages.end(),
        [&](const std::string& line) { return line.find(part) != std::string::npos; });
  };
  CHECK(told(": spec.source.url: warning: is still the placeholder that import wrote; "));
  CHECK(told(": spec.env[0].value: warning: has a placeholder; write what belongs there"));
}

TEST_CASE("a script with a spec in it is told from YAML, with the lines of the spec") {
  const session::Folder folder;
  const std::string spec = "image: app\nresources: {machineType: C4}\n";
  const auto is_told = [](const std::string& place, const std::string& word) {
    const auto problem = place + ": begins a here-document of a shell script, up to the line " +
                         word +
                         "; write what is between them to a file of its own, and name that file";
    CHECK(import_specs({.files = {"f"}}).messages == Lines{problem});
    CHECK(session::run([] { return cli::validate({.files = {"f"}}); }).messages == Lines{problem});
  };
  folder.add("f", "#!/bin/sh\n\ngradient deployments create --spec /dev/stdin <<EOF\n" + spec +
                      "EOF\necho done\n");
  is_told("f:3", "EOF");
  folder.add("f", "cat > spec.yaml <<-'END_OF_SPEC'\r\n\t" + spec + "\tEND_OF_SPEC\r\n");
  is_told("f:1", "END_OF_SPEC");
  folder.add("f", "#!/usr/bin/env python\nprint('spec')\n");
  CHECK_THAT(import_specs({.files = {"f"}}).messages.at(0),
             Catch::StartsWith("f:1: is a script, no Gradient spec; "));
}

TEST_CASE("a spec that runs a script is YAML, also one with a mistake") {
  const session::Folder folder;
  folder.add("f", "name: a\n" + small + "command: [sh, -c]\nenv:\n- name: A\n  value: |\n" +
                      "    cat <<EOF\n    x\n    EOF\n");
  CHECK(import_specs({.files = {"f"}}).messages.empty());
  folder.add("f", "<<: {image: app}\nname: a\nresources: {machineType: C4\nenv: |\n  cat <<EOF\n" +
                      std::string("  EOF\n"));
  const auto messages = import_specs({.files = {"f"}}).messages;
  REQUIRE(messages.size() == 1);
  CHECK_THAT(messages[0], !Catch::Contains("here-document"));
}

TEST_CASE("import tells problems in the order of their lines") {
  const session::Folder folder;
  folder.add("f", "name: a\nprot: 1\nimage: 5\nresources: {machineType: C4}\n");
  const auto lines = import_specs({.files = {"f"}}).messages;
  REQUIRE(lines.size() == 2);
  CHECK_THAT(lines[0], Catch::StartsWith("f:2: prot: "));
  CHECK_THAT(lines[1], Catch::StartsWith("f:3: image: "));
}

TEST_CASE("a file that cannot be read is one more problem when import keeps going") {
  const session::Folder folder;
  folder.add("a.yaml", "name: a\n" + small);
  std::filesystem::create_directory("empty");
  const auto outcome =
      import_specs({.files = {"none.yaml", "empty", "a.yaml"}, .keep_going = true});
  CHECK(outcome.code == cli::ProblemsInInput);
  CHECK(outcome.messages == Lines{"none.yaml: No such file or directory",
                                  "empty:1: is a folder without .yaml, .yml or .json files"});
  CHECK(names_in(outcome.output) == Lines{"a"});
  CHECK_THROWS_WITH(import_specs({.files = {"none.yaml"}}), "none.yaml: No such file or directory");
}
