#include "gradient/render/pod_template.h"

#include "gradient/spec/documents.h"

#include <catch2/catch.hpp>

using json::Json;

namespace {

Json yaml(const std::string& text) {
  return documents::document(text);
}

std::string merged(const std::string& ours, const std::string& theirs) {
  return json::text(gradient::merged_pod(yaml(ours), yaml(theirs)));
}

std::string text(const std::string& document) {
  return json::text(yaml(document));
}

}  // namespace

TEST_CASE("of a list with keys, elements are merged, ours first") {
  CHECK(
      merged("{containers: [{name: app, image: i, env: [{name: A, value: '1'}]}]}",
             "{containers: [{name: side, image: s}, {name: app, args: [x], env: [{name: B}]}]}") ==
      text("{containers: [{name: app, image: i, args: [x], env: [{name: A, value: '1'}, {name: "
           "B}]}, {name: side, image: s}]}"));
}

TEST_CASE("ports are told apart by number and protocol") {
  CHECK(merged("{ports: [{name: http, containerPort: 80, protocol: TCP}]}",
               "{ports: [{containerPort: 80, protocol: TCP, hostPort: 8}, {containerPort: 80, "
               "protocol: UDP}]}") ==
        text("{ports: [{name: http, containerPort: 80, hostPort: 8, protocol: TCP}, "
             "{containerPort: 80, protocol: UDP}]}"));
}

TEST_CASE("a list without keys is theirs") {
  CHECK(
      merged(
          "{command: [a], tolerations: [{key: a}], securityContext: {capabilities: {drop: "
          "[ALL]}, runAsNonRoot: true}}",
          "{command: [b], tolerations: [], securityContext: {capabilities: {drop: [NET_RAW]}}}") ==
      text("{command: [b], tolerations: [], securityContext: {capabilities: {drop: [NET_RAW]}, "
           "runAsNonRoot: true}}"));
}

TEST_CASE("the groups that helpers need stay beside theirs") {
  CHECK(merged("{securityContext: {supplementalGroups: [1, 2]}}",
               "{securityContext: {supplementalGroups: [2, 3]}}") ==
        text("{securityContext: {supplementalGroups: [1, 2, 3]}}"));
}

TEST_CASE("of what is one of several kinds, theirs replaces ours as a whole") {
  SECTION("the handler of a hook") {
    CHECK(merged(
              "{lifecycle: {preStop: {sleep: {seconds: 5}}}}",
              "{lifecycle: {preStop: {exec: {command: [x]}}, postStart: {sleep: {seconds: 1}}}}") ==
          text("{lifecycle: {preStop: {exec: {command: [x]}}, postStart: {sleep: {seconds: 1}}}}"));
  }
  SECTION("the handler of a probe, whose times stay") {
    CHECK(merged("{readinessProbe: {httpGet: {port: 80}, periodSeconds: 3}}",
                 "{readinessProbe: {grpc: {port: 90}}}") ==
          text("{readinessProbe: {grpc: {port: 90}, periodSeconds: 3}}"));
    CHECK(
        merged("{readinessProbe: {httpGet: {port: 80}}}", "{readinessProbe: {periodSeconds: 3}}") ==
        text("{readinessProbe: {httpGet: {port: 80}, periodSeconds: 3}}"));
  }
  SECTION("the value of a variable") {
    CHECK(merged("{env: [{name: A, value: a}]}",
                 "{env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]}") ==
          text("{env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]}"));
    CHECK(merged("{env: [{name: A, valueFrom: {}}]}", "{env: [{name: A, value: b}]}") ==
          text("{env: [{name: A, value: b}]}"));
  }
  SECTION("the source of a volume") {
    CHECK(merged("{volumes: [{name: a, emptyDir: {}}]}",
                 "{volumes: [{name: a, configMap: {name: c}}]}") ==
          text("{volumes: [{name: a, configMap: {name: c}}]}"));
  }
}

TEST_CASE("a deployment's own podTemplate is above the configuration's") {
  gradient::Settings settings;
  settings.pod_template.labels = {{"team", "all"}, {"kept", "k"}};
  settings.pod_template.annotations = {{"gradient-operator.dev/run-first", "a"}};
  settings.pod_template.spec = yaml("{priorityClassName: low, initContainers: [{name: a}]}");
  gradient::DeploymentSpec spec;
  spec.pod_template.labels = {{"team", "nlp"}};
  spec.pod_template.annotations = {{"gradient-operator.dev/run-first", "b"}};
  spec.pod_template.spec = yaml("{priorityClassName: high, initContainers: [{name: b}]}");
  const auto both = gradient::effective_template(spec, settings);
  CHECK(both.labels == std::map<std::string, std::string>{{"team", "nlp"}, {"kept", "k"}});
  CHECK(json::text(both.spec) ==
        text("{priorityClassName: high, initContainers: [{name: a}, {name: b}]}"));
  CHECK(json::text(gradient::in_running_order(
            yaml("[{name: clone}, {name: a}, {name: other}, {name: b}]"), both)) ==
        text("[{name: a}, {name: b}, {name: clone}, {name: other}]"));
}
