#include "gradient/render/spec_field.h"

#include <catch2/catch.hpp>

using gradient::spec_field;

TEST_CASE("the field of a spec that decides about one of a Deployment") {
  const auto of_pod = [](const std::string& path) {
    return spec_field("Deployment", "spec.template.spec." + path);
  };
  CHECK(spec_field("Deployment", "spec.replicas") == "spec.resources.replicas");
  CHECK(of_pod("containers[app].image") == "spec.image");
  CHECK(of_pod("containers[app].imagePullPolicy") ==
        "spec.podTemplate.spec.containers[app].imagePullPolicy");
  CHECK(of_pod("containers[app].env[A].value") == "spec.env");
  CHECK(of_pod("containers[app].envFrom") == "spec.podTemplate.spec.containers[app].envFrom");
  CHECK(of_pod("containers[app].ports[80/TCP]") == "spec.port or spec.endpoint.ports");
  CHECK(of_pod("containers[app].resources.limits.cpu") == "spec.resources.instanceType");
  CHECK(of_pod("containers[app].readinessProbe.httpGet.path") == "spec.healthChecks.readiness");
  CHECK(of_pod("containers[app].volumeMounts[/data].name") ==
        "spec.podTemplate.spec.containers[app].volumeMounts");
  CHECK(of_pod("containers[proxy].image") == "spec.podTemplate.spec.containers");
  CHECK(of_pod("initContainers[clone-app].image") == "spec.repositories");
  CHECK(of_pod("initContainers[sync-llm].args") == "spec.models");
  CHECK(of_pod("initContainers[proxy]") == "spec.podTemplate.spec.initContainers");
  CHECK(of_pod("nodeSelector") == "spec.podTemplate.spec.nodeSelector");
  CHECK(spec_field("Deployment", "spec.template.metadata.labels.team") ==
        "spec.podTemplate.metadata.labels");
}

TEST_CASE("the field of a spec that decides about one of another child") {
  CHECK(spec_field("Service", "spec.ports[80/TCP].appProtocol") == "spec.endpoint.appProtocol");
  CHECK(spec_field("Service", "spec.ports[9090/TCP]") == "spec.endpoint.ports");
  CHECK(spec_field("HorizontalPodAutoscaler", "spec.maxReplicas") ==
        "spec.resources.autoscaling.maxReplicas");
  CHECK(spec_field("Ingress", "spec.rules") == "spec.endpoint.host");
  CHECK(spec_field("HTTPRoute", R"(metadata.annotations["a.example/b"])") ==
        "spec.endpoint.annotations");
}

TEST_CASE("what only the operator or its configuration decides about has no field") {
  for (const char* path :
       {"spec.strategy.type", "spec.paused", "spec.minReadySeconds", "spec", "spec.template.spec",
        "spec.template.spec.restartPolicy",
        R"(spec.template.metadata.labels["app.kubernetes.io/name"])",
        R"(spec.template.metadata.labels["gradient-operator.dev/deployment"])"}) {
    INFO(path);
    CHECK(spec_field("Deployment", path).empty());
  }
  CHECK(spec_field("Service", "spec.type").empty());
  CHECK(spec_field("PodDisruptionBudget", "spec.maxUnavailable").empty());
  CHECK(spec_field("Ingress", "spec.ingressClassName").empty());
}
