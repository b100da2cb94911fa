#include "gradient/render/pod_template_conflicts.h"

#include "gradient/spec/documents.h"
#include "gradient/spec/read_deployment.h"

#include <catch2/catch.hpp>

namespace {

/// Of a deployment with a checkout at /opt/repos/app, whose dataset's claim is `code`.
std::vector<std::string> conflicts(const std::string& pod_spec) {
  const auto spec =
      std::get<gradient::DeploymentSpec>(gradient::read_deployment(documents::deployment(
          "port: 8080\nendpoint: {ports: [{name: grpc, port: 9000}]}\nrepositories: {dataset: "
          "code, repositories: [{url: 'https://h/r', name: "
          "app}]}\npodTemplate: {spec: " +
          pod_spec + "}")));
  gradient::Found found;
  found.datasets["code"] = {.claim = "code",
                            .access_modes = {gradient::AccessMode::ReadWriteMany},
                            .run_as_user = {},
                            .run_as_group = {}};
  gradient::Parent parent;
  parent.name = "demo";
  parent.ns = "team";
  std::vector<std::string> lines;
  for (const auto& conflict :
       gradient::pod_template_conflicts(parent, spec, found, gradient::default_settings())) {
    CHECK(conflict.reason == "PodTemplateInvalid");
    lines.push_back(conflict.message);
  }
  return lines;
}

std::string app(const std::string& fields) {
  return "{containers: [{name: app, " + fields + "}]}";
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("what would replace or hide a part of the operator's is told with its path") {
  CHECK(conflicts("{volumes: [{name: repositories, emptyDir: {}}]}") ==
        Lines{"spec.podTemplate.spec.volumes[0].name: is the name of a volume that the operator "
              "gives the pod; choose another one"});
  CHECK(conflicts("{volumes: [{name: mine, persistentVolumeClaim: {claimName: code}}]}") ==
        Lines{"spec.podTemplate.spec.volumes[0].persistentVolumeClaim.claimName: the pod has this "
              "claim already, as the volume claim-code; remove the volume and mount that one"});
  for (const auto* path : {"/opt/repos", "/opt/repos/", "/opt/repos/app", "/opt/repos/app/data"}) {
    INFO(path);
    CHECK(
        conflicts(app("volumeMounts: [{name: x, mountPath: " + std::string(path) + "}]")).size() ==
        1);
  }
  for (const auto* path : {"/opt/repos/./app", "/opt/x/../repos/app", "/opt/repos/x/../app/z",
                           "/opt/a/b/../..", "opt/repos/app", "/opt/repos/app/.."}) {
    INFO(path);
    CHECK(
        conflicts(app("volumeMounts: [{name: x, mountPath: " + std::string(path) + "}]")) ==
        Lines{"spec.podTemplate.spec.containers[0].volumeMounts[0].mountPath: must be an absolute "
              "path without . and .. as a part; write it out, such as /opt/data"});
  }
  CHECK(conflicts(app("volumeMounts: [{name: x, mountPath: /opt/...}]")).empty());
  CHECK(conflicts(app("ports: [{name: web, containerPort: 8080}]")) ==
        Lines{"spec.podTemplate.spec.containers[0].ports[0].name: the port is that of spec.port, "
              "whose name is http; remove the name"});
  CHECK(conflicts(app("ports: [{name: web, containerPort: 9000}]")) ==
        Lines{"spec.podTemplate.spec.containers[0].ports[0].name: the port is that of "
              "spec.endpoint.ports, whose name is grpc; remove the name"});
  for (const auto* port : {"containerPort: 9001", "containerPort: 9000, protocol: UDP"})
    CHECK(conflicts(app(std::string("ports: [{name: grpc, ") + port + "}]")) ==
          Lines{"spec.podTemplate.spec.containers[0].ports[0].name: is the name of a port of "
                "spec.endpoint.ports; choose another one"});
}

TEST_CASE("what is beside the operator's parts is no conflict") {
  CHECK(conflicts("{volumes: [{name: mine, persistentVolumeClaim: {claimName: other}}]}").empty());
  CHECK(conflicts(app("volumeMounts: [{name: x, mountPath: /opt/repos/cache}]")).empty());
  CHECK(conflicts(app("volumeMounts: [{name: x, mountPath: /opt}]")).empty());
  CHECK(conflicts(app("ports: [{name: web, containerPort: 9090}, {containerPort: 8080, hostPort: "
                      "80}, {containerPort: 9000, hostPort: 90}, {name: dns, containerPort: 9000, "
                      "protocol: UDP}]"))
            .empty());
}
