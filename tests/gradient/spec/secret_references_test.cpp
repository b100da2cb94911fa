#include "gradient/spec/secret_references.h"

#include "gradient/spec/documents.h"
#include "gradient/spec/read_deployment.h"
#include "json/yaml.h"

#include <catch2/catch.hpp>

using gradient::SecretReference;

namespace {

json::Json yaml(const std::string& text) {
  return json::parse_yaml(text).documents.at(0).value;
}

}  // namespace

TEST_CASE("every Secret that a PodSpec names is found, with its place") {
  const auto found = gradient::secret_references(yaml(R"(
imagePullSecrets: [{name: pull}]
containers:
  - name: app
    env:
      - {name: A, valueFrom: {secretKeyRef: {name: env, key: a}}}
      - {name: B, valueFrom: {configMapKeyRef: {name: no, key: b}}}
    envFrom: [{configMapRef: {name: no}}, {secretRef: {name: all, optional: true}}]
volumes:
  - {name: a, secret: {secretName: volume}}
  - {name: b, projected: {sources: [{secret: {name: projected}}, {configMap: {name: no}}]}}
  - {name: c, csi: {driver: d, nodePublishSecretRef: {name: csi}}}
  - {name: d, azureFile: {secretName: azure, shareName: s}}
  - {name: e, flexVolume: {driver: d, secretRef: {name: flex}}}
  - {name: secret, emptyDir: {}}
)"),
                                                 "pod");
  CHECK(found == std::vector<SecretReference>{
                     {"env", "a", "pod.containers[0].env[0].valueFrom.secretKeyRef", true},
                     {"all", "", "pod.containers[0].envFrom[1].secretRef", true},
                     {"volume", "", "pod.volumes[0].secret", false},
                     {"projected", "", "pod.volumes[1].projected.sources[0].secret", false},
                     {"csi", "", "pod.volumes[2].csi.nodePublishSecretRef", false},
                     {"azure", "", "pod.volumes[3].azureFile", false},
                     {"flex", "", "pod.volumes[4].flexVolume.secretRef", false},
                     {"pull", "", "pod.imagePullSecrets[0]", false}});
  CHECK(gradient::secret_references({}, "pod").empty());
}

TEST_CASE("of a deployment's environment the Secrets of env and of a podTemplate are known") {
  const auto spec =
      std::get<gradient::DeploymentSpec>(gradient::read_deployment(documents::deployment(R"(
env: [{name: A, value: plain}, {name: B, value: "SECRET:TOKEN"}, {name: C, value: "SECRET:db/url"}]
podTemplate:
  spec:
    containers: [{name: app, envFrom: [{secretRef: {name: more}}]}]
    volumes: [{name: files, secret: {secretName: files}}]
)")));
  CHECK(gradient::environment_secrets(spec, spec.pod_template, gradient::default_settings()) ==
        std::vector<SecretReference>{
            {"gradient-secrets", "TOKEN", "spec.env[1].value", true},
            {"db", "url", "spec.env[2].value", true},
            {"more", "", "spec.podTemplate.spec.containers[0].envFrom[0].secretRef", true}});
}

TEST_CASE("a restart by Secrets that the environment does not have is warned of") {
  const auto doubts = [](const std::string& more) {
    const auto read = gradient::read_deployment(documents::deployment(more));
    return json::text(gradient::doubtful_fields(std::get<gradient::DeploymentSpec>(read),
                                                gradient::default_settings()));
  };
  CHECK(doubts("restartOnSecretChange: true") ==
        "spec.restartOnSecretChange: has no effect, as the environment refers to no Secret");
  CHECK(doubts("restartOnSecretChange: true\nenv: [{name: A, value: 'SECRET:a'}]").empty());
  CHECK(doubts("restartOnSecretChange: false").empty());
}

TEST_CASE("a reference of the old platform in a podTemplate is warned of, as it is a text there") {
  const auto read = gradient::read_deployment(documents::deployment(
      "podTemplate: {spec: {containers: [{name: app, env: [{name: A, value: a}, {name: B, value: "
      "'secret:db/url'}]}, {name: side, image: i, env: [{name: C, value: 'SECRET:c'}]}]}}"));
  CHECK(json::text(gradient::doubtful_fields(std::get<gradient::DeploymentSpec>(read),
                                             gradient::default_settings())) ==
        "spec.podTemplate.spec.containers[0].env[1].value: is passed on as a text, as SECRET: "
        "stands for a Secret only in spec.env; write the variable there, or "
        "valueFrom.secretKeyRef here; spec.podTemplate.spec.containers[1].env[0].value: is passed "
        "on as a text, as SECRET: stands for a Secret only in spec.env; write "
        "valueFrom.secretKeyRef here");
}
