#include "cli/render.h"

#include "cli/exit_code.h"
#include "cli/support/session.h"
#include "json/yaml.h"

#include <catch2/catch.hpp>

using json::Json;
using Lines = std::vector<std::string>;
using session::Outcome;

namespace {

Outcome run(const cli::RenderOptions& options) {
  return session::run([&] { return cli::render(options); });
}

/// Of one file f.yaml with this content.
Outcome render(const std::string& content, cli::RenderOptions options = {}) {
  const session::Folder folder;
  options.files = {folder.add("f.yaml", content)};
  return run(options);
}

/// "Kind namespace/name" of every object in YAML output.
Lines objects(const Outcome& outcome) {
  const auto read = json::parse_yaml(outcome.output);
  CHECK(read.problems.empty());
  Lines lines;
  for (const auto& document : read.documents) {
    lines.push_back(json::string_at(document.value, {"kind"}) + " " +
                    json::string_at(document.value, {"metadata", "namespace"}) + "/" +
                    json::string_at(document.value, {"metadata", "name"}));
  }
  return lines;
}

/// The first rendered object of this kind; null when there is none.
Json object(const Outcome& outcome, const std::string& kind) {
  for (const auto& document : json::parse_yaml(outcome.output).documents) {
    if (json::string_at(document.value, {"kind"}) == kind) return document.value;
  }
  return {};
}

/// A document of five lines before the first of `spec`.
std::string resource(const std::string& kind, const std::string& name, const std::string& spec) {
  return "---\napiVersion: gradient-operator.dev/v1alpha1\nkind: " + kind +
         "\nmetadata: {name: " + name + "}\nspec:\n" + spec;
}

const std::string small = "image: app\nresources: {instanceType: C4}\n";

const std::string everything = R"(image: app
containerRegistry: hub
models:
  - id: llm
    path: /opt/models/llm
  - id: words
    path: /opt/models/words
repositories:
  dataset: code
  repositories: [{url: https://git.example.com/a, name: a}]
resources: {instanceType: C4}
)";

}  // namespace

TEST_CASE("a bare spec becomes the objects of the deployment that is named") {
  const auto outcome = render(small, {.name = "demo", .ns = "team"});
  CHECK(outcome.code == cli::Fine);
  CHECK(outcome.messages == Lines{});
  CHECK(objects(outcome) == Lines{"Service team/demo", "Deployment team/demo"});
}

TEST_CASE("a bare spec without a name is that of its file's, and refused where that has none") {
  CHECK(objects(render(small)) == Lines{"Service default/f", "Deployment default/f"});
  CHECK(objects(render("apiVersion: v0alpha0\nname: My App\n$schema: x\n" + small)) ==
        Lines{"Service default/my-app", "Deployment default/my-app"});
  CHECK(objects(render("{name: reviews, deploymentSpecs: [{data: {image: app, command: ~,\n"
                       "resources: {instanceType: C4}}}]}")) ==
        Lines{"Service default/reviews", "Deployment default/reviews"});
  const session::Input input(small);
  const auto outcome = session::run([] { return cli::render({.files = {"-"}}); });
  CHECK(outcome.code == cli::ProblemsInInput);
  CHECK(outcome.output.empty());
  CHECK(outcome.messages ==
        Lines{"stdin:1: is a bare Gradient spec: give the deployment's name with --name"});
}

TEST_CASE("a reference that no file defines is refused at its line") {
  const auto outcome = render(everything, {.name = "demo"});
  CHECK(outcome.code == cli::ProblemsInInput);
  CHECK(outcome.output.empty());
  CHECK(outcome.messages ==
        Lines{"f.yaml:2: containerRegistry: no given file defines the ContainerRegistry hub; add "
              "one that does, or --assume-missing",
              "f.yaml:4: models[0].id: no given file defines the Model llm; add one that does, or "
              "--assume-missing",
              "f.yaml:6: models[1].id: no given file defines the Model words; add one that does, "
              "or --assume-missing",
              "f.yaml:9: repositories.dataset: no given file defines the Dataset code; add one "
              "that does, or --assume-missing"});
}

TEST_CASE("what is missing can be assumed, with a warning") {
  const auto outcome = render(everything, {.name = "demo", .assume_missing = true});
  CHECK(outcome.code == cli::Fine);
  REQUIRE(outcome.messages.size() == 4);
  CHECK(outcome.messages[0] ==
        "f.yaml:2: containerRegistry: warning: no given file defines the ContainerRegistry hub; "
        "defaults take its place");
  const auto pod = json::at(object(outcome, "Deployment"), {"spec", "template", "spec"});
  CHECK(json::text(json::at(pod, {"imagePullSecrets"})) == R"([{"name":"hub-pull"}])");
  Lines claims;
  for (const auto& volume : json::elements_at(pod, {"volumes"})) {
    const auto claim = json::string_at(volume, {"persistentVolumeClaim", "claimName"});
    if (!claim.empty()) claims.push_back(claim);
  }
  CHECK(claims == Lines{"code"});
  CHECK(outcome.output.find("missing://llm") != std::string::npos);
  CHECK(outcome.output.find("missing://words") != std::string::npos);
}

TEST_CASE("references are found in any of the files, in any order") {
  const session::Folder folder;
  folder.add("spec.yaml", everything);
  folder.add("rest/models.yaml",
             resource("Model", "llm", "  source: {url: 's3://b/llm'}\n") +
                 resource("Model", "words", "  source: {url: 'pvc://shared/words'}\n"));
  folder.add("rest/code.yaml", resource("Dataset", "code", "  size: 1Gi\n"));
  folder.add("rest/hub.yaml",
             resource("ContainerRegistry", "hub",
                      "  {server: docker.io, username: bot, password: 'SECRET:HUB'}\n") +
                 "---\napiVersion: v1\nkind: Secret\nmetadata: {name: gradient-secrets}\n"
                 "data: {HUB: aHVudGVyMg==}\n");
  const auto outcome = run({.files = {"spec.yaml", "rest"}, .name = "demo"});
  CHECK(outcome.code == cli::Fine);
  CHECK(
      outcome.messages ==
      Lines{"rest/hub.yaml:8: note: a Secret is not checked here",
            "rest/hub.yaml:2: warning: Secret hub-pull is left out, as it has the password; where "
            "there is none, make it with kubectl create secret docker-registry hub-pull "
            "--namespace default"});
  CHECK(objects(outcome) == Lines{"Service default/demo", "Deployment default/demo",
                                  "PersistentVolumeClaim default/code"});
}

TEST_CASE("a password is never printed, and what is left out because of it is named") {
  const auto registry =
      resource("ContainerRegistry", "hub",
               "  {server: h.example.com, username: u, password: 'SECRET:s/k'}\n");
  const auto secret =
      "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {k: canary}\n";
  for (const auto& files : {registry, registry + secret}) {
    const auto outcome = render(files, {.ns = "team"});
    CHECK(outcome.code == cli::Fine);
    CHECK(outcome.output.empty());
    CHECK(outcome.messages.back() ==
          "f.yaml:2: warning: Secret hub-pull is left out, as it has the password; where there is "
          "none, make it with kubectl create secret docker-registry hub-pull --namespace team");
  }
  const auto given = render(resource("ContainerRegistry", "hub", "  {secretName: mine}\n"));
  CHECK(given.messages == Lines{});
}

TEST_CASE("what is printed is nobody's: no owner, whose absence would remove it, and no mark") {
  const auto files = resource("Dataset", "code", "  size: 1Gi\n  reclaimPolicy: Delete\n") +
                     resource("GradientDeployment", "demo",
                              "  image: a\n  resources: {instanceType: C4, replicas: 2}\n"
                              "  repositories:\n    dataset: code\n    repositories: "
                              "[{url: 'https://h/r', name: r}]\n");
  for (const auto* output : {"yaml", "json"}) {
    const auto outcome = render(files, {.output = output});
    CHECK(outcome.code == cli::Fine);
    CHECK(outcome.output.find("PodDisruptionBudget") != std::string::npos);
    CHECK(outcome.output.find("PersistentVolumeClaim") != std::string::npos);
    for (const auto* mark : {"ownerReferences", "gradient-operator.dev/applied",
                             "gradient-operator.dev/rendering-rules"})
      CHECK(outcome.output.find(mark) == std::string::npos);
  }
}

TEST_CASE("what somebody asked for stays on the pods, and on the Ingress") {
  const session::Folder folder;
  folder.add("config.yaml",
             "endpoint: {domain: example.com, ingressClass: c, annotations: {a.example/b: c}}\n");
  folder.add("f.yaml",
             "apiVersion: gradient-operator.dev/v1alpha1\nkind: GradientDeployment\n"
             "metadata: {name: demo, annotations: {gradient-operator.dev/sync: now}}\n"
             "spec: {image: a, resources: {instanceType: C4}}\n");
  const auto outcome = run({.files = {"f.yaml"}, .config = "config.yaml"});
  CHECK(json::text(json::at(object(outcome, "Ingress"), {"metadata", "annotations"})) ==
        R"({"a.example/b":"c"})");
  CHECK(json::text(json::at(object(outcome, "Deployment"),
                            {"spec", "template", "metadata", "annotations"})) ==
        R"({"gradient-operator.dev/sync":"now","kubectl.kubernetes.io/default-container":"app"})");
}

TEST_CASE("checkouts are those of the object in the cluster, and of no other object without one") {
  const auto checkout = [](const std::string& metadata) {
    const auto outcome = render(
        "apiVersion: gradient-operator.dev/v1alpha1\nkind: GradientDeployment\n"
        "metadata: {" +
            metadata +
            "}\nspec:\n  image: a\n  resources: {instanceType: C4}\n  repositories:\n"
            "    dataset: code\n    repositories: [{url: 'https://h/r', name: r}]\n",
        {.assume_missing = true});
    CHECK(outcome.code == cli::Fine);
    const std::string folder = ".gradient/checkouts/";
    const auto begin = outcome.output.find(folder) + folder.size();
    return outcome.output.substr(begin, outcome.output.find('/', begin) - begin);
  };
  CHECK(checkout("name: web, uid: 0b8b-uid").starts_with("0b8b-uid-"));
  CHECK(checkout("name: web") == checkout("name: web, namespace: default"));
  CHECK(checkout("name: web") != checkout("name: worker"));
  CHECK(checkout("name: web") != checkout("name: web, namespace: other"));
}

TEST_CASE("another group's object of the same kind and name defines nothing") {
  const auto outcome =
      render(everything +
                 "---\napiVersion: data.example.com/v1\nkind: Dataset\nmetadata: {name: code}\n"
                 "spec: {mounts: []}\n",
             {.name = "demo"});
  CHECK(outcome.code == cli::ProblemsInInput);
  CHECK(outcome.messages.back() ==
        "f.yaml:9: repositories.dataset: no given file defines the Dataset code; add one that "
        "does, or --assume-missing");
}

TEST_CASE("an object of another namespace defines nothing") {
  const auto outcome = render(
      "---\napiVersion: gradient-operator.dev/v1alpha1\nkind: ContainerRegistry\n"
      "metadata: {name: hub, namespace: other}\nspec: {secretName: s}\n" +
      resource("GradientDeployment", "demo",
               "  {image: a, containerRegistry: hub, resources: {instanceType: C4}}\n"));
  CHECK(outcome.code == cli::ProblemsInInput);
  CHECK(outcome.messages ==
        Lines{"f.yaml:11: spec.containerRegistry: no given file defines the ContainerRegistry hub; "
              "add one that does, or --assume-missing"});
}

TEST_CASE("what exists but cannot serve is refused at the field that asks for it") {
  const auto outcome =
      render(resource("Dataset", "code", "  size: 1Gi\n  accessModes: [ReadOnlyMany]\n") +
             resource("GradientDeployment", "demo",
                      "  image: a\n  resources: {instanceType: C4}\n"
                      "  repositories:\n    dataset: code\n    repositories: "
                      "[{url: 'https://h/r', name: r}]\n"));
  CHECK(outcome.code == cli::ProblemsInInput);
  CHECK(outcome.output.empty());
  CHECK(outcome.messages ==
        Lines{"f.yaml:16: spec.repositories.dataset: the claim of Dataset code is ReadOnlyMany, "
              "but repositories are cloned into it; use a Dataset whose access modes allow "
              "writing"});
}

TEST_CASE("one object given twice is refused, as the second would replace the first") {
  const auto outcome = render(small + "---\n" + small, {.name = "demo"});
  CHECK(outcome.code == cli::ProblemsInInput);
  CHECK(outcome.output.empty());
  CHECK(outcome.messages ==
        Lines{"f.yaml:4: defines the object of f.yaml:1 again; keep one of the two"});
}

TEST_CASE("nothing is rendered when one of the documents has a problem") {
  const auto outcome = render(resource("Dataset", "code", "  size: 1Gi\n") +
                              resource("Dataset", "data", "  size: ten\n"));
  CHECK(outcome.code == cli::ProblemsInInput);
  CHECK(outcome.output.empty());
  CHECK(outcome.messages ==
        Lines{"f.yaml:12: spec.size: must be a quantity above zero, such as 10Gi"});
}

TEST_CASE("YAML and JSON output hold the same objects, and the same ones every time") {
  const auto awkward =
      everything +
      R"(env: [{name: A, value: "yes"}, {name: B, value: "0123"}, {name: C, value: "a: b #c\n\ttwo"},
  {name: D, value: "☺ \"quoted\" 'x'"}, {name: E, value: "  "}, {name: F, value: "1e3"},
  {name: G, value: "- x"}, {name: H, value: "null"}, {name: I, value: "<<"}, {name: J, value: "\e"}]
command: ["--x", "*a", "&b", "!c", "|", ">", "%", "@", "`", "12:30:45", "0x1f", "~", "=", ".inf", "2001-01-01"]
)";
  cli::RenderOptions options{.name = "demo", .assume_missing = true};
  const auto yaml = render(awkward, options);
  CHECK(yaml.code == cli::Fine);
  CHECK(render(awkward, options).output == yaml.output);
  options.output = "json";
  const auto list = json::parse(render(awkward, options).output);
  CHECK(json::string_at(list, {"apiVersion"}) == "v1");
  CHECK(json::string_at(list, {"kind"}) == "List");
  const auto& items = json::elements_at(list, {"items"});
  const auto read = json::parse_yaml(yaml.output);
  CHECK(read.problems.empty());
  REQUIRE(read.documents.size() == items.size());
  REQUIRE(items.size() == 2);
  for (std::size_t i = 0; i < items.size(); ++i)
    CHECK(json::text(read.documents[i].value) == json::text(items.at(i)));
}

TEST_CASE("JSON output is a list even of nothing") {
  const auto outcome =
      render(resource("Model", "m", "  source: {url: 's3://b'}\n"), {.output = "json"});
  CHECK(outcome.code == cli::Fine);
  CHECK(json::text(json::parse(outcome.output)) ==
        R"({"apiVersion":"v1","items":[],"kind":"List"})");
}

TEST_CASE("the configuration's image is used") {
  const session::Folder folder;
  folder.add("f.yaml", everything);
  folder.add("config.yaml", "images: {sync: 'registry.example.com/helper:9'}\n");
  const auto outcome =
      run({.files = {"f.yaml"}, .name = "demo", .config = "config.yaml", .assume_missing = true});
  CHECK(outcome.output.find("registry.example.com/helper:9") != std::string::npos);
}
