#include "gradient/spec/read_deployment.h"

#include "gradient/spec/documents.h"
#include "gradient/spec/parent.h"

#include <catch2/catch.hpp>

using gradient::DeploymentSpec;
using Lines = std::vector<std::string>;

namespace {

struct Case {
  std::string name, more;
  Lines problems;
};

DeploymentSpec spec(std::string_view more) {
  const auto reading = gradient::read_deployment(documents::deployment(more));
  INFO(Catch::StringMaker<Lines>::convert(documents::problems(reading)));
  REQUIRE(std::holds_alternative<DeploymentSpec>(reading));
  return std::get<DeploymentSpec>(reading);
}

/// A list of `count` entries, all the same.
std::string repeated(const std::string& entry, std::size_t count) {
  std::string list = "[";
  for (std::size_t i = 0; i < count; ++i)
    list += entry + ",";
  return list + "]";
}

}  // namespace

TEST_CASE("a spec that names image and machine alone gets the defaults of the spec page") {
  DeploymentSpec expected;
  expected.image = "app";
  expected.resources.instance_type = "C4";
  CHECK(spec("") == expected);
  CHECK(expected.listening_port() == 80);
  CHECK(expected.resources.replicas == 1);
  CHECK(spec("models: [{id: m}]").models.at(0).path == "/opt/models");
  CHECK(spec("repositories: {dataset: d, repositories: [{url: 'https://h/r', name: r}]}")
            .repositories->mount_path == "/opt/repos");
}

TEST_CASE("null is the same as absent") {
  CHECK(spec("port: null\nenv: null\nmodels:\nrepositories: ~\nhealthChecks:\nenabled:\n"
             "command:\ncontainerRegistry:\nhealthCheck: null") == spec(""));
}

TEST_CASE("everything that can be written arrives in the type") {
  const auto read = spec(R"(
enabled: false
containerRegistry: dockerhub-prod
command: [python, app.py, --port, 8080, ""]
port: "7860"
env:
  - {name: PLAIN, value: VAR}
  - {name: NUMBER, value: 8080}
  - {name: EMPTY}
  - {name: KEY, value: "SECRET:API_TOKEN"}
  - {name: OTHER, value: "secret:my-secret/apiToken"}
models: [{id: m, path: /opt//models/m/}]
repositories:
  dataset: code
  mountPath: /opt/repositories/
  readOnly: true
  datasetPath: /opt//data/
  datasetReadOnly: true
  history: full
  repositories:
    - {url: "https://git.example.com:8443/a/b.git", name: .My_Repo, ref: release/1.x,
       username: user, password: "Secret:github-token"}
healthChecks:
  liveness: {exec: {command: [cat, 1]}, initialDelaySeconds: 3}
  readiness: {path: /ready, port: "81", host: localhost, headers: [{name: A, value: ""}],
              periodSeconds: 2, timeoutSeconds: 4, failureThreshold: 5}
)");
  CHECK_FALSE(read.enabled);
  CHECK(read.replicas() == 0);
  CHECK(read.container_registry == "dockerhub-prod");
  CHECK(read.command == Lines{"python", "app.py", "--port", "8080", ""});
  CHECK(read.port == 7860);
  REQUIRE(read.env.size() == 5);
  CHECK(read.env[0] == gradient::EnvVar{"PLAIN", "VAR"});
  CHECK(read.env[1] == gradient::EnvVar{"NUMBER", "8080"});
  CHECK(read.env[2] == gradient::EnvVar{"EMPTY", ""});
  CHECK(read.env[3] == gradient::EnvVar{"KEY", gradient::SecretKey{"", "API_TOKEN"}});
  CHECK(read.env[4] == gradient::EnvVar{"OTHER", gradient::SecretKey{"my-secret", "apiToken"}});
  CHECK(read.models == std::vector<gradient::ModelMount>{{"m", "/opt/models/m"}});
  REQUIRE(read.repositories);
  CHECK(read.repositories->mount_path == "/opt/repositories");
  CHECK(read.repositories->dataset_path == "/opt/data");
  CHECK(read.repositories->dataset_read_only);
  CHECK(read.repositories->items ==
        std::vector<gradient::Repository>{{"https://git.example.com:8443/a/b.git", ".My_Repo",
                                           "release/1.x", "user",
                                           gradient::SecretKey{"", "github-token"}, true, true}});
  CHECK(read.health_checks.liveness ==
        gradient::HealthCheck{gradient::ExecCheck{{"cat", "1"}}, 3, 10, 1, 3});
  CHECK(read.health_checks.readiness ==
        gradient::HealthCheck{gradient::HttpCheck{"/ready", 81, "localhost", {{"A", ""}}}, 0, 2, 4,
                              5});
  CHECK_FALSE(read.health_checks.startup);
}

TEST_CASE("autoscaling is present only when it is switched on") {
  const auto scaled = [](const std::string& autoscaling) {
    const auto reading = gradient::read_deployment(documents::resource(
        "GradientDeployment",
        "image: app\nresources: {instanceType: C4, replicas: 2, autoscaling: " + autoscaling +
            "}"));
    return std::get<DeploymentSpec>(reading).resources.autoscaling;
  };
  using gradient::Metric;
  CHECK(scaled("{maxReplicas: 5, metrics: [{metric: cpu, summary: average, value: 50}, "
               "{metric: requestDuration, value: 0.25}]}") ==
        gradient::Autoscaling{5, {{Metric::Cpu, 50}, {Metric::RequestDuration, 0.25}}});
  CHECK_FALSE(scaled("{enabled: false}"));
  CHECK_FALSE(scaled("{enabled: false, maxReplicas: 1}"));
  CHECK_FALSE(scaled("null"));
}

TEST_CASE("every problem is reported with its field and what would be right") {
  const auto test = GENERATE(values<Case>({
      {"a misspelt field", "prot: 80", {"spec.prot: unknown field; did you mean port?"}},
      {"an unknown field",
       "affinity: {}",
       {"spec.affinity: unknown field; remove it (known here: command, containerRegistry, "
        "enabled, endpoint, env, healthChecks, image, models, podTemplate, port, repositories, "
        "resources, restartOnSecretChange)"}},
      {"healthCheck",
       "healthCheck: {path: /}",
       {"spec.healthCheck: is not a field; write healthChecks with liveness, readiness or startup "
        "below it"}},
      {"healthchecks",
       "healthchecks: {}",
       {"spec.healthchecks: is not a field; write healthChecks, with a capital C"}},
      {"fields of later versions",
       "machineType: C4\nports: [80]\nintegrations: []\nbasicAuthKey: secret:canary\nregion: r",
       {"spec.machineType: belongs to a later version of the spec; write resources.instanceType",
        "spec.ports: belongs to a later version of the spec; write one port as spec.port, and "
        "others as spec.endpoint.ports",
        "spec.integrations: belongs to a later version of the spec; write repositories for git, "
        "and models (each with a Model object that says where the files are) for buckets",
        "spec.region: has no meaning here; remove it and apply the object to the cluster that "
        "should run it",
        "spec.basicAuthKey: is not supported; remove it and put an Ingress or gateway with "
        "authentication in front of the Service"}},
      {"fields in the wrong place",
       "instanceType: C4\nreplicas: 1\nautoscaling: {}\nname: x\napiVersion: v1",
       {"spec.instanceType: is in the wrong place; move it to resources.instanceType",
        "spec.replicas: is in the wrong place; move it to resources.replicas",
        "spec.autoscaling: is in the wrong place; move it to resources.autoscaling",
        "spec.apiVersion: is the version of a bare Gradient spec; remove it here, the object's own "
        "apiVersion counts",
        "spec.name: is in the wrong place; the deployment's name is metadata.name"}},
      {"enabled as text",
       "enabled: 'true,'",
       {"spec.enabled: must be true or false, not a string"}},
      {"ports out of range", "port: 70000", {"spec.port: must be a whole number from 1 to 65535"}},
      {"a port that is a fraction",
       "port: 80.5",
       {"spec.port: must be a whole number from 1 to 65535"}},
      {"a port by name", "port: http", {"spec.port: must be a whole number from 1 to 65535"}},
      {"a command as one string",
       "command: python app.py",
       {"spec.command: must be a list, not a string; begin each entry with '- '"}},
      {"booleans and fractions in a command",
       "command: [a, true, 0.5, {}, null]",
       {"spec.command[1]: must be a string, not a boolean; put it in quotes",
        "spec.command[2]: must be a string or a whole number; put it in quotes",
        "spec.command[3]: must be a string, not a mapping",
        "spec.command[4]: must be a string, not empty"}},
      {"env as a mapping",
       "env: {A: b}",
       {"spec.env: must be a list, not a mapping; begin each entry with '- '"}},
      {"models as a mapping",
       "models: {id: m, path: /opt/models}",
       {"spec.models: must be a list, not a mapping; begin each entry with '- '"}},
      {"booleans, fractions and lists in env",
       "env: [{name: A, value: yes}, {name: B, value: 0.5}, {name: C, value: []}, text]",
       {"spec.env[0].value: must be a string, not a boolean; put it in quotes",
        "spec.env[1].value: must be a string or a whole number; put it in quotes",
        "spec.env[2].value: must be a string, not a list",
        "spec.env[3]: must be a mapping, not a string"}},
      {"names in env",
       "env: [{name: 1A}, {value: x}, {name: ''}, {name: A, valeu: x}, {name: A}]",
       {"spec.env[0].name: must consist of letters, digits, '_', '-' and '.' and must not begin "
        "with a digit, such as MODEL_NAME",
        "spec.env[1].name: is required; write it, such as MODEL_NAME",
        "spec.env[2].name: must not be empty; write a value, such as MODEL_NAME, or remove the "
        "field",
        "spec.env[3].valeu: unknown field; did you mean value?",
        "spec.env[4].name: is the name of an earlier entry too; keep one of them"}},
      {"references in env with a blank",
       "env: [{name: A, value: {SECRET: a}}, {name: B, value: {secret: }}, {name: C, value: {a: "
       "b}}]",
       {"spec.env[0].value: is a mapping, as YAML makes one of a blank behind \"SECRET:\"; write "
        "SECRET:NAME without the blank",
        "spec.env[1].value: is a mapping, as YAML makes one of a blank behind \"SECRET:\"; write "
        "SECRET:NAME without the blank",
        "spec.env[2].value: must be a string, not a mapping"}},
      {"references in env that are none",
       "env: [{name: A, value: 'secret:'}, {name: B, value: 'SECRET:a b'}, {name: C, value: "
       "'SECRET:Upper/k'}]",
       {"spec.env[0].value: begins like a reference to a secret and is none; write SECRET:NAME or "
        "SECRET:SECRET-NAME/KEY and nothing else",
        "spec.env[1].value: begins like a reference to a secret and is none; write SECRET:NAME or "
        "SECRET:SECRET-NAME/KEY and nothing else",
        "spec.env[2].value: begins like a reference to a secret and is none; write SECRET:NAME or "
        "SECRET:SECRET-NAME/KEY and nothing else"}},
      {"passwords in plain text",
       "env: [{name: A, value: 'postgres://app:canary@db/app'}, {name: B, value: "
       "'postgres://app:$(PASSWORD)@db/app'}]\ncommand: [app, '--cache=redis://:canary@cache']\n"
       "healthChecks: {liveness: {exec: {command: [curl, 'http://u:canary@localhost']}}}",
       {"spec.command[1]: has a URL with a password in plain text; put the password into a Secret, "
        "name it in env (SECRET:NAME) and write $(VARIABLE) here",
        "spec.env[0].value: has a URL with a password in plain text; put the value into a Secret "
        "and write SECRET:NAME, or write $(VARIABLE) for the password",
        "spec.healthChecks.liveness.exec.command[1]: has a URL with a password in plain text; put "
        "the password into a Secret, name it in env (SECRET:NAME) and write $(VARIABLE) here"}},
      {"a NUL character",
       R"(env: [{name: A, value: "a\0b"}])",
       {"spec.env[0].value: must not contain a NUL character"}},
      {"a registry that is a server",
       "containerRegistry: https://index.docker.io",
       {"spec.containerRegistry: must be the name of a ContainerRegistry object (lower-case "
        "letters, digits, '-' and '.'), such as dockerhub-prod"}},
      {"numbers where names are meant",
       "containerRegistry: 12",
       {"spec.containerRegistry: must be a string, not a number; put it in quotes"}},
  }));
  DYNAMIC_SECTION(test.name) {
    CHECK(documents::problems(documents::deployment(test.more)) == test.problems);
  }
}

TEST_CASE("problems of the resources are reported") {
  const auto test = GENERATE(values<Case>({
      {"no resources",
       "image: app",
       {"spec.resources: is required; write it, such as resources: "
        "{instanceType: C4}"}},
      {"no machine",
       "image: app\nresources: {machineType: C4, ports: 8000}",
       {"spec.resources.machineType: belongs to a later version of the spec; write "
        "resources.instanceType",
        "spec.resources.ports: belongs to a later version of the spec; write one port as "
        "spec.port, and others as spec.endpoint.ports",
        "spec.resources.instanceType: is required; write it, such as C4"}},
      {"a machine that cannot be one",
       "image: app\nresources: {instanceType: 'C 4'}",
       {"spec.resources.instanceType: must be the name of a machine, such as C4 or P4000x2; is "
        "\"C 4\""}},
      {"a machine that a terminal cannot show",
       "image: app\nresources: {instanceType: \"C\\e4\"}",
       {"spec.resources.instanceType: must be the name of a machine, such as C4 or P4000x2"}},
      {"replicas",
       "image: app\nresources: {instanceType: C4, replicas: -1}",
       {"spec.resources.replicas: must be a whole number from 0 to 1000"}},
      {"replicas as text",
       "image: app\nresources: {instanceType: C4, replicas: '2'}",
       {"spec.resources.replicas: must be a whole number from 0 to 1000, not a string; remove the "
        "quotes"}},
      {"autoscaling without bounds",
       "image: app\nresources: {instanceType: C4, autoscaling: {}}",
       {"spec.resources.autoscaling: needs maxReplicas and metrics; add both, or write enabled: "
        "false"}},
      {"an upper bound below the lower",
       "image: app\nresources: {instanceType: C4, replicas: 3, autoscaling: {maxReplicas: 2, "
       "metrics: [{metric: cpu, value: 50}]}}",
       {"spec.resources.autoscaling.maxReplicas: is smaller than resources.replicas, which is the "
        "lower bound; raise maxReplicas or lower replicas"}},
      {"metrics",
       "image: app\nresources: {instanceType: C4, autoscaling: {maxReplicas: 2, metrics: [{metric: "
       "gpu, value: 1}, {metric: cpu, summary: max, value: 1}, {metric: memory, value: '5'}, "
       "{metric: requestDuration, value: 0}, {value: 1}, {metric: cpu, value: 1}, {metric: cpu, "
       "value: 2}]}}",
       {"spec.resources.autoscaling.metrics[0].metric: must be one of cpu, memory, requestDuration",
        "spec.resources.autoscaling.metrics[1].summary: must be average",
        "spec.resources.autoscaling.metrics[2].value: must be a number above 0 and at most "
        "1000000, such as 50",
        "spec.resources.autoscaling.metrics[3].value: must be a number above 0 and at most "
        "1000000, such as 0.5",
        "spec.resources.autoscaling.metrics[4].metric: is required; write it, such as cpu",
        "spec.resources.autoscaling.metrics[6].metric: is the metric of an earlier entry too; keep "
        "one of them"}},
      {"no metrics",
       "image: app\nresources: {instanceType: C4, autoscaling: {maxReplicas: 2, metrics: []}}",
       {"spec.resources.autoscaling.metrics: must not be empty; add an entry, or remove the "
        "field"}},
  }));
  DYNAMIC_SECTION(test.name) {
    CHECK(documents::problems(documents::resource("GradientDeployment", test.more)) ==
          test.problems);
  }
}

TEST_CASE("problems of the envelope are reported") {
  const auto problems = [](std::string_view yaml) {
    return documents::problems(gradient::read_deployment(
        documents::document(std::string(yaml) + "\nspec: {image: a, resources: "
                                                "{instanceType: C4}}")));
  };
  CHECK(problems("metadata: {name: My-App}") ==
        Lines{"metadata.name: must be a DNS label of at most 50 characters that begins with a "
              "letter, such as my-app: a Service bears this name"});
  CHECK(problems("metadata: {name: a, lables: {}}") ==
        Lines{"metadata.lables: unknown field; did you mean labels?"});
  CHECK(problems("metadata: {name: a, labels: {x: 1}, annotations: []}") ==
        Lines{"metadata.labels.x: must be a string, not a number; put it in quotes",
              "metadata.annotations: must be a mapping, not a list"});
  CHECK(problems("specs: {}") == Lines{"specs: unknown field; did you mean spec?"});
  CHECK(documents::problems(gradient::read_deployment(documents::document("kind: x"))) ==
        Lines{"spec: is required; write it"});
  CHECK(documents::problems(gradient::read_deployment(documents::document("[]"))) ==
        Lines{"must be a mapping, not a list"});
  CHECK(documents::problems(gradient::read_deployment(documents::document("spec: 1"))) ==
        Lines{"spec: must be a mapping, not a number"});
}

TEST_CASE("too much of anything is refused by its size alone") {
  const auto first = [](const std::string& more) {
    return documents::problems(documents::deployment(more)).at(0);
  };
  CHECK(first("env: " + repeated("{name: A}", 10000)) ==
        "spec.env: has 10000 entries; at most 512 are allowed");
  CHECK(first("models: " + repeated("{id: a}", 10000)) ==
        "spec.models: has 10000 entries; at most 20 are allowed");
  CHECK(first("command: " + repeated("a", 10000)) ==
        "spec.command: has 10000 entries; at most 256 are allowed");
  CHECK(first("containerRegistry: " + std::string(1 << 20, 'a')) ==
        "spec.containerRegistry: has 1048576 characters; at most 253 are allowed");
}

TEST_CASE("the list of problems has an end") {
  const auto lines = documents::problems(documents::deployment("env: " + repeated("{}", 512)));
  REQUIRE(lines.size() == 51);
  CHECK(lines.back() == "and 462 more problems; correct these first");
}

TEST_CASE("the parent is the object's identity") {
  const auto object = documents::document(R"(
kind: GradientDeployment
metadata:
  {name: demo, namespace: team, uid: abc, generation: 3,
   annotations: {gradient-operator.dev/sync: "7"}})");
  CHECK(gradient::parent(object) ==
        gradient::Parent{"GradientDeployment", "team", "demo", "abc", 3, "7"});
  CHECK(gradient::parent(documents::document("kind: Model")).uid ==
        "00000000-0000-0000-0000-000000000000");
}
