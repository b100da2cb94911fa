#include "reconcile/schema_refusal.h"

#include <catch2/catch.hpp>

namespace {

std::string of(const std::string& problems) {
  return reconcile::schema_problems(
      "apply Deployment ns/demo: 500: failed to create typed patch object (ns/demo; apps/v1, "
      "Kind=Deployment): " +
          problems,
      {});
}

const std::string pod = ".spec.template.spec.";

}  // namespace

TEST_CASE("what does not fit the schema is told with its path and what is right") {
  struct Row {
    std::string theirs, ours;
  };
  const auto row = GENERATE(values<Row>({
      {R"(containers[name="app"].tty: expected boolean, got string)",
       "containers[app].tty must be true or false, not a string"},
      {R"(containers[name="app"].ports[containerPort=80,protocol="TCP"].hostPort: expected numeric )"
       R"((int or float), got string)",
       "containers[app].ports[80/TCP].hostPort must be a number, not a string"},
      {R"(tolerations[0].key: expected string, got &value.valueUnstructured{Value:1})",
       "tolerations[0].key must be a string; write it in quotes"},
      {"affinity: expected map, got &{[a b]}", "affinity must be a mapping"},
      {"dnsConfig.nameservers: expected list, got &{secret}",
       "dnsConfig.nameservers must be a list"},
      {R"(containers[name="app"].nope: field not declared in schema)",
       "containers[app].nope is no field of this version of Kubernetes; remove it"},
      {R"(imagePullSecrets: element 0: associative list with keys has an element that omits key )"
       R"(field "name" (and doesn't have default value))",
       "imagePullSecrets has an element without name; write it"},
      {R"(containers[name="a: b"].env: duplicate entries for key [name="A"])",
       "containers[a: b].env has two elements of the same key; keep one of them"},
      {"volumes: something new", "volumes something new"},
  }));
  CHECK(of(pod + row.theirs) == "podTemplate.spec." + row.ours);
}

TEST_CASE("all that does not fit the schema is told") {
  CHECK(of("errors:\n  " + pod +
           "hostNetwork: expected boolean, got int64\n  "
           ".spec.template.metadata.labels.a: expected string, got bool") ==
        "podTemplate.spec.hostNetwork must be true or false, not a number; "
        "podTemplate.metadata.labels.a must be a string, not true or false; write it in quotes");
}

TEST_CASE("of what it cannot convert the server tells no path") {
  const auto told = [](const std::string& why) {
    return reconcile::schema_problems(
        "apply Deployment ns/demo: 500: failed to convert new object (ns/demo; apps/v1, "
        "Kind=Deployment) to proper version: unable to convert unstructured object to apps/v1, "
        "Kind=Deployment: " +
            why,
        json::parse(R"({"spec":{"terminationGracePeriodSeconds":30,"containers":[{"name":"app",
            "ports":[{"containerPort":1.5}],"resources":{"limits":{"cpu":0.5}}}],"securityContext":{"fsGroup":0.5}}})"));
  };
  CHECK(told("quantities must match the regular expression '^x$'") ==
        "an amount is written in no form of a quantity; write one such as 500m or 1Gi");
  CHECK(told("cannot convert float64 to int64") ==
        "a number is not whole and has to be: "
        "podTemplate.spec.containers[app].ports[0].containerPort, "
        "podTemplate.spec.securityContext.fsGroup");
  CHECK(told("json: cannot unmarshal bool into Go value of type int32") ==
        "a value is of another type than its field; compare it with kubectl explain "
        "deployment.spec.template.spec");
}

TEST_CASE("other refusals are not about the schema") {
  CHECK(reconcile::schema_problems("Deployment.apps \"demo\" is invalid: spec.replicas: no", {})
            .empty());
  CHECK(of("").empty());
}
