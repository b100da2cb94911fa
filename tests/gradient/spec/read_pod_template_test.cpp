#include "gradient/spec/read_pod_template.h"

#include "gradient/spec/documents.h"
#include "gradient/spec/read_deployment.h"
#include "gradient/spec/read_settings.h"

#include <catch2/catch.hpp>

using Lines = std::vector<std::string>;

namespace {

std::string pod_template(const std::string& fields) {
  return "podTemplate: {" + fields + "}";
}

/// Of a deployment with this podTemplate.
Lines problems(const std::string& fields) {
  return documents::problems(documents::deployment(pod_template(fields)));
}

/// Of one whose machine is as configured.
Lines problems(const std::string& fields, const std::string& configuration) {
  const auto settings =
      std::get<gradient::Settings>(gradient::read_settings(documents::document(configuration)));
  return documents::problems(
      gradient::read_deployment(documents::deployment(pod_template(fields)), settings));
}

gradient::PodTemplate template_of(const std::string& fields) {
  return std::get<gradient::DeploymentSpec>(
             gradient::read_deployment(documents::deployment(pod_template(fields))))
      .pod_template;
}

}  // namespace

TEST_CASE("a podTemplate is read as it is, without what is null") {
  const auto read = template_of(
      "metadata: {labels: {team: nlp, gone: null}, annotations: {example.com/a: 'true'}}, "
      "spec: {priorityClassName: batch, affinity: null, containers: [{name: app, args: [a], env: "
      "[{name: A, value: null}]}]}");
  CHECK(read.labels == std::map<std::string, std::string>{{"team", "nlp"}});
  CHECK(read.annotations == std::map<std::string, std::string>{{"example.com/a", "true"}});
  CHECK(json::text(read.spec) ==
        R"({"containers":[{"args":["a"],"env":[{"name":"A"}],"name":"app"}],)"
        R"("priorityClassName":"batch"})");
  CHECK(template_of("") == gradient::PodTemplate{});
  CHECK(template_of("metadata: null, spec: null") == gradient::PodTemplate{});
}

TEST_CASE("what is the operator's own in a podTemplate is refused with its path") {
  const auto [fields, problem] = GENERATE(table<std::string, std::string>({
      {"metadata: {labels: {gradient-operator.dev/deployment: x}}",
       "metadata.labels[\"gradient-operator.dev/deployment\"]: is the operator's own; remove it"},
      {"metadata: {labels: {app.kubernetes.io/name: x}}",
       "metadata.labels[\"app.kubernetes.io/name\"]: is the operator's own; remove it"},
      {"metadata: {annotations: {gradient-operator.dev/sync: x}}",
       "metadata.annotations[\"gradient-operator.dev/sync\"]: is the operator's own; remove it"},
      {"spec: {containers: [{name: app, image: x}]}",
       "spec.containers[0].image: is spec.image; write it there"},
      {"spec: {containers: [{name: app, ports: [{name: http, containerPort: 1}]}]}",
       "spec.containers[0].ports[0].name: is the name of the port that spec.port says; choose "
       "another one"},
      {"spec: {containers: [{name: clone-app, image: x}]}",
       "spec.containers[0].name: begins as the names of the operator's own containers do; choose "
       "another one"},
      {"spec: {initContainers: [{name: sync-llm, image: x}]}",
       "spec.initContainers[0].name: begins as the names of the operator's own containers do; "
       "choose another one"},
      {"spec: {initContainers: [{name: app, image: x}]}",
       "spec.initContainers[0].name: is the name of the container of spec.image; choose another "
       "one"},
  }));
  CHECK(problems(fields) == Lines{"spec.podTemplate." + problem});
}

TEST_CASE("what no pod of a Deployment can have is refused with its path and the remedy") {
  const auto [fields, problem] = GENERATE(table<std::string, std::string>({
      {"metadata: {labels: {team: 'a b'}}",
       "metadata.labels.team: is no value of a label; write at most 63 letters, digits, '-', '_' "
       "and '.', with a letter or digit at both ends"},
      {"metadata: {labels: {-a: b}}",
       "metadata.labels.-a: is no key of Kubernetes; write one such as example.com/team"},
      {"metadata: {annotations: {a: 1}}",
       "metadata.annotations.a: must be a string, not a number; put it in quotes"},
      {"metadata: {name: x}",
       "metadata.name: unknown field; remove it (known here: annotations, labels)"},
      {"spec: {tolerration: []}", "spec.tolerration: is not a field; did you mean tolerations?"},
      {"spec: {containers: [{name: app, volumeMount: []}]}",
       "spec.containers[0].volumeMount: is not a field; did you mean volumeMounts?"},
      {"spec: {$patch: replace}",
       "spec[\"$patch\"]: is a directive of a patch, and this is no patch; remove it"},
      {"spec: {affinity: {nodeAffinity: {$retainKeys: []}}}",
       "spec.affinity.nodeAffinity[\"$retainKeys\"]: is a directive of a patch, and this is no "
       "patch; remove it"},
      {"spec: {containers: [{name: app, args: [null]}]}",
       "spec.containers[0].args[0]: is empty; write it or remove it"},
      {"spec: {containers: {name: app}}", "spec.containers: must be a list, not a mapping"},
      {"spec: {containers: [{name: app, env: [{name: A, value: 'https://u:canary@h/'}]}]}",
       "spec.containers[0].env[0].value: has a URL with a password in plain text; put the value "
       "into a Secret and refer to it there, or write $(VARIABLE) for the password"},
      {"spec: {containers: [{name: b, image: i, args: ['--db=postgres://u:canary@h/d']}]}",
       "spec.containers[0].args[0]: has a URL with a password in plain text; put the value into a "
       "Secret and refer to it there, or write $(VARIABLE) for the password"},
      {"metadata: {annotations: {a: 'https://u:canary@h/'}}",
       "metadata.annotations.a: has a URL with a password in plain text; remove it"},
      {"spec: {containers: [app]}", "spec.containers[0]: must be a mapping, not a string"},
      {"spec: {containers: [{image: x}]}",
       "spec.containers[0].name: must be a DNS label, such as app for the container of spec.image"},
      {"spec: {containers: [{name: side}]}",
       "spec.containers[0].image: is required, unless the container is app"},
      {"spec: {containers: [{name: app}, {name: app}]}",
       "spec.containers[1].name: is that of an earlier container too; keep one of them"},
      {"spec: {volumes: [{name: a, emptyDir: {}}, {name: a, emptyDir: {}}]}",
       "spec.volumes[1].name: is that of an earlier element too; keep one of them"},
      {"spec: {volumes: [{emptyDir: {}}]}", "spec.volumes[0].name: is required, as a string"},
      {"spec: {containers: [{name: s, image: x, ports: [9000]}]}",
       "spec.containers[0].ports[0]: must be a mapping, not a number"},
      {"spec: {containers: [{name: app, args: x}]}",
       "spec.containers[0].args: must be a list, not a string"},
      {"spec: {tolerations: x}", "spec.tolerations: must be a list, not a string"},
      {"spec: {containers: [{name: app, ports: [{containerPort: 1}, {containerPort: 1, protocol: "
       "TCP}]}]}",
       "spec.containers[0].ports[1].containerPort: is that of an earlier port too; keep one of "
       "them"},
      {"spec: {containers: [{name: app, resources: {limits: {hugepages-2Mi: 1GB}}}]}",
       "spec.containers[0].resources.limits.hugepages-2Mi: must be a quantity, such as 500m or "
       "1Gi"},
      {"spec: {containers: [{name: app, resources: {limits: {cpu: 0.5, memory: 0.5}}}]}",
       "spec.containers[0].resources.limits.memory: would have a fraction of a byte; write the "
       "unit "
       "that is meant, such as 0.5Gi"},
      {"spec: {volumes: [{name: a, emptyDir: {sizeLimit: 500m}}]}",
       "spec.volumes[0].emptyDir.sizeLimit: would have a fraction of a byte; write the unit that "
       "is "
       "meant, such as 500Mi"},
      {"spec: {volumes: [{name: a, emptyDir: {sizeLimit: 1 Gi}}]}",
       "spec.volumes[0].emptyDir.sizeLimit: must be a quantity, such as 500m or 1Gi"},
      {"spec: {topologySpreadConstraints: [{topologyKey: z}, {topologyKey: z}]}",
       "spec.topologySpreadConstraints[1]: has the topologyKey and whenUnsatisfiable of an earlier "
       "one; keep one of them"},
      {"spec: {restartPolicy: Never}",
       "spec.restartPolicy: can only be Always in a Deployment; remove it"},
      {"spec: {serviceAccount: x}",
       "spec.serviceAccount: is an old name; write serviceAccountName"},
      {"spec: {activeDeadlineSeconds: 1}",
       "spec.activeDeadlineSeconds: is not for the pods of a Deployment; remove it"},
      {"spec: {ephemeralContainers: []}",
       "spec.ephemeralContainers: are for running pods; remove the field and use kubectl debug"},
      {"spec: {terminationGracePeriodSeconds: 1.5}",
       "spec.terminationGracePeriodSeconds: must be a whole number of seconds"},
      {"metadata: {annotations: {gradient-operator.dev/run-first: a}}",
       "metadata.annotations[\"gradient-operator.dev/run-first\"]: must name init containers of "
       "podTemplate, such as \"NAME,NAME\""},
  }));
  CHECK(problems(fields) == Lines{"spec.podTemplate." + problem});
}

TEST_CASE("a podTemplate that is nested deeper than a pod is refused") {
  std::string deep = "1";
  for (int i = 0; i < 60; ++i)
    deep = "{a: " + deep + "}";
  const auto lines = problems("spec: {affinity: " + deep + "}");
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].ends_with(": is nested deeper than any field of a pod; remove it"));
}

TEST_CASE("a port without a protocol is one of TCP") {
  CHECK(json::text(template_of("spec: {containers: [{name: app, ports: [{containerPort: 9, "
                               "protocol: ''}, {containerPort: 8}]}]}")
                       .spec) ==
        R"({"containers":[{"name":"app","ports":[{"containerPort":9,"protocol":"TCP"},)"
        R"({"containerPort":8,"protocol":"TCP"}]}]})");
}

TEST_CASE("a podTemplate of more than 64 KiB, with its metadata, is refused") {
  const Lines too_large{"spec.podTemplate: has more than 64 KiB; keep data in a ConfigMap"};
  CHECK(problems("spec: {containers: [{name: app, args: [" + std::string(65 << 10, 'a') + "]}]}") ==
        too_large);
  CHECK(problems("metadata: {annotations: {a: " + std::string(65 << 10, 'a') + "}}") == too_large);
  const std::string half(33 << 10, 'a');
  CHECK(problems("metadata: {annotations: {a: " + half + "}}").empty());
  CHECK(problems("metadata: {annotations: {a: " + half + "}}, spec: {containers: [{name: app, " +
                 "args: [" + half + "]}]}") == too_large);
}

TEST_CASE("init containers that run first are named with or without blanks") {
  CHECK(gradient::run_first(template_of(
            "metadata: {annotations: {gradient-operator.dev/run-first: 'b, a,b'}}, spec: "
            "{initContainers: [{name: a, image: x}, {name: b, image: x}]}")) ==
        std::vector<std::string>{"b", "a"});
}

TEST_CASE("what the machine says is refused in a podTemplate unless the configuration allows it") {
  const std::string machine =
      "instanceTypes: {C4: {requests: {cpu: 1, memory: 1Gi}, limits: {memory: 2Gi}, nodeSelector: "
      "{pool: big}, tolerations: [{operator: Exists}], runtimeClassName: fast}}\n";
  const std::string fields =
      "spec: {nodeSelector: {pool: other, disk: ssd}, tolerations: [], runtimeClassName: slow, "
      "containers: [{name: app, resources: {limits: {cpu: 2, ephemeral-storage: 1Gi}}}, {name: s, "
      "image: x, resources: {limits: {cpu: 2}}}]}";
  const auto refused = [](const std::string& path) {
    return "spec.podTemplate.spec." + path +
           ": is what the machine C4 says; choose another spec.resources.instanceType, or have "
           "podTemplate.maySetMachine set in the operator's configuration";
  };
  CHECK(problems(fields, machine) == Lines{refused("containers[0].resources.limits.cpu"),
                                           refused("nodeSelector.pool"), refused("tolerations"),
                                           refused("runtimeClassName")});
  CHECK(problems(fields, machine + "podTemplate: {maySetMachine: true}") == Lines{});
  CHECK(problems("spec: {nodeSelector: {disk: ssd}, tolerations: []}", "{}") == Lines{});
}

TEST_CASE("hosts of probes and hooks are refused unless the configuration allows them") {
  const std::string fields =
      "spec: {containers: [{name: app, lifecycle: {preStop: {httpGet: {host: h, port: 1}}}, "
      "livenessProbe: {tcpSocket: {host: h, port: 1}}}]}";
  const auto lines = problems(fields, "{}");
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].starts_with(
      "spec.podTemplate.spec.containers[0].livenessProbe.tcpSocket.host: has the kubelet ask"));
  CHECK(lines[1].starts_with(
      "spec.podTemplate.spec.containers[0].lifecycle.preStop.httpGet.host: has the kubelet ask"));
  CHECK(problems(fields, "allowProbeHost: true") == Lines{});
}

TEST_CASE("a configuration may switch podTemplate off, and has one of its own") {
  CHECK(problems("spec: {priorityClassName: a}", "podTemplate: {allowed: false}") ==
        Lines{"spec.podTemplate: is switched off here, by podTemplate.allowed in the operator's "
              "configuration; remove it, or ask the cluster's owner"});
  CHECK(problems("", "podTemplate: {allowed: false}") == Lines{});
  CHECK(documents::problems(gradient::read_settings(
            documents::document("podTemplate: {spec: {containers: [{name: app, image: x}]}}"))) ==
        Lines{"podTemplate.spec.containers[0].image: is spec.image; write it there"});
}
