#include "gradient/import/other_format.h"

#include "json/yaml.h"

#include <catch2/catch.hpp>

using Catch::Matchers::StartsWith;

namespace {

std::string other_format(const std::string& yaml) {
  const auto read = json::parse_yaml(yaml);
  return gradient::other_format(read.documents.empty() ? json::Json() : read.documents[0].value);
}

struct Case {
  std::string yaml, is;
};

}  // namespace

TEST_CASE("what is no Gradient spec is called by its name") {
  const auto test = GENERATE(values<Case>({
      {"", "is empty"},
      {"{}", "is an empty mapping"},
      {"just words", "is plain text"},
      {"[{image: app}]", "is a list; write each Gradient spec as a document of its own"},
      {"{apiVersion: apps/v1, kind: Deployment, spec: {}}",
       "is a Kubernetes Deployment (apps/v1), no Gradient spec"},
      {"{apiVersion: v1, kind: Pod, spec: {}}", "is a Kubernetes Pod (v1), no Gradient spec"},
      {"{apiVersion: v1, kind: List, items: []}", "is a Kubernetes List (v1)"},
      {"{apiVersion: gradient-operator.dev/v1alpha1, kind: GradientDeployment}",
       "is a GradientDeployment of this operator already; check it with gradient-operator "
       "validate and apply it"},
      {"{apiVersion: serving.kserve.io/v1beta1, kind: InferenceService}",
       "is a KServe InferenceService"},
      {"{apiVersion: serving.knative.dev/v1, kind: Service}", "is a Knative Service"},
      {"{apiVersion: kubeai.org/v1, kind: Model}", "is a KubeAI Model"},
      {"services: {web: {image: app}}", "is a compose file"},
      {"{name: app, services: [{name: web}]}", "is an App Platform spec"},
      {"{on: push, jobs: {build: {runs-on: x}}}", "is a GitHub Actions workflow"},
      {"{defaults: {resources: {instance-type: C4}}, jobs: {a: {uses: create-model@v1}}}",
       "is a Gradient workflow, which has no counterpart here"},
      {"{jobs: {train: {resources: {instance-type: P4000}}}}", "is a Gradient workflow"},
      {"resources: [a.yaml, b.yaml]", "is a kustomization"},
      {"{deploymentType: TFServing, modelId: mo1, machineType: C4}",
       "is a deployment of Gradient's first generation"},
      {"{instanceTypes: {C4: {}}, images: {sync: x}}", "is a configuration file of this operator"},
      {"{openapi: 3.0.0}", "is a description of an HTTP API"},
      {"{apiVersion: v2, name: chart, version: 1.0.0}", "is the Chart.yaml of a Helm chart"},
      {"{a: 1, b: 2}", "has no field of a Gradient spec (it has a, b)"},
      {"{'a password: canary': 1}", "has no field of a Gradient spec;"},
      {"{apiVersion: v1, kind: 'canary canary'}", "has no field of a Gradient spec (it has"},
  }));
  DYNAMIC_SECTION(test.yaml) {
    CHECK_THAT(other_format(test.yaml), StartsWith(test.is));
    CHECK(other_format(test.yaml).find("canary") == std::string::npos);
  }
}

TEST_CASE("what may be a Gradient spec is read as one, however wrong it is") {
  const auto yaml =
      GENERATE(as<std::string>{}, "image: app", "resources: {machineType: C4}",
               "{apiVersion: v1, image: app, resources: {}}", "image: ''", "{healthchecks: {}}",
               "models: {id: x}", "{machineType: C4}", "{kind: 1, image: app}", "port: 80");
  INFO(yaml);
  CHECK(other_format(yaml).empty());
}

TEST_CASE("a spec that only the platform could take is told from one that can be applied") {
  const std::string plain = "image: app\nport: 80\nresources: {instanceType: C4}\n";
  const auto is_of_platform = [](const std::string& yaml) {
    return gradient::is_of_platform(json::parse_yaml(yaml).documents.at(0).value);
  };
  for (const std::string more :
       {"region: ams1", "basicAuthKey: a", "healthchecks: {}", "integrations: [{type: s3}]"}) {
    INFO(more);
    CHECK(is_of_platform(plain + more));
  }
  CHECK(is_of_platform("image: app\nresources: {machineType: C4}"));
  CHECK(is_of_platform("image: app\nresources: {ports: [80]}"));
  for (const std::string more :
       {"", "apiVersion: v0alpha0", "name: a", "name: ~", "ports: [80]", "models: [{id: a}]"}) {
    INFO(more);
    CHECK_FALSE(is_of_platform(plain + more));
  }
  CHECK_FALSE(is_of_platform("name: app\nservices: {web: {image: app}}"));
  CHECK_FALSE(is_of_platform("name: app\nversion: 1"));
}
