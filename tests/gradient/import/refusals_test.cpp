#include "gradient/import/import.h"
#include "gradient/spec/plain_secrets.h"
#include "json/yaml.h"

#include <catch2/catch.hpp>

using Catch::Matchers::Contains;
using Lines = std::vector<std::string>;

namespace {

struct Case {
  std::string name, yaml;
  Lines problems;
};

/// Of every spec in `yaml`, together.
Lines problems(const std::string& yaml, const std::string& name = {}) {
  const auto settings = gradient::default_settings();
  gradient::Importer importer(settings);
  Lines lines;
  for (const auto& spec : gradient::specs_in(json::parse_yaml(yaml).documents, yaml)) {
    const auto line = std::to_string(spec.document.place.line);
    for (const auto& problem : importer.add(spec, {.given = name, .where = "app.yaml:" + line}))
      lines.push_back(json::text(problem));
  }
  return lines;
}

/// What the one spec in `yaml` becomes.
std::string imported(const std::string& yaml) {
  const auto settings = gradient::default_settings();
  gradient::Importer importer(settings);
  importer.add(gradient::specs_in(json::parse_yaml(yaml).documents, yaml).at(0), {});
  return importer.text();
}

const std::string v0 = "name: app\nimage: app\nresources: {instanceType: C4}\n";
const std::string v1 = "name: app\nimage: app\nresources: {machineType: C4, ports: [80]}\n";

std::string integration(const std::string& fields) {
  return v1 + "integrations: [{" + fields + "}]\n";
}

const std::string no_credentials =
    "must not carry a user, password or token; write the user as accessKeyId and the password or "
    "token as secretAccessKey of this entry";

}  // namespace

TEST_CASE("what cannot be imported is refused where it is written, with what would be right") {
  const auto test = GENERATE_COPY(values<Case>({
      {"no name",
       "image: app\nresources: {machineType: C4}",
       {"name: is not there; give the deployment's name with --name"}},
      {"a repository in a folder that git would take for its own",
       v0 + "repositories: {dataset: d, repositories: [{url: 'https://h/r', name: .Git}]}",
       {"repositories.repositories[0].name: must be one plain folder name of letters, digits, '_', "
        "'-' and '.' that does not begin with '-' or '..' (and not '.', .git or .gradient), such "
        "as app"}},
      {"a name of no letters",
       "name: 日本\nimage: app\nresources: {machineType: C4}",
       {"name: has no letter a-z and no digit; give a name with --name"}},
      {"one name twice",
       v0 + "---\n" + v1,
       {"name: is the name of app.yaml:1 too; write another name, or import this one alone, with "
        "--name"}},
      {"no image",
       "name: app\nresources: {machineType: C4}",
       {"image: is required; write it, such as registry.example.com/team/app:1.4"}},
      {"an image that nobody filled in",
       "name: app\nimage: :image\nresources: {machineType: C4}",
       {"image: is the placeholder that the deploy action fills in; write the image, such as "
        "registry.example.com/team/app:1.4"}},
      {"no resources",
       "name: app\nimage: app",
       {"resources: is required; write it, such as resources: {instanceType: C4}"}},
      {"no machine",
       "name: app\nimage: app\nresources: {ports: [80]}",
       {"resources.instanceType: is required; write it, such as C4"}},
      {"two machines",
       "name: app\nimage: app\nresources: {machineType: C4, instanceType: C5}",
       {"resources.machineType: says something else than instanceType, its other name; keep one "
        "of the two"}},
      {"two ports",
       v1 + "port: 81",
       {"resources.ports: says something else than port; keep one of the two"}},
      {"two ports that differ as text alone",
       "name: app\nimage: app\nport: '81'\nresources: {machineType: C4, instanceType: c4, "
       "ports: 81, prot: 1}",
       {"resources.prot: unknown field; remove it (known here: autoscaling, instanceType, "
        "machineType, ports, replicas)"}},
      {"a port that is none",
       "name: app\nimage: app\nresources: {machineType: C4, ports: [0]}",
       {"resources.ports[0]: must be a whole number from 1 to 65535"}},
      {"an entry of a list that is empty",
       v0 + "command: [~]\nenv: [~]\nmodels: [~]\nintegrations: [~]",
       {"integrations[0]: must be a mapping, not empty", "command[0]: must be a string, not empty",
        "env[0]: must be a mapping, not empty", "models[0]: must be a mapping, not empty"}},
      {"a port that is empty",
       "name: app\nimage: app\nresources: {machineType: C4, ports: [~, 80]}",
       {"resources.ports[0]: is empty; write a port, such as 80"}},
      {"what is required, and null",
       "name: ~\nimage: ~\nresources: {machineType: ~}",
       {"name: is not there; give the deployment's name with --name",
        "image: is required; write it, such as registry.example.com/team/app:1.4",
        "resources.instanceType: is required; write it, such as C4"}},
      {"two spellings",
       v1 + "healthChecks: {}\nhealthchecks: {liveness: {path: /}}",
       {"healthchecks: says something else than healthChecks, its other name; keep one of the "
        "two"}},
      {"a problem below the other spelling",
       v1 + "healthchecks: {liveness: {}}",
       {"healthchecks.liveness: needs either path (an HTTP request) or exec (a command); write "
        "exactly one of them"}},
      {"a version that there never was",
       v0 + "apiVersion: v2",
       {"apiVersion: must be one of v0alpha0, v0alpha1, v1, latest"}},
      {"an unknown field", v0 + "comand: [a]", {"comand: unknown field; did you mean command?"}},
      {"an unknown field further down",
       "name: app\nimage: app\nresources: {machineTyp: C4, instanceType: C4}",
       {"resources.machineTyp: unknown field; did you mean machineType?"}},
      {"in the wrong place",
       v0 + "replicas: 2",
       {"replicas: is in the wrong place; move it to resources.replicas"}},
      {"a switch that is text",
       v0 + "enabled: 'true,'",
       {"enabled: must be true or false, not a string"}},
      {"models as a mapping",
       v0 + "models: {id: x, path: /x}",
       {"models: must be a list, not a mapping; begin each entry with '- '"}},
      {"two models at one path",
       v0 + "models: [{id: a}, {id: b}]",
       {"models[1].path: is the path of models[0] too (the default is /opt/models); give each "
        "model a path of its own"}},
      {"an unknown field of a model",
       v0 + "models: [{id: a, pth: /a}]",
       {"models[0].pth: unknown field; did you mean path?"}},
      {"integrations as a mapping",
       v1 + "integrations: {type: s3}",
       {"integrations: must be a list, not a mapping; begin each entry with '- '"}},
      {"an integration of no type",
       integration("name: x, url: 's3://x/'"),
       {"integrations[0].type: is required; write it, such as s3"}},
      {"an integration of another type",
       integration("type: nfs, name: x, server: y"),
       {"integrations[0].type: must be one of model, git-lfs, s3, spaces, do-spaces, volume",
        "integrations[0].server: unknown field; remove it (known here: accessKeyId, endpoint, id, "
        "name, path, region, secretAccessKey, type, url)"}},
      {"an integration without name",
       integration("type: s3, url: 's3://x/'"),
       {"integrations[0].name: is required; write it, such as my-model"}},
      {"a bucket of another kind",
       integration("type: s3, name: x, url: 'https://x/'"),
       {"integrations[0].url: must be the URL of a bucket, such as s3://models/llm/"}},
      {"a repository over ssh",
       integration("type: git-lfs, name: x, url: 'git@x.example:y'"),
       {"integrations[0].url: must be an https URL, such as "
        "https://huggingface.co/openai/whisper-base"}},
      {"a Space without bucket",
       integration("type: spaces, name: x, endpoint: ams3.digitaloceanspaces.com"),
       {"integrations[0].endpoint: must name the bucket and the region, such as "
        "https://models.ams3.digitaloceanspaces.com"}},
      {"a repository with who fetches it",
       integration("type: git-lfs, name: x, url: 'https://me@h.example/x'"),
       {"integrations[0].url: " + no_credentials}},
      {"a bucket with a token",
       integration("type: s3, name: x, url: 's3://x/?token=a'"),
       {"integrations[0].url: " + no_credentials}},
      {"a Space with a password",
       integration("type: spaces, name: x, endpoint: 'u:p@x.ams3.digitaloceanspaces.com'"),
       {"integrations[0].endpoint: " + no_credentials}},
      {"an integration at another's path",
       integration("type: model, id: a, name: a}, {type: model, id: b, name: b"),
       {"integrations[1].path: is the path of models[0] too (the default is /opt/models); give "
        "each model a path of its own"}},
      {"a typing error in an integration",
       integration("type: s3, name: x, ulr: 's3://x/'"),
       {"integrations[0].url: is required; write it, such as s3://models/llm/",
        "integrations[0].ulr: unknown field; did you mean url?"}},
  }));
  DYNAMIC_SECTION(test.name) {
    CHECK(problems(test.yaml) == test.problems);
  }
}

TEST_CASE("a machine that the catalogue does not have is refused under the name it was written") {
  const auto found = problems("name: app\nimage: app\nresources: {machineType: IPU-POD16}");
  REQUIRE(found.size() == 1);
  CHECK(
      found[0].starts_with("resources.machineType: there is no machine \"IPU-POD16\" here; "
                           "there are "));
}

TEST_CASE("the name that is given is the deployment's, and judged as such") {
  CHECK(problems("image: app\nresources: {machineType: C4}", "mine").empty());
  CHECK(problems(v0, "Not A Label") ==
        Lines{"--name: must be a DNS label of at most 50 characters that begins with a letter, "
              "such as my-app: a Service bears this name"});
  CHECK(problems(v0 + "---\n" + v1, "mine") ==
        Lines{"--name: is the name of app.yaml:1 too; import one spec at a time with --name"});
}

TEST_CASE("a URL with a password instead of a name is refused") {
  const std::string rest = "image: b\nresources: {machineType: C4, ports: [80]}\n";
  const std::string url = "'https://u:canary@h.example/x'";
  const auto [field, path] = GENERATE_COPY(table<std::string, std::string>({
      {"name: " + url, "name"},
      {"name: a\ncontainerRegistry: " + url, "containerRegistry"},
      {"name: a\nmodels: [{id: " + url + ", path: /m}]", "models[0].id"},
  }));
  CHECK(problems(rest + field) ==
        Lines{path + ": must be a name or a path, and not a URL with a password"});
}

TEST_CASE("a field that is null is imported as one that is left out") {
  const auto test = GENERATE(values<std::pair<std::string, std::string>>({
      {"port: ~", ""},
      {"command: ~\nenv: ~\nmodels: ~\nintegrations: ~\nrepositories: ~", ""},
      {"containerRegistry: ~\nenabled: ~\nregion: ~\nbasicAuthKey: ~\napiVersion: ~", ""},
      {"machineType: ~\nreplicas: ~\nports: ~", ""},
      {"healthChecks: ~\nhealthchecks: {liveness: ~, readiness: {path: /x, periodSeconds: ~}}",
       "healthchecks: {readiness: {path: /x}}"},
      {"env: [{name: A, value: ~}, {name: B, value: b}]", "env: [{name: A}, {name: B, value: b}]"},
      {"models: [{id: a, path: ~}]", "models: [{id: a}]"},
      {"integrations: [{type: s3, name: x, url: 's3://x/', region: ~, path: ~}]",
       "integrations: [{type: s3, name: x, url: 's3://x/'}]"},
      {"repositories: {dataset: d, mountPath: ~, repositories: [{url: 'https://h.example/x',"
       " name: x, ref: ~, username: ~, password: ~}]}",
       "repositories: {dataset: d, repositories: [{url: 'https://h.example/x', name: x}]}"},
  }));
  INFO(test.first);
  CHECK(problems(v0 + test.first).empty());
  CHECK(imported(v0 + test.first) == imported(v0 + test.second));
}

TEST_CASE("an empty list of ports is imported as the default, with a comment, or as the port") {
  const std::string spec = "name: a\nimage: b\nresources: {machineType: C4, ports: []}\n";
  CHECK_THAT(imported(spec),
             Contains("  # The default, as resources.ports is an empty list. Write the port that "
                      "the app listens on.\n  port: 80\n"));
  CHECK_THAT(imported(spec + "port: 81"), Contains("  port: 81\n") && !Contains("#"));
}

TEST_CASE("no more problems of a spec are shown than somebody reads") {
  std::string yaml = v0 + "env:\n";
  for (int i = 0; i < 60; ++i)
    yaml += "  - {name: A" + std::to_string(i) + ", value: true}\n";
  CHECK(problems(yaml).size() == 51);
  CHECK(problems(yaml).back() == "and more problems; correct these first");
}

TEST_CASE("no message repeats a secret that is in plain text") {
  const auto yaml = GENERATE_COPY(
      as<std::string>{}, v0 + "basicAuthKey: canary\ncomand: x",
      v0 + "command: ['curl https://u:canary@h/']",
      v0 + "env: [{name: A, value: 'SECRET:canary canary'}]",
      v0 + "repositories: {dataset: a, repositories: [{url: 'https://u:canary@h/x', name: x}]}",
      v0 + "repositories: {dataset: a, repositories: [{url: 'https://h/x', name: ..,"
           " password: canary}]}",
      integration("type: git-lfs, name: x, url: 'https://u:canary@h.example/x'"),
      integration("type: s3, name: x, url: 'https://x/', secretAccessKey: canary"));
  INFO(yaml);
  const auto found = problems(yaml);
  CHECK_FALSE(found.empty());
  for (const auto& line : found)
    CHECK(line.find("canary") == std::string::npos);
}

TEST_CASE("a value looks like a secret by its variable's name or by itself") {
  using gradient::values::looks_secret;
  for (const char* name : {"API_KEY", "apiKey", "HF_TOKEN", "DB_PASSWORD", "AWS_SECRET_ACCESS_KEY",
                           "client-secret", "Authorization"})
    CHECK(looks_secret(name, "x"));
  for (const char* name : {"MAX_TOKENS", "TOKENIZER", "TOKEN_FILE", "AWS_ACCESS_KEY_ID", "KEY"})
    CHECK_FALSE(looks_secret(name, "x"));
  for (const char* value : {"", "true", "/run/secrets/token", "$(OTHER)"})
    CHECK_FALSE(looks_secret("TOKEN", value));
  for (const char* value : {"sk-0123456789abcdef", "https://a:b@c/", "https://a/?token=b",
                            "-----BEGIN PRIVATE KEY-----"})
    CHECK(looks_secret("X", value));
  for (const char* value : {"sk-short", "https://a/?page=2", "plain"})
    CHECK_FALSE(looks_secret("X", value));
}
