#include "gradient/spec/needs.h"

#include "gradient/spec/documents.h"
#include "gradient/spec/read_deployment.h"

#include <catch2/catch.hpp>

using gradient::SecretNeed;

TEST_CASE("a deployment needs every object it names, and the keys of secrets with their place") {
  const auto spec =
      std::get<gradient::DeploymentSpec>(gradient::read_deployment(documents::deployment(R"(
containerRegistry: hub
env:
  - {name: A, value: plain}
  - {name: B, value: "SECRET:TOKEN"}
models: [{id: m}, {id: k, path: /k}]
repositories:
  dataset: code
  repositories:
    - {url: "https://h/r", name: r}
    - {url: "https://h/s", name: s, password: "SECRET:git/token"}
  credentials:
    - {url: "other", password: "SECRET:OTHER"}
    - {url: "github.com", githubApp: {appId: 1, installationId: 2, privateKey: "SECRET:app/key"}}
)")));
  const auto needs = gradient::needs(spec, gradient::default_settings());
  CHECK(needs.registries == std::set<std::string>{"hub"});
  CHECK(needs.models == std::set<std::string>{"k", "m"});
  CHECK(needs.datasets == std::set<std::string>{"code"});
  CHECK(needs.secrets ==
        std::vector<SecretNeed>{
            {"gradient-secrets", "TOKEN", "spec.env[1].value"},
            {"git", "token", "spec.repositories.repositories[1].password"},
            {"gradient-secrets", "OTHER", "spec.repositories.credentials[0].password"},
            {"app", "key", "spec.repositories.credentials[1].githubApp.privateKey"}});
}

TEST_CASE("a Secret without the label that the configuration demands is told with the command") {
  const SecretNeed need{"db", "url", "spec.env[0].value"};
  const auto secret = [](const std::string& labels) {
    return json::parse(R"({"metadata":{"name":"db","namespace":"team","labels":)" + labels + "}}");
  };
  const auto why = gradient::unlabelled(need, secret(R"({"gradient-operator.dev/allowed":"no"})"));
  REQUIRE(why);
  CHECK(why->reason == "SecretNotAllowed");
  CHECK(why->message ==
        "spec.env[0].value: Secret db in namespace team lacks the label that the operator's "
        "configuration demands (secrets.allow); whoever may give it to the authors of specs runs "
        "kubectl label secret db -n team gradient-operator.dev/allowed=true");
  CHECK_FALSE(gradient::unlabelled(need, secret(R"({"gradient-operator.dev/allowed":"true"})")));
}

TEST_CASE("a model needs the keys of its source's secret") {
  gradient::ModelSpec model;
  CHECK(gradient::needs(model, "spec").empty());
  model.source.secret_name = "s3";
  CHECK(gradient::needs(model, "spec") ==
        std::vector<SecretNeed>{{"s3", "accessKeyId", "spec.source.secretName"},
                                {"s3", "secretAccessKey", "spec.source.secretName"}});
  model.source.scheme = gradient::ModelSource::Scheme::Http;
  CHECK(gradient::needs(model, "spec") ==
        std::vector<SecretNeed>{{"s3", "", "spec.source.secretName"}});
  model.source.scheme = gradient::ModelSource::Scheme::Gcs;
  CHECK(gradient::needs(model, "spec") ==
        std::vector<SecretNeed>{{"s3", "serviceAccountJson", "spec.source.secretName"}});
  model.source.scheme = gradient::ModelSource::Scheme::Sftp;
  CHECK(gradient::needs(model, "spec") ==
        std::vector<SecretNeed>{{"s3", "knownHosts", "spec.source.secretName"}});
}

TEST_CASE("an endpoint needs the Secret that it names, and what a certificate consists of") {
  CHECK(gradient::needs(gradient::Endpoint{}).empty());
  const std::string field = "endpoint.tls.secretName of the operator's configuration";
  CHECK(
      gradient::needs(gradient::Endpoint{.tls_secret = "w"}) ==
      std::vector<SecretNeed>{{"w", "", field}, {"w", "tls.crt", field}, {"w", "tls.key", field}});
}

TEST_CASE("a registry needs its password or its own secret") {
  gradient::RegistrySpec registry;
  registry.password = {"", "P"};
  const auto settings = gradient::default_settings();
  CHECK(gradient::need(registry, settings) == SecretNeed{"gradient-secrets", "P", "spec.password"});
  registry.secret_name = "hub";
  CHECK(gradient::need(registry, settings) ==
        SecretNeed{"hub", ".dockerconfigjson", "spec.secretName"});
}
