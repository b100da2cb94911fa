// What GitOps tools make of our objects: kstatus' own library, the Lua engine of Argo CD, and
// kubectl's kustomize.

#include "base/files.h"
#include "base/process.h"
#include "docs/page.h"
#include "gradient/status/kstatus.h"
#include "json/yaml.h"
#include "support/folder.h"
#include "support/skip.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fcntl.h>
#include <regex>
#include <sstream>

namespace {

using gradient::Condition;
using gradient::ConditionStatus;
using json::Json;
using Names = std::set<std::string>;
namespace fs = std::filesystem;

const fs::path gitops = SOURCE_DIR "/manifests/gitops";

/// A program that the tests are given by the environment; empty where it is not there.
std::string program(const char* variable) {
  const auto* value = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): nobody sets any
  if (value != nullptr && fs::exists(value)) return value;
  support::skip(std::string(variable) + " names no program");
  return {};
}

std::string output_of(const std::vector<std::string>& arguments, const std::string& input = "",
                      const std::vector<std::string>& environment = {}) {
  const Folder folder;
  const auto file = folder.write("input", input);
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  const auto ended =
      base::run({.arguments = arguments, .environment = environment, .input = descriptor});
  close(descriptor);
  INFO(ended.errors);
  REQUIRE(ended.exit_code == 0);
  return ended.output;
}

/// One of ours, as the API server has it.
Json object(const std::vector<Condition>& conditions, std::int64_t observed = 2) {
  const gradient::Parent parent{.kind = "GradientDeployment",
                                .ns = "team",
                                .name = "chat",
                                .uid = "u",
                                .generation = 2,
                                .sync = {}};
  auto status = json::object({{"observedGeneration", observed}});
  if (!conditions.empty())
    status["conditions"] = gradient::conditions(conditions, parent, {}, "2026-01-01T00:00:00Z");
  return json::object(
      {{"apiVersion", "gradient-operator.dev/v1alpha1"},
       {"kind", "GradientDeployment"},
       {"metadata", json::object({{"name", "chat"}, {"namespace", "team"}, {"generation", 2}})},
       {"status", status}});
}

Json object_with(ConditionStatus ready, const std::string& reason, bool is_past_deadline = false) {
  std::vector<Condition> conditions{{"Ready", ready, reason, "because"}};
  for (const auto& entry : gradient::kstatus_conditions(conditions.front(), is_past_deadline))
    conditions.push_back(entry);
  return object(conditions);
}

/// The reasons of the page, each with what tools are to see of it.
std::map<std::string, std::string> expected() {
  std::map<std::string, std::string> result;
  const auto page = page::of_docs("troubleshooting.md");
  const auto stalled = [] {
    const auto text = base::read_file(SOURCE_DIR "/docs/gitops.md");
    const auto begin = text.find("<!-- stalled -->");
    const auto list = text.substr(begin, text.find("and with any", begin) - begin);
    static const std::regex name("`([A-Za-z]+)`");
    Names names;
    for (std::sregex_iterator next(list.begin(), list.end(), name), end; next != end; ++next)
      names.insert((*next)[1]);
    return names;
  }();
  REQUIRE(stalled.size() > 5);
  const auto right = page::names(page::below(page, "Nothing is wrong"));
  for (const auto& heading : page.headings) {
    if (heading.level != 3) continue;
    for (const auto& reason : page::names(heading))
      result[reason] = right.contains(reason)     ? "Current"
                       : stalled.contains(reason) ? "Failed"
                                                  : "InProgress";
  }
  for (const auto& reason : stalled) {
    INFO(reason);
    CHECK(result.contains(reason));
  }
  return result;
}

/// The script at a place of argocd-cm.yaml, in a file.
fs::path script(const Folder& folder, const std::string& kind, const std::string& part,
                const std::string& action = "") {
  const auto map = json::parse_yaml(base::read_file(gitops / "argocd-cm.yaml")).documents.at(0);
  const auto all =
      json::parse_yaml(json::string_at(map.value, {"data", "resource.customizations"}));
  REQUIRE(all.problems.empty());
  const auto of_kind = json::at(all.documents.at(0).value, {kind});
  if (part == "health.lua") return folder.write("lua", json::string_at(of_kind, {part}));
  const auto actions = json::parse_yaml(json::string_at(of_kind, {"actions"}));
  REQUIRE(actions.problems.empty());
  const auto& value = actions.documents.at(0).value;
  if (part == "discovery.lua") return folder.write("lua", json::string_at(value, {part}));
  const auto& definition = json::element_with(json::at(value, {"definitions"}), "name", action);
  return folder.write("lua", json::string_at(definition, {"action.lua"}));
}

}  // namespace

TEST_CASE("kstatus sees every reason as the page on GitOps says") {
  const auto kstatus = program("GRADIENT_KSTATUS");
  if (kstatus.empty()) return;
  const auto all = expected();
  CHECK(all.size() > 60);
  std::string input;
  std::string wanted;
  for (const auto& [reason, seen] : all) {
    const auto ready = seen == "Current" ? ConditionStatus::True : ConditionStatus::False;
    const bool past_deadline = reason == "ProgressDeadlineExceeded";
    input += json::text(object_with(ready, reason, past_deadline)) + "\n";
    wanted += reason + " " + seen + "\n";
  }
  std::istringstream lines(output_of({kstatus}, input));
  std::string seen;
  for (const auto& [reason, expected] : all) {
    std::string line;
    std::getline(lines, line);
    seen += reason + " " + line.substr(0, line.find(':')) + "\n";
  }
  CHECK(seen == wanted);
}

TEST_CASE("kstatus waits for an object that no operator has looked at, or whose edit is new") {
  const auto kstatus = program("GRADIENT_KSTATUS");
  if (kstatus.empty()) return;
  const auto ready = Condition{"Ready", ConditionStatus::True, "Ready", "all is well"};
  const auto stalled = Condition{"Stalled", ConditionStatus::True, "CrashLoop", "it ends"};
  CHECK(output_of({kstatus}, json::text(object({}, -1))).starts_with("InProgress: "));
  CHECK(output_of({kstatus}, json::text(object({ready}, 1))).starts_with("InProgress: "));
  CHECK(output_of({kstatus}, json::text(object({ready}))).starts_with("Current: "));
  CHECK(output_of({kstatus}, json::text(object_with(ConditionStatus::False, "CrashLoop", true)))
            .starts_with("Failed: because"));
}

TEST_CASE("Argo CD shows health as the page on GitOps says") {
  const auto lua = program("GRADIENT_ARGOCD_LUA");
  if (lua.empty()) return;
  const Folder folder;
  const auto health = script(folder, "gradient-operator.dev/*", "health.lua").string();
  const auto seen = [&](const Json& of) {
    const auto told = json::parse(output_of({lua, health}, json::text(of)));
    return json::string_at(told, {"status"}) + ", " + json::string_at(told, {"message"});
  };
  CHECK(seen(object_with(ConditionStatus::True, "Ready")) == "Healthy, Ready: because");
  CHECK(seen(object_with(ConditionStatus::False, "InvalidSpec")) ==
        "Degraded, InvalidSpec: because");
  CHECK(seen(object_with(ConditionStatus::False, "SecretNotFound")) ==
        "Progressing, SecretNotFound: because");
  CHECK(seen(object({}, -1)) == "Progressing, no operator has looked at this version yet");
  CHECK(seen(object({{"Ready", ConditionStatus::True, "Ready", "because"}}, 1)) ==
        "Progressing, no operator has looked at this version yet");
  CHECK(seen(object({{"Ready", ConditionStatus::True, "Ready", "because"},
                     {"Paused", ConditionStatus::True, "Paused", "by hand"}},
                    1)) == "Suspended, Paused: by hand");
  auto bare = object({});
  bare.erase("status");
  CHECK(seen(bare) == "Progressing, no operator has looked at this version yet");
}

TEST_CASE("Argo CD's menu sets and removes our annotations") {
  const auto lua = program("GRADIENT_ARGOCD_LUA");
  if (lua.empty()) return;
  const Folder folder;
  const auto run = [&](const std::string& kind, const std::string& part, const std::string& action,
                       const Json& of) {
    const auto file = script(folder, "gradient-operator.dev/" + kind, part, action);
    return json::parse(output_of({lua, file.string()}, json::text(of)));
  };
  const auto annotation = [](const Json& of, const char* name) {
    return json::string_at(of, {"metadata", "annotations", name});
  };
  const auto plain = object({});
  const auto paused = run("GradientDeployment", "", "pause", plain);
  CHECK(annotation(paused, "gradient-operator.dev/paused") == "true");
  CHECK(json::at(run("GradientDeployment", "discovery.lua", "", paused), {"resume", "disabled"}) ==
        Json(false));
  CHECK(json::at(run("GradientDeployment", "discovery.lua", "", plain), {"resume", "disabled"}) ==
        Json(true));
  const auto resumed = run("GradientDeployment", "", "resume", paused);
  CHECK(annotation(resumed, "gradient-operator.dev/paused").empty());
  for (const auto& [kind, action] :
       {std::pair("GradientDeployment", "newest-commits"), std::pair("Model", "fetch-again")}) {
    const auto asked = annotation(run(kind, "", action, plain), "gradient-operator.dev/sync");
    INFO(asked);
    CHECK(std::regex_match(asked, std::regex("20[0-9-]{8}T[0-9:]{8}Z")));
  }
}

TEST_CASE("kustomize follows names, images and replicas into our objects") {
  const auto kubectl = program("GRADIENT_KUBECTL");
  if (kubectl.empty()) return;
  const Folder folder;
  fs::copy_file(gitops / "kustomize-gradient.yaml", folder / "kustomize-gradient.yaml");
  folder.write("kustomization.yaml", R"(
resources: [app.yaml]
configurations: [kustomize-gradient.yaml]
namePrefix: staging-
images: [{name: registry.example.com/team/chat, newTag: "2.1"}]
replicas: [{name: chat, count: 3}]
secretGenerator: [{name: reader, literals: [accessKeyId=a, secretAccessKey=b]}, {name: login, literals: [a=b]}]
)");
  const auto document = [](const std::string& kind, const std::string& name,
                           const std::string& spec) {
    return "---\napiVersion: gradient-operator.dev/v1alpha1\nkind: " + kind +
           "\nmetadata: {name: " + name + "}\nspec: " + spec + "\n";
  };
  folder.write(
      "app.yaml",
      document("Dataset", "code", "{claimName: files}") +
          document("Model", "llm", "{source: {url: 's3://b', secretName: reader}, dataset: code}") +
          document("Model", "art", "{source: {url: 'oci://h/a:1', containerRegistry: hub}}") +
          document("ContainerRegistry", "hub", "{secretName: login}") +
          document("GradientDeployment", "chat",
                   "{image: 'registry.example.com/team/chat:1.0', containerRegistry: hub, "
                   "models: [{id: llm}, {id: art, path: /a}], repositories: {dataset: code, "
                   "repositories: []}, resources: {instanceType: C4}}") +
          "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: files}\n");
  const auto made = json::parse_yaml(output_of({kubectl, "kustomize", (folder / "").string()}));
  REQUIRE(made.problems.empty());
  const auto spec = [&](const std::string& kind, const std::string& name) {
    for (const auto& each : made.documents)
      if (json::string_at(each.value, {"kind"}) == kind &&
          json::string_at(each.value, {"metadata", "name"}) == name)
        return json::at(each.value, {"spec"});
    FAIL("there is no " << kind << " " << name);
    return Json();
  };
  const auto chat = spec("GradientDeployment", "staging-chat");
  CHECK(json::string_at(chat, {"image"}) == "registry.example.com/team/chat:2.1");
  CHECK(json::integer_at(chat, {"resources", "replicas"}) == 3);
  CHECK(json::string_at(chat, {"containerRegistry"}) == "staging-hub");
  CHECK(json::string_at(chat, {"repositories", "dataset"}) == "staging-code");
  CHECK(json::string_at(json::at(chat, {"models"}).at(0), {"id"}) == "staging-llm");
  CHECK(json::string_at(json::at(chat, {"models"}).at(1), {"id"}) == "staging-art");
  const auto llm = spec("Model", "staging-llm");
  CHECK(json::string_at(llm, {"dataset"}) == "staging-code");
  CHECK(json::string_at(llm, {"source", "secretName"}).starts_with("staging-reader-"));
  CHECK(json::string_at(spec("Model", "staging-art"), {"source", "containerRegistry"}) ==
        "staging-hub");
  CHECK(json::string_at(spec("ContainerRegistry", "staging-hub"), {"secretName"})
            .starts_with("staging-login-"));
  CHECK(json::string_at(spec("Dataset", "staging-code"), {"claimName"}) == "staging-files");
}
