#include "cli/validate.h"

#include "cli/exit_code.h"
#include "cli/support/session.h"

#include <catch2/catch.hpp>

#include <algorithm>

using Lines = std::vector<std::string>;

namespace {

struct Outcome {
  int code = 0;
  Lines lines;  ///< standard error
  bool operator==(const Outcome&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
  out << "exit " << outcome.code;
  for (const auto& line : outcome.lines)
    out << "\n  " << line;
  return out;
}

Outcome run(const cli::ValidateOptions& options) {
  const session::Captured errors(std::cerr);
  const session::Captured output(std::cout);
  const int code = cli::validate(options);
  return {code, session::lines(errors.text())};
}

/// Of one file f.yaml with this content.
Outcome validate(const std::string& content) {
  const session::Folder folder;
  return run({.files = {folder.add("f.yaml", content)}});
}

Outcome refused(Lines lines) {
  return {cli::ProblemsInInput, std::move(lines)};
}

const Outcome fine{cli::Fine, {}};

const std::string header =
    "apiVersion: gradient-operator.dev/v1alpha1\n"
    "kind: GradientDeployment\n"
    "metadata: {name: demo}\n";
const std::string spec = "spec: {image: app, resources: {instanceType: C4}}\n";

std::string repeated(const std::string& text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i)
    all += text;
  return all;
}

struct Case {
  std::string name, yaml;
  Outcome outcome;
};

}  // namespace

TEST_CASE("specs as the old platform took them are fine without apiVersion and kind") {
  const auto yaml = GENERATE(as<std::string>{}, R"(
image: lucone83/streamlit-nginx
containerRegistry: container-registry-name
command:
  - my
  - command
port: 8080
env:
  - name: ENV
    value: VAR
models:
  - id: model-handle
    path: /opt/models
repositories:
  dataset: dataset-ref
  mountPath: /opt/repos
  repositories:
    - url: https://github.com/tensorflow/serving.git
      name: tf-serving
      username: example
      password: SECRET:secret_name
resources:
  replicas: 1
  instanceType: C4
)",
                             R"(
image: tensorflow/serving
port: 8501
models:
  - id: model-id
    path: /opt/models
env:
  - name: MODEL_BASE_PATH
    value: /opt/models
resources:
  replicas: 1
  instanceType: C4
)",
                             R"(
image: ubuntu:20.04
port: 8501
resources:
  replicas: 1
  instanceType: C4
repositories:
  dataset: dstflhstfexl6w3
  mountPath: /opt/repositories
  repositories:
    - url: https://github.com/tensorflow/serving.git
      name: tf-serving
    - url: https://github.com/paperspace/ml-private.git
      name: paperspace-ml
      username: paperspace-user
      password: SECRET:paperspace-github-token
)");
  CHECK(validate(yaml) == fine);
}

TEST_CASE("a problem is told with file, line and field; in a bare spec without the word spec") {
  CHECK(validate(
            "image: app\nresources:\n  replicas: 1\n  instanceType: C4\nport: 99999\nprot: 1\n") ==
        refused({"f.yaml:5: port: must be a whole number from 1 to 65535",
                 "f.yaml:6: prot: unknown field; did you mean port?"}));
  CHECK(validate(header +
                 "spec:\n  image: app\n  env:\n    - name: A\n      value: [b]\n  resources: "
                 "{instanceType: C4}\n") ==
        refused({"f.yaml:8: spec.env[0].value: must be a string, not a list"}));
  CHECK(validate(header + "spec: {image: app, resources: {instanceType: Z9, replicas: 1}}\n")
            .lines.at(0)
            .starts_with("f.yaml:4: spec.resources.instanceType: there is no machine \"Z9\" here; "
                         "there are A100"));
}

TEST_CASE("a bare spec that has to be imported is told to be, once") {
  const std::string advice =
      "f.yaml:1: note: is in the format of the Gradient platform: gradient-operator import -f "
      "f.yaml makes objects of it";
  const auto later = validate("image: app\nresources:\n  ports: [80]\n  machineType: C4\n");
  CHECK(later.lines.size() > 2);
  CHECK(std::count(later.lines.begin(), later.lines.end(), advice) == 1);
  const auto object = validate(header + "spec: {name: a, image: app, resources: {ports: [80]}}\n");
  for (const auto& line : object.lines)
    CHECK(line.find("import") == std::string::npos);
}

TEST_CASE("a bare spec is taken with its name, version and $schema, and what is around it") {
  const std::string plain = "image: app\nresources: {instanceType: C4}\n";
  CHECK(validate("$schema: x\napiVersion: v0alpha0\nname: My App\n" + plain) == fine);
  CHECK(validate("{name: nn, deploymentSpecs: [{data: {image: app, port: ~, resources: "
                 "{instanceType: C4}}}]}") == fine);
  CHECK(validate("name: nn\nconfig:\n  image: app\n  prot: 1\n  resources: {instanceType: C4}\n") ==
        refused({"f.yaml:4: prot: unknown field; did you mean port?"}));
  CHECK(validate("apiVersion: v2\nname: 5\n" + plain) ==
        refused({"f.yaml:1: apiVersion: must be one of v0alpha0, v0alpha1, v1, latest, or left out",
                 "f.yaml:2: name: must be a text with a letter a-z or a digit, and no password"}));
}

TEST_CASE("another format is called by its name by validate too") {
  const std::string wanted =
      "; a Gradient deployment spec has image, port and env beside resources with instanceType or "
      "machineType";
  CHECK(validate("on: push\njobs: {build: {runs-on: x}}\n") ==
        refused({"f.yaml:1: is a GitHub Actions workflow, no Gradient spec" + wanted}));
  CHECK(validate("services: {web: {image: app}}\n") ==
        refused({"f.yaml:1: is a compose file, no Gradient spec" + wanted}));
}

TEST_CASE("a value that cannot be a machine is shown") {
  CHECK(validate("image: app\nresources: {instanceType: <Machine Type> <-- We suggest one}\n") ==
        refused({"f.yaml:2: resources.instanceType: must be the name of a machine, such as C4 or "
                 "P4000x2; is \"<Machine Type> <-- We suggest one\""}));
}

TEST_CASE("what is not an object of ours, and no spec, is said") {
  const auto test = GENERATE_COPY(values<Case>({
      {"a text", "hello",
       refused({"f.yaml:1: must be a mapping: a custom resource or a Gradient spec"})},
      {"a list", "- a",
       refused({"f.yaml:1: must be a mapping: a custom resource or a Gradient spec"})},
      {"nothing", "# nothing\n", refused({"f.yaml:1: holds no document"})},
      {"a kind that is no word", "apiVersion: v1\nkind: 5\n" + spec,
       refused({"f.yaml:2: kind: must be the name of a kind, such as GradientDeployment"})},
      {"no kind", "apiVersion: gradient-operator.dev/v1alpha1\nKind: Model\n" + spec,
       refused({"f.yaml:1: kind: must be the name of a kind, such as GradientDeployment"})},
      {"a line break in a kind", "kind: \"a\\nb\"\napiVersion: v1\n",
       refused({"f.yaml:1: kind: must be the name of a kind, such as GradientDeployment"})},
      {"a misspelt kind",
       "apiVersion: gradient-operator.dev/v1alpha1\nkind: GradientDeploymnt\nmetadata: {name: "
       "a}\n" +
           spec,
       refused({"f.yaml:2: kind: must be one of GradientDeployment, Model, Dataset, "
                "ContainerRegistry"})},
      {"no version", "kind: Model\nmetadata: {name: a}\n",
       refused({"f.yaml:1: apiVersion: must be a group and a version, such as "
                "gradient-operator.dev/v1alpha1"})},
      {"another version",
       "kind: Model\napiVersion: gradient-operator.dev/v1\nmetadata: {name: a}\n",
       refused({"f.yaml:2: apiVersion: must be gradient-operator.dev/v1alpha1, the only version "
                "there is"})},
      {"another group",
       "kind: GradientDeployment\napiVersion: apps/v1\nmetadata: {name: a}\n" + spec,
       refused({"f.yaml:2: apiVersion: must be gradient-operator.dev/v1alpha1, the only version "
                "there is"})},
      {"no name", "apiVersion: gradient-operator.dev/v1alpha1\nkind: GradientDeployment\n" + spec,
       refused({"f.yaml:1: metadata.name: is required; write it, such as demo"})},
      {"a namespace that is none",
       "apiVersion: gradient-operator.dev/v1alpha1\nkind: GradientDeployment\nmetadata:\n  name: "
       "a\n  "
       "namespace: My_Team\n" +
           spec,
       refused(
           {"f.yaml:5: metadata.namespace: must be a DNS label of at most 63 lower-case letters, "
            "digits and '-', such as default"})},
      {"somebody else's Dataset",
       "apiVersion: data.example.com/v1\nkind: Dataset\nmetadata: {name: a}\nspec: {mounts: []}\n",
       {cli::Fine, {"f.yaml:1: note: a Dataset is not checked here"}}},
  }));
  DYNAMIC_SECTION(test.name) {
    CHECK(validate(test.yaml) == test.outcome);
  }
}

TEST_CASE("every document of every file is judged by itself") {
  const session::Folder folder;
  folder.add("one.yaml", header + spec +
                             "---\napiVersion: gradient-operator.dev/v1alpha1\nkind: "
                             "GradientDeployment\nmetadata: {name: other}\nspec: {}\n---\nimage: "
                             "app\n");
  folder.add("two.json", R"({"kind": "Dataset", "apiVersion": "gradient-operator.dev/v1alpha1",
 "metadata": {"name": "d"},
 "spec": {"size": "ten"}})");
  CHECK(run({.files = {"one.yaml", "two.json"}}) ==
        refused({"one.yaml:9: spec.image: is required; write it, such as "
                 "registry.example.com/team/app:1.4",
                 "one.yaml:9: spec.resources: is required; write it, such as resources: "
                 "{instanceType: C4}",
                 "one.yaml:11: resources: is required; write it, such as resources: {instanceType: "
                 "C4}",
                 "two.json:3: spec.size: must be a quantity above zero, such as 10Gi"}));
}

TEST_CASE("one object given twice is refused, wherever it is defined") {
  const session::Folder folder;
  folder.add("one.yaml", header + spec);
  folder.add("two.yaml", "---\n" + header + spec + "---\nkind: Secret\napiVersion: v1\n" +
                             "metadata: {name: demo}\n");
  folder.add("team.yaml",
             "apiVersion: gradient-operator.dev/v1alpha1\nkind: GradientDeployment\n"
             "metadata: {name: demo, namespace: team}\n" +
                 spec);
  CHECK(run({.files = {"one.yaml", "two.yaml", "team.yaml"}}) ==
        refused({"two.yaml:2: defines the object of one.yaml:1 again; keep one of the two",
                 "two.yaml:7: note: a Secret is not checked here"}));
}

TEST_CASE("bare specs are one object only when they are given a name") {
  const session::Folder folder;
  const std::string bare = "image: app\nresources: {instanceType: C4}\n";
  folder.add("f.yaml", bare + "---\n" + bare);
  CHECK(run({.files = {"f.yaml"}}) == fine);
  CHECK(run({.files = {"f.yaml"}, .name = "demo"}) ==
        refused({"f.yaml:4: defines the object of f.yaml:1 again; keep one of the two"}));
}

TEST_CASE("the items of a list are objects with lines and warnings of their own") {
  const auto yaml = R"({"apiVersion": "v1", "kind": "List", "items": [
{"apiVersion": "gradient-operator.dev/v1alpha1", "kind": "Dataset", "metadata": {"name": "d"},
 "spec": {"size": "0"}},
{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}},
5,
{"kind": "DatasetList", "apiVersion": "gradient-operator.dev/v1alpha1", "items": [
  {"apiVersion": "gradient-operator.dev/v1alpha1", "kind": "Dataset", "metadata": {"name": "e"},
   "spec": {"size": "1Gi",
     "runAsUser": 010}}]}]})";
  CHECK(validate(yaml) ==
        refused({"f.yaml:3: spec.size: must be a quantity above zero, such as 10Gi",
                 "f.yaml:4: note: a Secret is not checked here",
                 "f.yaml:5: must be a mapping: a custom resource or a Gradient spec",
                 "f.yaml:9: spec.runAsUser: warning: is read as an octal number; put it in quotes "
                 "if the text is meant"}));
}

TEST_CASE("a folder stands for its YAML and JSON files in alphabetical order") {
  const session::Folder folder;
  folder.add("specs/b.yml", "port: x");
  folder.add("specs/a.yaml", "port: x");
  folder.add("specs/c.json", "{\"port\": \"x\"}");
  folder.add("specs/README.md", "port: x");
  folder.add("specs/deeper.yaml/d.yaml", "port: x");
  Lines ports;
  for (const auto& line : run({.files = {"specs"}}).lines) {
    if (line.find("port:") != std::string::npos) ports.push_back(line);
  }
  CHECK(ports == Lines{"specs/a.yaml:1: port: must be a whole number from 1 to 65535",
                       "specs/b.yml:1: port: must be a whole number from 1 to 65535",
                       "specs/c.json:1: port: must be a whole number from 1 to 65535"});
  folder.add("none/README.md", "");
  CHECK(run({.files = {"none"}}) ==
        refused({"none:1: is a folder without .yaml, .yml or .json files"}));
}

TEST_CASE("standard input is read for - and called stdin") {
  const session::Input input("image: app\nport: 0\nresources: {instanceType: C4}\n");
  CHECK(run({.files = {"-"}}) ==
        refused({"stdin:2: port: must be a whole number from 1 to 65535"}));
}

TEST_CASE("the name for a bare spec is judged too") {
  const session::Input input("image: app\nresources: {instanceType: C4}\n");
  CHECK(run({.files = {"-"}, .name = "My_App"}) ==
        refused({"stdin:1: --name: must be a DNS label of at most 50 characters that begins with a "
                 "letter, such as my-app: a Service bears this name"}));
}

TEST_CASE("the operator's configuration decides about machines") {
  const session::Folder folder;
  folder.add("config.yaml",
             "instanceTypes: {Mine: {requests: {cpu: 1, memory: 1Gi}, limits: {cpu: 1, "
             "memory: 1Gi}}}\n");
  folder.add("f.yaml", "image: app\nresources: {instanceType: mine}\n");
  CHECK(run({.files = {"f.yaml"}, .config = "config.yaml"}) == fine);
}

TEST_CASE("a metric that the configuration does not offer is warned about") {
  const session::Folder folder;
  folder.add("config.yaml", "metrics: {requestDuration: {name: seconds}}\n");
  folder.add("f.yaml",
             "image: app\nresources:\n  instanceType: C4\n  autoscaling:\n    maxReplicas: 3\n"
             "    metrics:\n      - {metric: cpu, value: 50}\n"
             "      - {metric: requestDuration, value: 0.5}\n");
  CHECK(
      run({.files = {"f.yaml"}}) ==
      Outcome{cli::Fine,
              {"f.yaml:8: resources.autoscaling.metrics[1].metric: warning: requestDuration has "
               "an effect only where the operator's configuration names a metric for it; see that "
               "metrics.requestDuration.name is set there, or scale by cpu or memory"}});
  CHECK(run({.files = {"f.yaml"}, .config = "config.yaml"}) == fine);
}

TEST_CASE("a file that cannot be read at all is no problem of the input") {
  const session::Folder folder;
  CHECK_THROWS_WITH(run({.files = {"missing.yaml"}}), "missing.yaml: No such file or directory");
  folder.add("large.yaml", std::string((16U << 20U) + 1, ' '));
  CHECK_THROWS_WITH(run({.files = {"large.yaml"}}), "large.yaml: is longer than 16777216 bytes");
  const session::Input input(std::string((16U << 20U) + 1, ' '));
  CHECK_THROWS_WITH(run({.files = {"-"}}), "standard input is longer than 16 MiB");
}

TEST_CASE("hostile files end in one line each") {
  const std::string mega(1U << 20U, 'x');
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 20; ++i) {
    const auto last = "*a" + std::to_string(i - 1) + ",";
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + repeated(last, 9) + "]\n";
  }
  const auto test = GENERATE_COPY(values<Case>({
      {"bytes that are no text", std::string("a: \xff\xfe\0\x01", 7),
       refused({"f.yaml:1: is not valid UTF-8; save the file as UTF-8"})},
      {"a NUL", std::string("image: app\nport: \0", 18),
       refused({"f.yaml:2: has a control character; write it as an escape in double quotes"})},
      {"a billion laughs", bomb,
       refused({"f.yaml:5: has more than 100000 values, aliases written out; split it"})},
      {"brackets", std::string(100000, '['),
       refused({"f.yaml:1: ends too early: the '[' of line 1 is not closed"})},
      {"a long image", header + "spec: {image: " + mega + ", resources: {instanceType: C4}}\n",
       refused({"f.yaml:4: spec.image: has 1048576 characters; at most 1024 are allowed"})},
      {"a long name",
       "apiVersion: gradient-operator.dev/v1alpha1\nkind: Model\nmetadata: {name: " + mega +
           "}\nspec: {source: {url: 's3://b'}}\n",
       refused({"f.yaml:3: metadata.name: has 1048576 characters; at most 253 are allowed"})},
      {"a long kind", "apiVersion: v1\nkind: " + mega + "\n",
       refused({"f.yaml:2: kind: must be the name of a kind, such as GradientDeployment"})},
      {"a long variable",
       header + "spec: {image: app, resources: {instanceType: C4}, env: [{name: A, value: " + mega +
           "}]}\n",
       refused({"f.yaml:4: spec.env[0].value: has 1048576 characters; at most 32768 are allowed"})},
      {"ten thousand variables",
       header + "spec:\n  image: app\n  resources: {instanceType: C4}\n  env:\n" +
           repeated("    - {name: A}\n", 10000),
       refused({"f.yaml:7: spec.env: has 10000 entries; at most 512 are allowed"})},
      {"no YAML", "a: [\n", refused({"f.yaml:1: has a '[' that is not closed"})},
  }));
  DYNAMIC_SECTION(test.name) {
    CHECK(validate(test.yaml) == test.outcome);
  }
}

TEST_CASE("thousands of problems are not all told") {
  const auto outcome = validate(repeated("---\nimage: 5\nresources: {instanceType: C4}\n", 10000));
  CHECK(outcome.code == cli::ProblemsInInput);
  REQUIRE(outcome.lines.size() == 201);
  CHECK(outcome.lines.at(199) ==
        "f.yaml:599: image: must be a string, not a number; put it in quotes");
  CHECK(outcome.lines.back() == "and more problems; correct these first");
  CHECK(validate("[" + repeated("1,", 1000) + "]").lines.size() == 1);
  CHECK(validate("{apiVersion: v1, kind: List, items: [" + repeated("1,", 1000) + "]}")
            .lines.size() == 201);
}

TEST_CASE("what a name or key brings along does not reach the terminal") {
  const auto outcome =
      validate(header + "spec: {image: app, resources: {instanceType: C4}, \"a\\nb\\e[31m\": 1}\n");
  REQUIRE(outcome.lines.size() == 1);
  CHECK(outcome.lines.at(0).starts_with("f.yaml:4: spec[\"a?b?[31m\"]: unknown field; remove it"));
}

TEST_CASE("a registry that is for another server than a model's is a warning") {
  const auto checked = validate(
      "apiVersion: gradient-operator.dev/v1alpha1\n"
      "kind: ContainerRegistry\n"
      "metadata: {name: hub}\n"
      "spec: {server: r.example.com, username: bot, password: 'SECRET:A'}\n---\n"
      "apiVersion: gradient-operator.dev/v1alpha1\n"
      "kind: Model\n"
      "metadata: {name: llm}\n"
      "spec:\n  source:\n    url: oci://other.example.com/team/llm:1\n"
      "    containerRegistry: hub\n");
  CHECK(checked ==
        Outcome{cli::Fine,
                {"f.yaml:12: spec.source.containerRegistry: warning: ContainerRegistry hub is for "
                 "r.example.com, and spec.source.url is at other.example.com: host, port and path "
                 "must be those that spec.source.url begins with"}});
}

TEST_CASE("an archive that nobody asks to unpack is a warning") {
  const auto checked = [](const std::string& source) {
    return validate(
        "apiVersion: gradient-operator.dev/v1alpha1\n"
        "kind: Model\n"
        "metadata: {name: llm}\n"
        "spec:\n  source:\n    " +
        source + "\n");
  };
  const Outcome warned{
      cli::Fine,
      {"f.yaml:6: spec.source.url: warning: names an archive, which is served as it is; write "
       "source.unpack: true for what is in it"}};
  CHECK(checked("url: https://h/llm.tar.gz") == warned);
  CHECK(checked("url: s3://b/LLM.ZIP") == warned);
  CHECK(checked("url: https://h/llm.tar.gz\n    unpack: true") == fine);
  CHECK(checked("url: git+https://h/data.zip") == fine);
  CHECK(checked("url: pvc://claim/llm.zip") == fine);
  CHECK(checked("url: https://h/llm.gz") == fine);
}

TEST_CASE("a registry that is for another server than the image's is a warning") {
  const auto checked = [](const std::string& server, const std::string& image) {
    return validate(
        "apiVersion: gradient-operator.dev/v1alpha1\n"
        "kind: ContainerRegistry\n"
        "metadata: {name: hub}\n"
        "spec: {server: '" +
        server + "', username: bot, password: 'SECRET:A'}\n---\n" + header + "spec:\n  image: " +
        image + "\n  containerRegistry: hub\n  resources: {instanceType: C4}\n");
  };
  CHECK(checked("https://R.example.com/v2/", "r.example.com/team/app") == fine);
  CHECK(checked("docker.io", "team/app") == fine);
  CHECK(checked("r.example.com:5000", "r.example.com/team/app") ==
        Outcome{cli::Fine,
                {"f.yaml:11: spec.containerRegistry: warning: ContainerRegistry hub is for "
                 "r.example.com:5000, and spec.image is at r.example.com: host, port and path must "
                 "be those that spec.image begins with"}});
}

TEST_CASE("two deployments of one run that choose one host are told") {
  const session::Folder folder;
  const auto config = folder.add(
      "config.yaml",
      "endpoint: {domain: a.example, ingressClass: c, allowedHosts: {default: [chat]}}\n");
  const auto with_host = [](const std::string& name) {
    return "apiVersion: gradient-operator.dev/v1alpha1\nkind: GradientDeployment\nmetadata: "
           "{name: " +
           name +
           "}\nspec:\n  image: app\n  resources: {instanceType: C4}\n"
           "  endpoint: {host: chat.a.example}\n";
  };
  const auto outcome =
      run({.files = {folder.add("f.yaml", with_host("one") + "---\n" + with_host("two"))},
           .config = config});
  CHECK(outcome ==
        Outcome{cli::Fine,
                {"f.yaml:15: spec.endpoint.host: warning: is that of f.yaml:1 too; only one of the "
                 "two gets it"}});
}

TEST_CASE("what is valid is said, of each object, on standard output") {
  const session::Folder folder;
  const session::Input input(header + spec);
  folder.add("app.yaml", header + spec +
                             "---\napiVersion: gradient-operator.dev/v1alpha1\nkind: "
                             "Dataset\nmetadata: {name: d}\nspec: {size: 0}\n");
  folder.add("bare.yaml", "image: app\nresources: {instanceType: C4}\n");
  const auto outcome = session::run([] {
    return cli::validate({.files = {"bare.yaml", "app.yaml"}});
  });
  CHECK(outcome.code == cli::ProblemsInInput);
  CHECK(outcome.output ==
        "bare.yaml: the bare spec is valid; for kubectl, gradient-operator import -f bare.yaml "
        "makes an object of it\n"
        "app.yaml: GradientDeployment demo is valid\n");
  CHECK(session::run([] { return cli::validate({.files = {"-"}}); }).output ==
        "stdin: GradientDeployment demo is valid\n");
  folder.add("config.yaml", "");
  CHECK(session::run([] { return cli::validate({.config = "config.yaml"}); }).output ==
        "config.yaml: the configuration is valid\n");
}

TEST_CASE("problems come in the order of the files, and in them of the lines") {
  const session::Folder folder;
  folder.add("b.yaml", "image: app\nresources: {instanceType: C4}\nport: 0\n---\na: [\n");
  folder.add("a.yaml", "prot: 1\nport: 0\nimage: 5\nresources: {instanceType: C4}\n");
  Lines begins;
  for (const auto& line : run({.files = {"b.yaml", "a.yaml"}}).lines)
    begins.push_back(line.substr(0, line.find(": ")));
  CHECK(begins == Lines{"b.yaml:3", "b.yaml:5", "a.yaml:1", "a.yaml:2", "a.yaml:3"});
}

TEST_CASE("a name that nothing takes is told") {
  const session::Folder folder;
  folder.add("f.yaml", header + spec);
  CHECK(run({.files = {"f.yaml"}, .name = "other"}) ==
        Outcome{cli::Fine,
                {"f.yaml:1: note: --name is for bare specs; objects have the name in their "
                 "metadata"}});
}

TEST_CASE("a podTemplate in the way of what the operator adds is found without a cluster") {
  const std::string mount =
      "spec:\n  image: app\n  resources: {instanceType: C4}\n"
      "  models: [{id: llm, path: /models/llm}]\n"
      "  repositories: {dataset: code, mountPath: /opt/repos, repositories: [{url: "
      "'https://h/a.git', name: a}]}\n"
      "  podTemplate:\n    spec:\n      volumes: [{name: code, persistentVolumeClaim: {claimName: "
      "code}}]\n"
      "      containers:\n        - name: app\n          volumeMounts:\n"
      "            - {name: code, mountPath: /models/llm/more}\n";
  CHECK(
      validate(header + mount) ==
      refused({"f.yaml:15: spec.podTemplate.spec.containers[0].volumeMounts[0].mountPath: is at "
               "or below /models/llm, where the operator mounts content; choose a path outside of "
               "it"}));
  const auto whole = validate(
      header + mount +
      "---\napiVersion: gradient-operator.dev/v1alpha1\nkind: Dataset\nmetadata: {name: code}\n"
      "spec: {size: 1Gi}\n---\napiVersion: gradient-operator.dev/v1alpha1\nkind: Model\n"
      "metadata: {name: llm}\nspec: {source: {url: 's3://b'}}\n");
  REQUIRE(whole.lines.size() == 2);
  CHECK(whole.lines.front().starts_with(
      "f.yaml:11: spec.podTemplate.spec.volumes[0].persistentVolumeClaim.claimName: "));
}
