#include "base/base64.h"
#include "base/rfc3339.h"
#include "reconcile/deployment_reconciler.h"
#include "reconcile/world.h"

#include <catch2/catch.hpp>

namespace {

const std::string our_path =
    "/apis/gradient-operator.dev/v1alpha1/namespaces/ns/gradientdeployments/demo";
const std::string deployment_path = "/apis/apps/v1/namespaces/ns/deployments/demo";
const std::string service_path = "/api/v1/namespaces/ns/services/demo";
const std::string autoscaler_path =
    "/apis/autoscaling/v2/namespaces/ns/horizontalpodautoscalers/demo";
const std::string budget_path = "/apis/policy/v1/namespaces/ns/poddisruptionbudgets/demo";

constexpr const char* plain =
    R"({"spec":{"image":"example.com/app:1","resources":{"instanceType":"C4"}}})";
constexpr const char* with_repository = R"({"spec":{"image":"example.com/app:1","repositories":
    {"dataset":"data","repositories":[{"url":"https://git.example/a.git","name":"a"}]},
    "resources":{"instanceType":"C4"}}})";

constexpr const char* with_pod_template = R"({"spec":{"image":"example.com/app:1",
    "resources":{"instanceType":"C4"},"podTemplate":{"spec":{"priorityClassName":"A_"}}}})";
const std::string dry_run =
    "PATCH " + deployment_path +
    "?fieldManager=gradient-operator&force=true&fieldValidation=Strict&dryRun=All";

struct Scenario : World {
  reconcile::DeploymentReconciler& reconciler = reconcilers.deployments();

  kube::Outcome reconcile() { return look(reconciler, "demo"); }

  /// The server takes it as it is, or without a field of the pods' spec.
  void expect_dry_run(const std::string& dropped = "") {
    server.expect(dry_run).reply([dropped](const kube::Request& request) {
      auto object = json::parse(request.body);
      if (!dropped.empty()) object["spec"]["template"]["spec"].erase(dropped);
      kube::Response response;
      response.status = 200;
      response.body = json::text(object);
      return response;
    });
  }

  void expect_status() { World::expect_status(our_path, reconcile::gradient_deployments, "demo"); }

  /// Everything that a plain deployment needs, in the order in which it is sent.
  void expect_first_round() {
    expect_apply(service_path);
    expect_apply(deployment_path);
    expect_status();
  }

  /// As last published.
  json::Json condition(const std::string& type) {
    const auto object = stores.gradient_deployments.find({"ns", "demo"});
    for (const auto& found : json::elements_at(*object, {"status", "conditions"})) {
      if (json::string_at(found, {"type"}) == type) return found;
    }
    return {};
  }
  std::string why() { return json::string_at(condition("Ready"), {"reason"}); }
  std::string message() { return json::string_at(condition("Ready"), {"message"}); }
};

}  // namespace

TEST_CASE_METHOD(Scenario, "a deployment that is gone makes no request") {
  CHECK_FALSE(reconcile().requeue_after);
}

TEST_CASE_METHOD(Scenario, "a child that goes with its deployment is not made again") {
  put(reconcile::gradient_deployments, "demo", plain);
  expect_first_round();
  reconcile();
  stores.services.erase(*stores.services.find({"ns", "demo"}));
  const auto known = stores.gradient_deployments.find({"ns", "demo"});
  auto& asked = server.expect("GET " + our_path.substr(0, our_path.rfind('/')) +
                              "?fieldSelector=metadata.name%3Ddemo&*");
  const auto list = [](const std::string& items) { return R"({"items":[)" + items + "]}"; };
  SECTION("the deployment has gone, and no event has told") {
    asked.answer(200, list(""));
    CHECK_THROWS_WITH(reconcile(), Catch::Contains("was deleted meanwhile"));
  }
  SECTION("another has its name") {
    auto another = *known;
    another["metadata"]["uid"] = json::Json("another");
    asked.answer(200, list(json::text(another)));
    CHECK_THROWS_WITH(reconcile(), Catch::Contains("was deleted meanwhile"));
  }
  SECTION("it was the child alone that was deleted") {
    asked.answer(200, list(json::text(*known)));
    expect_apply(service_path);
    reconcile();
  }
  server.finish();
}

TEST_CASE_METHOD(Scenario, "a deployment that is being deleted makes no request") {
  put(reconcile::gradient_deployments, "demo",
      R"({"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"},
          "spec":{"image":"example.com/app:1","resources":{"instanceType":"C4"}}})");
  CHECK_FALSE(reconcile().requeue_after);
}

TEST_CASE_METHOD(Scenario,
                 "a new spec is applied as Deployment and Service, then told in the status") {
  put(reconcile::gradient_deployments, "demo", plain);
  expect_first_round();
  reconcile();
  const auto requests = server.requests();
  CHECK(json::parse(requests[0].body).at("metadata").at("resourceVersion").as_string() == "1");
  CHECK(requests[0].query[1] == std::pair<std::string, std::string>("force", "false"));
}

TEST_CASE_METHOD(Scenario,
                 "a status waits for the events that it is made of, the children do not") {
  put(reconcile::gradient_deployments, "demo", plain);
  expect_first_round();
  reconcile();
  server.finish();
  auto taken_up = *stores.deployments.find({"ns", "demo"});
  taken_up["status"] = json::parse(R"({"observedGeneration":1,"replicas":1})");
  put(kube::deployments, "demo", json::text(taken_up));
  put(kube::pods, "demo-a", R"({"metadata":{"labels":{"gradient-operator.dev/deployment":"demo"}},
      "status":{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False",
      "reason":"Unschedulable","message":"no nodes"}]}})");
  CHECK(reconcile().requeue_after == reconcile::BackgroundReader::first_result_timeout);
  server.expect("GET /api/v1/namespaces/ns/events?*").answer(200, R"({"items":[]})");
  read_all();
  CHECK(news == std::vector{reconcile::Ref{"GradientDeployment", {"ns", "demo"}}});
  expect_status();
  expect_event("Unschedulable");
  CHECK(reconcile().requeue_after == std::chrono::seconds(2));
  server.finish();
  CHECK(why() == "Unschedulable");
}

TEST_CASE_METHOD(Scenario, "an edit that comes before the status is written is looked at") {
  put(reconcile::gradient_deployments, "demo", plain);
  expect_apply(service_path);
  expect_apply(deployment_path);
  SECTION("none") {
    expect_status();
    reconcile();
    CHECK(enqueued.empty());
  }
  SECTION("one, which the answer to the status has") {
    server.expect("PATCH " + our_path + "/status?fieldManager=gradient-operator-status*")
        .answer(200, R"({"apiVersion":"gradient-operator.dev/v1alpha1",
            "kind":"GradientDeployment","metadata":{"name":"demo","namespace":"ns",
            "uid":"uid-of-demo","generation":2,"resourceVersion":"900"},
            "spec":{"image":"example.com/app:2","resources":{"instanceType":"C4"}}})");
    reconcile();
    CHECK(enqueued == std::vector{reconcile::Ref{"GradientDeployment", {"ns", "demo"}}});
  }
}

TEST_CASE_METHOD(Scenario, "a second look at an unchanged world makes no request") {
  put(reconcile::gradient_deployments, "demo", plain);
  expect_first_round();
  reconcile();
  server.finish();
  CHECK_FALSE(reconcile().requeue_after);
}

TEST_CASE_METHOD(
    Scenario, "a field that somebody changed is applied again, by force and only to that object") {
  put(reconcile::gradient_deployments, "demo", plain);
  expect_first_round();
  reconcile();
  server.finish();
  auto service = *stores.services.find({"ns", "demo"});
  service["spec"]["selector"] = json::parse(R"({"gradient-operator.dev/deployment":"other"})");
  service["metadata"]["resourceVersion"] = json::Json("200");
  stores.services.put(service);
  service["metadata"]["managedFields"] = json::parse(R"([{"manager":"platform",
      "operation":"Apply","apiVersion":"v1","fieldsV1":{"f:spec":{"f:selector":{}}}}])");
  server.expect("GET " + service_path).answer(200, json::text(service));
  expect_apply(service_path);
  expect_event("DriftCorrected");
  reconcile();
  const auto requests = server.requests();
  const auto& request = requests.at(requests.size() - 2);
  CHECK(json::string_at(json::parse(requests.back().body), {"message"}) ==
        "what platform changed in Service ns/demo is reverted: spec.selector; the operator owns "
        "the spec of this object");
  CHECK(request.query[1] == std::pair<std::string, std::string>("force", "true"));
  CHECK(json::string_at(json::parse(request.body), {"metadata", "uid"}) == "uid-of-demo");
}

TEST_CASE_METHOD(Scenario, "what somebody added by hand is taken over, then applied away") {
  put(reconcile::gradient_deployments, "demo", plain);
  expect_first_round();
  reconcile();
  server.finish();
  auto edited = *stores.deployments.find({"ns", "demo"});
  edited["spec"]["paused"] = json::Json(true);
  edited["metadata"]["resourceVersion"] = json::Json("200");
  edited["metadata"]["managedFields"] =
      json::parse(R"([{"apiVersion":"apps/v1","manager":"kubectl-rollout"}])");
  stores.deployments.put(edited);
  auto fresh = edited;
  fresh["metadata"]["managedFields"] = json::parse(
      R"([{"manager":"gradient-operator","operation":"Apply","fieldsV1":{"f:spec":{"f:a":{}}}},
          {"manager":"kubectl-rollout","operation":"Update",
           "fieldsV1":{"f:spec":{"f:paused":{}}}}])");

  SECTION("by its owners in the object as it is now") {
    server.expect("GET " + deployment_path).answer(200, json::text(fresh));
    auto answer = edited;
    answer["metadata"].erase("managedFields");
    answer["metadata"]["resourceVersion"] = json::Json("201");
    answer["metadata"]["annotations"]["gradient-operator.dev/applied"] = json::Json("");
    server.expect("PATCH " + deployment_path + "?fieldManager=gradient-operator&*")
        .answer(200, json::text(answer));
    expect_apply(deployment_path);
    expect_event("DriftCorrected");
    reconcile();
    const auto requests = server.requests();
    CHECK(requests[requests.size() - 3].body ==
          R"({"metadata":{"annotations":{"gradient-operator.dev/applied":""},"managedFields":)"
          R"([{"fieldsV1":{"f:spec":{"f:a":{},"f:paused":{}}},"manager":"gradient-operator",)"
          R"("operation":"Apply"}],"resourceVersion":"200"}})");
    CHECK(requests[requests.size() - 2].content_type == "application/apply-patch+yaml");
    CHECK(json::string_at(json::parse(requests.back().body), {"message"}) ==
          "what kubectl-rollout changed in Deployment ns/demo is reverted: spec.paused; the "
          "operator owns the spec of this object");
  }
  SECTION("by nobody when it has changed again meanwhile, which is a conflict") {
    server.expect("GET " + deployment_path).answer(200, json::text(fresh));
    server.expect("PATCH " + deployment_path + "?fieldManager=gradient-operator&*")
        .answer(409, R"({"kind":"Status","reason":"Conflict","message":"modified","code":409})");
    try {
      reconciler.reconcile({"ns", "demo"}, {});
      FAIL("nothing was thrown");
    } catch (const kube::ApiError& error) {
      CHECK(error.conflict());
    }
    server.finish();
  }
  SECTION("unless it is nothing of ours any more") {
    fresh["metadata"]["managedFields"].as_array().at(1)["fieldsV1"] =
        json::parse(R"({"f:spec":{"f:template":{"f:metadata":{"f:annotations":{"f:c":{}}}}}})");
    server.expect("GET " + deployment_path).answer(200, json::text(fresh));
    reconcile();
  }
}

TEST_CASE_METHOD(Scenario, "what others may set in the spec costs no request at any look") {
  put(reconcile::gradient_deployments, "demo", plain);
  expect_first_round();
  reconcile();
  server.finish();
  const auto entry = GENERATE(values<std::string>(
      {R"("apiVersion":"apps/v1","fieldsV1":{"f:spec":{"f:template":{"f:metadata":
           {"f:annotations":{".":{},"f:kubectl.kubernetes.io/restartedAt":{}}}}}})",
       R"("apiVersion":"apps/v1","fieldsV1":{"f:spec":{"f:replicas":{}}})",
       R"("apiVersion":"apps/v1beta1","fieldsV1":{"f:spec":{"f:paused":{}}})"}));
  CAPTURE(entry);
  auto restarted = *stores.deployments.find({"ns", "demo"});
  restarted["metadata"]["resourceVersion"] = json::Json("200");
  restarted["metadata"]["managedFields"] = json::parse(
      R"([{"manager":"gradient-operator","operation":"Apply","apiVersion":"apps/v1",
           "fieldsV1":{"f:spec":{"f:a":{}}}},
          {"manager":"kubectl-rollout","operation":"Update",)" +
      entry + "}]");
  stores.deployments.put(kube::parse_object(json::text(restarted)));
  for (int looks = 0; looks < 2; ++looks)
    reconcile();
}

TEST_CASE_METHOD(Scenario, "a deployment that is refused is scaled to zero where 0 is asked for") {
  put(reconcile::gradient_deployments, "demo", plain);
  expect_first_round();
  reconcile();
  server.finish();
  put(reconcile::gradient_deployments, "demo",
      R"({"metadata":{"generation":2},"spec":{"image":"example.com/app:1","enabled":false,
          "resources":{"instanceType":"C4"}}})");
  server.expect("PATCH " + deployment_path + "?fieldManager=gradient-operator&*")
      .answer(422, R"({"kind":"Status","reason":"Invalid","message":"no"})");
  auto off = *stores.deployments.find({"ns", "demo"});
  server.expect("GET " + deployment_path).answer(200, json::text(off));  // is it others' field?
  off["spec"]["replicas"] = json::Json(0);
  off["metadata"]["resourceVersion"] = json::Json("900");
  server.expect("PATCH " + deployment_path + "?fieldManager=gradient-operator&*")
      .answer(200, json::text(off));
  expect_status();
  expect_event("AdmissionRefused");
  reconcile();
  CHECK(why() == "AdmissionRefused");
  const auto requests = server.requests();
  CHECK(requests[requests.size() - 3].body ==
        R"({"metadata":{"uid":"uid-of-demo"},"spec":{"replicas":0}})");
}

TEST_CASE_METHOD(Scenario, "a paused deployment is left alone, and its edit is not told as seen") {
  put(reconcile::gradient_deployments, "demo", plain);
  expect_first_round();
  reconcile();
  const auto before = *stores.gradient_deployments.find({"ns", "demo"});
  put(reconcile::gradient_deployments, "demo",
      R"({"metadata":{"generation":7,"annotations":{"gradient-operator.dev/paused":"true"}},
          "spec":{"image":"example.com/app:2","resources":{"instanceType":"C4"}},"status":)" +
          json::text(before.at("status")) + "}");
  expect_status();
  CHECK_FALSE(reconcile().requeue_after);
  CHECK(json::string_at(condition("Paused"), {"status"}) == "True");
  const auto after = *stores.gradient_deployments.find({"ns", "demo"});
  CHECK(json::equal(json::at(after, {"status", "observedGeneration"}),
                    json::at(before, {"status", "observedGeneration"})));
  reconcile();  // nothing more to say
}

TEST_CASE_METHOD(Scenario,
                 "what podTemplate makes of the pods is tried once before it is applied") {
  put(reconcile::gradient_deployments, "demo", with_pod_template);
  expect_dry_run();
  expect_first_round();
  reconcile();
  reconcile();  // at rest: no request
}

TEST_CASE_METHOD(Scenario,
                 "a podTemplate that the API server refuses is told, once asked, and changes "
                 "nothing") {
  put(reconcile::gradient_deployments, "demo", with_pod_template);
  server.expect(dry_run).answer(
      422, R"({"kind":"Status","reason":"Invalid","message":"Deployment.apps \"demo\" is invalid: )"
           R"(spec.template.spec.priorityClassName: Invalid value: \"A_\""})");
  expect_status();
  expect_event("PodTemplateInvalid");
  CHECK_FALSE(reconcile().requeue_after);
  CHECK(why() == "PodTemplateInvalid");
  CHECK(message().find("spec.template.spec.priorityClassName: Invalid value") != std::string::npos);
  CHECK(json::string_at(condition("SpecValid"), {"status"}) == "False");
  CHECK(json::string_at(condition("ReferencesResolved"), {"status"}) == "True");
  reconcile();  // the same spec is not tried again
}

TEST_CASE_METHOD(Scenario, "a field of podTemplate that the API server leaves out is told") {
  put(reconcile::gradient_deployments, "demo", with_pod_template);
  expect_dry_run("priorityClassName");
  expect_status();
  expect_event("PodTemplateInvalid");
  reconcile();
  CHECK(message().find("leaves out spec.template.spec.priorityClassName") != std::string::npos);
}

TEST_CASE_METHOD(Scenario, "a field of podTemplate of another type is told with its path") {
  put(reconcile::gradient_deployments, "demo", with_pod_template);
  server.expect(dry_run).answer(
      500, R"({"kind":"Status","message":"failed to create typed patch object (ns/demo; apps/v1, )"
           R"(Kind=Deployment): .spec.template.spec.containers[name=\"app\"].tty: expected )"
           R"(boolean, got string"})");
  expect_status();
  expect_event("PodTemplateInvalid");
  reconcile();
  CHECK(message() ==
        "the API server refuses the pods that podTemplate makes: "
        "podTemplate.spec.containers[app].tty must be true or false, not a string; correct "
        "spec.podTemplate, or podTemplate of the operator's configuration");
}

TEST_CASE_METHOD(Scenario, "a quantity that is none is told though the server answers 500") {
  put(reconcile::gradient_deployments, "demo", with_pod_template);
  server.expect(dry_run).answer(
      500, R"({"kind":"Status","message":"failed to convert new object (ns/demo; apps/v1, )"
           R"(Kind=Deployment) to proper version: quantities must match"})");
  expect_status();
  expect_event("PodTemplateInvalid");
  reconcile();
}

TEST_CASE_METHOD(Scenario, "a dry run that a policy refuses leaves it to the apply to say so") {
  put(reconcile::gradient_deployments, "demo", with_pod_template);
  server.expect(dry_run).answer(
      422, R"({"kind":"Status","reason":"Invalid","message":"ValidatingAdmissionPolicy 'p' with )"
           R"(binding 'b' denied request: spec.template has no label"})");
  expect_first_round();
  reconcile();
}

TEST_CASE_METHOD(
    Scenario,
    "an invalid spec is told in the status and an event, applies nothing and is not retried") {
  put(reconcile::gradient_deployments, "demo",
      R"({"spec":{"image":"example.com/app:1","prot":80,"resources":{"instanceType":"C4"}}})");
  expect_status();
  expect_event("InvalidSpec");
  CHECK_FALSE(reconcile().requeue_after);
  CHECK(why() == "InvalidSpec");
  CHECK(message().find("spec.prot") != std::string::npos);
}

TEST_CASE_METHOD(Scenario, "an unknown instance type is refused, listing what there is") {
  put(reconcile::gradient_deployments, "demo",
      R"({"spec":{"image":"example.com/app:1","resources":{"instanceType":"Z9"}}})");
  expect_status();
  expect_event("UnknownInstanceType");
  CHECK_FALSE(reconcile().requeue_after);
  CHECK(message().find("spec.resources.instanceType") != std::string::npos);
  CHECK(message().find("P4000") != std::string::npos);
}

TEST_CASE_METHOD(Scenario,
                 "a missing Dataset holds everything back, and its appearance is waited for") {
  put(reconcile::gradient_deployments, "demo", with_repository);
  expect_status();
  expect_event("DatasetNotFound");
  CHECK_FALSE(reconcile().requeue_after);
  CHECK(why() == "DatasetNotFound");
  CHECK(dependents.of({"Dataset", {"ns", "data"}}) ==
        std::vector<reconcile::Ref>{{"GradientDeployment", {"ns", "demo"}}});
}

TEST_CASE_METHOD(Scenario, "a Dataset that is not ready holds everything back and passes on why") {
  put(reconcile::gradient_deployments, "demo", with_repository);
  put(reconcile::datasets, "data",
      R"({"spec":{"size":"1Gi"},"status":{"conditions":[{"type":"Ready",
      "status":"False","reason":"QuotaExceeded","message":"no room","observedGeneration":1}]}})");
  expect_status();
  expect_event("DatasetNotReady");
  reconcile();
  CHECK(message().find("no room") != std::string::npos);
}

TEST_CASE_METHOD(Scenario, "a Dataset that nobody has looked at yet is waited for in silence") {
  put(reconcile::gradient_deployments, "demo", with_repository);
  put(reconcile::datasets, "data", R"({"spec":{"size":"1Gi"}})");
  CHECK_FALSE(reconcile().requeue_after);
  CHECK(dependents.any({"Dataset", {"ns", "data"}}));
}

TEST_CASE_METHOD(Scenario, "what is missing for good is told without what is about to be there") {
  put(reconcile::gradient_deployments, "demo", R"({"spec":{"image":"example.com/app:1",
      "containerRegistry":"gone","repositories":{"dataset":"data",
      "repositories":[{"url":"https://git.example/a.git","name":"a"}]},
      "resources":{"instanceType":"C4"}}})");
  put(reconcile::datasets, "data", R"({"spec":{"size":"1Gi"}})");
  expect_status();
  expect_event("ContainerRegistryNotFound");
  reconcile();
  CHECK(message() ==
        "spec.containerRegistry: there is no ContainerRegistry gone in namespace ns; "
        "create it or name another");
}

TEST_CASE_METHOD(Scenario, "a webhook that cannot be reached is told, not only tried again") {
  put(reconcile::gradient_deployments, "demo", plain);
  expect_apply(service_path);
  server.expect("PATCH " + deployment_path + "*")
      .answer(500, R"({"kind":"Status","reason":"InternalError","code":500,"message":
          "Internal error occurred: failed calling webhook \"w.example\": no endpoints"})");
  expect_status();
  expect_event("AdmissionRefused");
  CHECK(reconcile().requeue_after == std::chrono::minutes(1));
  CHECK(message() ==
        "Deployment ns/demo was refused: apply Deployment ns/demo: 500 InternalError: Internal "
        "error occurred: failed calling webhook \"w.example\": no endpoints");
}

TEST_CASE_METHOD(Scenario, "an object that is too large for the cluster is told, with a remedy") {
  put(reconcile::gradient_deployments, "demo", plain);
  expect_apply(service_path);
  server.expect("PATCH " + deployment_path + "?*")
      .answer(500, R"({"kind":"Status","message":"etcdserver: request is too large"})");
  expect_status();
  expect_event("AdmissionRefused");
  reconcile();
  CHECK(message() ==
        "Deployment ns/demo is too large for the cluster (apply Deployment ns/demo: 500: "
        "etcdserver: request is too large); shorten spec.env and spec.command, or move data into a "
        "repository or model");
}

TEST_CASE_METHOD(Scenario, "nothing is told in a namespace that is being deleted") {
  put(reconcile::gradient_deployments, "demo", plain);
  server.expect("PATCH " + service_path + "?*")
      .answer(403, R"({"kind":"Status","reason":"Forbidden","message":"is being terminated",
          "details":{"causes":[{"reason":"NamespaceTerminating"}]}})");
  CHECK_THROWS_AS(reconcile(), kube::ApiError);
}

TEST_CASE_METHOD(Scenario, "repositories are not cloned into a dataset that is read-only") {
  put(reconcile::gradient_deployments, "demo", with_repository);
  put_ready(reconcile::datasets, "data", R"({"claimName":"files"})",
            R"("claimName":"files","accessModes":["ReadOnlyMany"])");
  expect_status();
  expect_event("DatasetNotWritable");
  reconcile();
  CHECK(why() == "DatasetNotWritable");
}

namespace {

/// A deployment that runs, and an operator with another helper image.
struct Upgrade : Scenario {
  Upgrade() {
    settings.sync_image = "example.com/gradient-sync:1";
    put(reconcile::gradient_deployments, "demo", with_repository);
    put_ready(reconcile::datasets, "data", R"({"claimName":"files"})", R"("claimName":"files")");
    expect_first_round();
    reconcile();
    server.finish();
    settings.sync_image = "example.com/gradient-sync:2";
  }

  /// As the deployment controller tells it.
  void roll_out(const std::string& reason) {
    auto deployment = *stores.deployments.find({"ns", "demo"});
    deployment["status"] = json::parse(R"({"observedGeneration":1,"replicas":1,"readyReplicas":1,
        "updatedReplicas":1,"availableReplicas":1,
        "conditions":[{"type":"Progressing","status":"True","reason":")" +
                                       reason + R"("}]})");
    put(kube::deployments, "demo", json::text(deployment));
  }

  std::string helper_image() {
    const auto deployment = *stores.deployments.find({"ns", "demo"});
    const auto& containers =
        json::elements_at(deployment, {"spec", "template", "spec", "initContainers"});
    return json::string_at(*containers.begin(), {"image"});
  }
};

}  // namespace

TEST_CASE_METHOD(Upgrade, "another helper image is no reason to replace pods that run") {
  roll_out("NewReplicaSetAvailable");
  expect_status();
  expect_event("Ready");
  reconcile();
  CHECK(helper_image() == "example.com/gradient-sync:1");
}

TEST_CASE_METHOD(Upgrade, "what replaces the pods anyway brings the other helper image") {
  roll_out("NewReplicaSetAvailable");
  put(reconcile::gradient_deployments, "demo",
      R"({"spec":{"image":"example.com/app:2","repositories":
    {"dataset":"data","repositories":[{"url":"https://git.example/a.git","name":"a"}]},
    "resources":{"instanceType":"C4"}}})");
  expect_apply(deployment_path);
  expect_status();
  reconcile();
  CHECK(helper_image() == "example.com/gradient-sync:2");
}

TEST_CASE_METHOD(Upgrade, "pods that have not come up get the other helper image at once") {
  roll_out("ReplicaSetUpdated");
  expect_apply(deployment_path);
  reconcile();
  CHECK(helper_image() == "example.com/gradient-sync:2");
}

TEST_CASE_METHOD(Scenario, "a Model whose source nobody has filled in is named by its deployment") {
  put(reconcile::models, "m", R"({"spec":{"source":{"url":"https://change-me.invalid/m/"}}})");
  put(reconcile::gradient_deployments, "demo",
      R"({"spec":{"image":"example.com/a:1","models":[{"id":"m"}],
      "resources":{"instanceType":"C4"}}})");
  expect_status();
  expect_event("SourceIsPlaceholder");
  reconcile();
  CHECK(why() == "SourceIsPlaceholder");
}

TEST_CASE_METHOD(Scenario, "a Model whose claim does not exist is told with what to do") {
  put(reconcile::models, "m", R"({"spec":{"source":{"url":"pvc://files/m"}}})");
  put(reconcile::gradient_deployments, "demo",
      R"({"spec":{"image":"example.com/a:1","models":[{"id":"m"}],
      "resources":{"instanceType":"C4"}}})");
  server.expect("GET /api/v1/namespaces/ns/persistentvolumeclaims/files").answer(404);
  expect_status();
  expect_event("ClaimNotFound");
  reconcile();
  CHECK(message() ==
        "Model m: spec.source.url: there is no PersistentVolumeClaim files in namespace ns; create "
        "it or name another");
}

TEST_CASE_METHOD(Scenario, "scaling to zero is done even while a reference is missing") {
  put(kube::deployments, "demo", R"({"metadata":{"ownerReferences":[{"uid":"uid-of-demo",
      "controller":true}]},"spec":{"replicas":2}})");
  put(reconcile::gradient_deployments, "demo",
      R"({"spec":{"enabled":false,"image":"example.com/a:1",
      "containerRegistry":"gone","resources":{"instanceType":"C4"}}})");
  server.expect("PATCH " + deployment_path + "?fieldManager=gradient-operator*")
      .with_body(R"({"metadata":{"uid":"uid-of-demo"},"spec":{"replicas":0}})")
      .answer(200, R"({"metadata":{"name":"demo","namespace":"ns","uid":"uid-of-demo",
                      "resourceVersion":"900"},"spec":{"replicas":0}})");
  expect_status();
  expect_event("ContainerRegistryNotFound");
  reconcile();
  CHECK(why() == "ContainerRegistryNotFound");
}

TEST_CASE_METHOD(Scenario,
                 "pods that ran before are switched on again while a reference is missing") {
  put(kube::deployments, "demo", R"({"metadata":{"ownerReferences":[{"uid":"uid-of-demo",
      "controller":true}]},"spec":{"replicas":0}})");
  put(reconcile::gradient_deployments, "demo",
      R"({"spec":{"enabled":true,"image":"example.com/a:1","containerRegistry":"gone",
          "resources":{"instanceType":"C4","replicas":2}}})");
  server.expect("PATCH " + deployment_path + "?fieldManager=gradient-operator*")
      .with_body(R"({"metadata":{"uid":"uid-of-demo"},"spec":{"replicas":2}})")
      .answer(200, R"({"metadata":{"name":"demo","namespace":"ns","uid":"uid-of-demo",
                      "resourceVersion":"900","ownerReferences":[{"uid":"uid-of-demo",
                      "controller":true}]},"spec":{"replicas":2}})");
  expect_status();
  expect_event("ContainerRegistryNotFound");
  reconcile();
  reconcile();  // they are left as they are
}

TEST_CASE_METHOD(Scenario, "a Secret is asked for once, not once for every field that names it") {
  put(reconcile::gradient_deployments, "demo", R"({"spec":{"image":"example.com/app:1","env":[
      {"name":"A","value":"SECRET:a"},{"name":"B","value":"SECRET:b"}],
      "resources":{"instanceType":"C4"}}})");
  server.expect("GET /api/v1/namespaces/ns/secrets/gradient-secrets")
      .answer(200, R"({"metadata":{"name":"gradient-secrets","namespace":"ns"},
                      "data":{"a":"eA==","b":"eA=="}})");
  expect_first_round();
  reconcile();
}

TEST_CASE_METHOD(Scenario,
                 "a Secret that was missing for others is looked for by a new deployment") {
  server.expect("GET /api/v1/namespaces/ns/secrets/gradient-secrets").answer(404);
  polled.find(kube::secrets, {"ns", "gradient-secrets"}, {});
  clock.advance(std::chrono::seconds(2));
  put(reconcile::gradient_deployments, "demo", R"({"spec":{"image":"example.com/app:1","env":[
      {"name":"A","value":"SECRET:a"}],"resources":{"instanceType":"C4"}}})");
  server.expect("GET /api/v1/namespaces/ns/secrets/gradient-secrets")
      .answer(200, R"({"metadata":{"name":"gradient-secrets","namespace":"ns"},
                      "data":{"a":"eA=="}})");
  expect_first_round();
  reconcile();
  clock.advance(std::chrono::seconds(2));
  reconcile();
}

struct SecretScenario : Scenario {
  const std::string key_path = "/api/v1/namespaces/gradient-system/secrets";

  /// The server has the Secret of the environment with this value.
  void expect_secret(const std::string& value, const std::string& labels = "{}") {
    server.expect("GET /api/v1/namespaces/ns/secrets/gradient-secrets")
        .answer(200, R"({"metadata":{"name":"gradient-secrets","namespace":"ns","uid":"s",
                        "resourceVersion":")" +
                         value + R"(","labels":)" + labels + R"(},"data":{"a":")" + value + "\"}}");
  }
  void expect_key(const std::string& byte) {
    server.expect("GET " + key_path + "/gradient-operator-hash-key")
        .answer(200, R"({"metadata":{"name":"gradient-operator-hash-key"},"data":{"key":")" +
                         base::base64_encode(std::string(32, byte.front())) + "\"}}");
  }
  std::string hash() {
    return json::string_at(
        *stores.deployments.find({"ns", "demo"}),
        {"spec", "template", "metadata", "annotations", "gradient-operator.dev/secrets-hash"});
  }
};

constexpr const char* restarting = R"({"spec":{"restartOnSecretChange":true,
    "image":"example.com/app:1","env":[{"name":"A","value":"SECRET:a"}],
    "resources":{"instanceType":"C4"}}})";

TEST_CASE_METHOD(SecretScenario, "pods restart when a Secret in their environment changes") {
  put(reconcile::gradient_deployments, "demo", restarting);
  expect_secret("eA==");
  expect_key("k");
  expect_first_round();
  reconcile();
  const auto first = hash();
  CHECK(first.size() == 32);
  reconcile();  // writes nothing

  clock.advance(std::chrono::minutes(1));
  expect_secret("eQ==");
  expect_apply(deployment_path);
  reconcile();
  CHECK(hash() != first);
  CHECK(hash().size() == 32);
}

TEST_CASE_METHOD(SecretScenario,
                 "the key of hashes is made once, and that of the first one counts") {
  put(reconcile::gradient_deployments, "demo", restarting);
  expect_secret("eA==");
  server.expect("GET " + key_path + "/gradient-operator-hash-key").answer(404);
  std::string made;
  SECTION("by this operator") {
    server.expect("POST " + key_path + "*").reply([&](const kube::Request& request) {
      made = json::string_at(json::parse(request.body), {"data", "key"});
      return kube::Response{.status = 201, .body = request.body};
    });
    expect_first_round();
    reconcile();
    CHECK(base::base64_decode(made)->size() == 32);
  }
  SECTION("by another one at the same time") {
    server.expect("POST " + key_path + "*")
        .answer(409, R"({"kind":"Status","reason":"AlreadyExists","message":"it is","code":409})");
    expect_key("k");
    expect_first_round();
    reconcile();
  }
  CHECK(hash().size() == 32);
}

TEST_CASE_METHOD(SecretScenario, "a key that the operator may not keep is told, and tried again") {
  put(reconcile::gradient_deployments, "demo", restarting);
  expect_secret("eA==");
  server.expect("GET " + key_path + "/gradient-operator-hash-key")
      .answer(403, R"({"kind":"Status","reason":"Forbidden","code":403,"message":
          "secrets \"gradient-operator-hash-key\" is forbidden: User \"u\" cannot get"})");
  expect_status();
  expect_event("HashKeyUnavailable");
  CHECK(reconcile().requeue_after == std::chrono::minutes(1));
  CHECK(
      message() ==
      "spec.restartOnSecretChange: the operator can neither read nor create the Secret "
      "gradient-operator-hash-key: get Secret gradient-system/gradient-operator-hash-key: 403 "
      "Forbidden: secrets \"gradient-operator-hash-key\" is forbidden: User \"u\" cannot get; let "
      "it get that Secret, and create Secrets, in its own namespace");
}

TEST_CASE_METHOD(SecretScenario, "where labels are demanded, no other Secret is used") {
  settings.labelled_secrets_only = true;
  put(reconcile::gradient_deployments, "demo", R"({"spec":{"image":"example.com/app:1","env":[
      {"name":"A","value":"SECRET:a"}],"resources":{"instanceType":"C4"}}})");
  SECTION("one without it is told") {
    expect_secret("eA==");
    expect_status();
    expect_event("SecretNotAllowed");
    reconcile();
    CHECK(
        message().starts_with("spec.env[0].value: Secret gradient-secrets in namespace ns lacks "
                              "the label"));
  }
  SECTION("one with it is used") {
    expect_secret("eA==", R"({"gradient-operator.dev/allowed":"true"})");
    expect_first_round();
    reconcile();
  }
  SECTION("one that only a podTemplate names is looked at, too") {
    put(reconcile::gradient_deployments, "demo", R"({"spec":{"image":"example.com/app:1",
        "podTemplate":{"spec":{"volumes":[{"name":"v","secret":{"secretName":"other"}}]}},
        "resources":{"instanceType":"C4"}}})");
    server.expect("GET /api/v1/namespaces/ns/secrets/other").answer(404);
    expect_status();
    expect_event("SecretNotFound");
    reconcile();
    CHECK(message() ==
          "spec.podTemplate.spec.volumes[0].secret: there is no Secret other in namespace ns; "
          "create it");
  }
}

TEST_CASE_METHOD(Scenario, "a missing key of a Secret is told by field, Secret and key") {
  put(reconcile::gradient_deployments, "demo", R"({"spec":{"image":"example.com/app:1","env":[
      {"name":"A","value":"SECRET:a"}],"resources":{"instanceType":"C4"}}})");
  server.expect("GET /api/v1/namespaces/ns/secrets/gradient-secrets")
      .answer(200, R"({"metadata":{"name":"gradient-secrets","namespace":"ns"},"data":{}})");
  expect_status();
  expect_event("SecretKeyNotFound");
  reconcile();
  CHECK(message() ==
        "spec.env[0].value: Secret gradient-secrets in namespace ns has no key a; add it");
}

TEST_CASE_METHOD(
    Scenario, "a Service that belongs to somebody else is named, and asked for again in a minute") {
  put(reconcile::gradient_deployments, "demo", plain);
  server.expect("PATCH " + service_path + "*")
      .answer(409, R"({"kind":"Status","reason":"Conflict","message":"modified","code":409})");
  server.expect("GET " + service_path)
      .answer(200, R"({"metadata":{"name":"demo","namespace":"ns","uid":"other","ownerReferences":[
                      {"kind":"App","name":"theirs","uid":"u","controller":true}]}})");
  expect_apply(deployment_path);
  expect_status();
  expect_event("NameConflict");
  CHECK(reconcile().requeue_after == std::chrono::minutes(1));
  CHECK(message().find("Service ns/demo exists and belongs to App theirs") != std::string::npos);
}

TEST_CASE_METHOD(Scenario, "a quota that is exceeded is told, and asked for again in a minute") {
  put(reconcile::gradient_deployments, "demo", plain);
  expect_apply(service_path);
  server.expect("PATCH " + deployment_path + "*")
      .answer(403, R"({"kind":"Status","reason":"Forbidden","code":403,"message":
          "deployments.apps \"demo\" is forbidden: exceeded quota: q, requested: count=1"})");
  expect_status();
  expect_event("QuotaExceeded");
  CHECK(reconcile().requeue_after == std::chrono::minutes(1));
  CHECK(why() == "QuotaExceeded");
}

TEST_CASE_METHOD(Scenario,
                 "an autoscaler that is no longer wanted is removed, a stranger's is not") {
  const auto labelled = [](const std::string& owner) {
    return R"({"metadata":{"labels":{"gradient-operator.dev/deployment":"demo"},"ownerReferences":[
              {"uid":")" +
           owner + R"(","controller":true}]}})";
  };
  put(kube::autoscalers, "demo", labelled("uid-of-demo"));
  put(kube::autoscalers, "theirs", labelled("another-uid"));
  put(reconcile::gradient_deployments, "demo", plain);
  expect_apply(service_path);
  expect_apply(deployment_path);
  server.expect("DELETE " + autoscaler_path);
  expect_status();
  reconcile();
  CHECK(stores.autoscalers.keys() == std::vector<kube::Key>{{"ns", "theirs"}});
}

TEST_CASE_METHOD(Scenario, "a child that could not be deleted is deleted later") {
  put(kube::autoscalers, "demo",
      R"({"metadata":{"labels":{"gradient-operator.dev/deployment":"demo"},
          "ownerReferences":[{"uid":"uid-of-demo","controller":true}]}})");
  put(reconcile::gradient_deployments, "demo", plain);
  expect_apply(service_path);
  expect_apply(deployment_path);
  server.expect("DELETE " + autoscaler_path).answer(409, R"({"reason":"Conflict"})");
  CHECK_THROWS_AS(reconcile(), kube::ApiError);
  server.expect("DELETE " + autoscaler_path);
  expect_status();
  reconcile();
  CHECK(stores.autoscalers.keys().empty());
}

TEST_CASE_METHOD(Scenario, "several replicas get a disruption budget") {
  put(reconcile::gradient_deployments, "demo", R"({"spec":{"image":"example.com/app:1",
      "resources":{"instanceType":"C4","replicas":2}}})");
  expect_apply(service_path);
  expect_apply(deployment_path);
  expect_apply(budget_path);
  expect_status();
  reconcile();
}

TEST_CASE_METHOD(Scenario,
                 "a metric that the configuration does not name leaves the replicas as asked for") {
  put(reconcile::gradient_deployments, "demo", R"({"spec":{"image":"example.com/app:1",
      "resources":{"instanceType":"C4","replicas":2,"autoscaling":{"maxReplicas":5,
      "metrics":[{"metric":"requestDuration","value":0.5}]}}}})");
  expect_apply(service_path);
  expect_apply(deployment_path);
  expect_apply(budget_path);
  expect_status();
  reconcile();
  const auto spec_valid = condition("SpecValid");
  CHECK(json::string_at(spec_valid, {"status"}) == "False");
  CHECK(json::string_at(spec_valid, {"reason"}) == "MetricNotConfigured");
  CHECK(json::integer_at(*stores.deployments.find({"ns", "demo"}), {"spec", "replicas"}) == 2);
}

TEST_CASE_METHOD(Scenario, "an autoscaler that gets no metrics is told after a minute") {
  put(reconcile::gradient_deployments, "demo", R"({"spec":{"image":"example.com/app:1",
      "resources":{"instanceType":"C4","autoscaling":{"maxReplicas":5,
      "metrics":[{"metric":"cpu","value":50}]}}}})");
  expect_apply(service_path);
  expect_apply(deployment_path);
  expect_apply(autoscaler_path);
  expect_apply(budget_path);
  expect_status();
  reconcile();
  server.finish();

  auto serving = *stores.deployments.find({"ns", "demo"});
  serving["metadata"]["resourceVersion"] = json::Json("900");
  serving["metadata"]["generation"] = json::Json(1);
  serving["status"] = json::parse(R"({"observedGeneration":1,"replicas":1,"updatedReplicas":1,
      "readyReplicas":1,"availableReplicas":1})");
  stores.deployments.put(serving);
  put(kube::pods, "demo-a", R"({"metadata":{"labels":{"gradient-operator.dev/deployment":"demo"}},
      "status":{"conditions":[{"type":"Ready","status":"True"}]}})");
  auto idle = *stores.autoscalers.find({"ns", "demo"});
  idle["metadata"]["resourceVersion"] = json::Json("901");
  idle["status"] = json::parse(R"({"conditions":[{"type":"ScalingActive","status":"False",
      "reason":"FailedGetContainerResourceMetric","message":"no pods.metrics.k8s.io"}]})");
  idle["status"]["conditions"][0]["lastTransitionTime"] = json::Json(base::rfc3339(clock.wall()));
  stores.autoscalers.put(idle);
  expect_status();
  expect_event("Ready");
  CHECK(reconcile().requeue_after == reconcile::Observer::period);
  server.finish();

  clock.advance(std::chrono::seconds(61));
  expect_status();
  expect_event("ScalingInactive");
  CHECK_FALSE(reconcile().requeue_after);
  CHECK(message().find("FailedGetContainerResourceMetric: no pods.metrics.k8s.io") !=
        std::string::npos);
}

TEST_CASE_METHOD(Scenario, "a Dataset that appears while Secrets are read is not missed") {
  put(reconcile::gradient_deployments, "demo", R"({"spec":{"image":"example.com/app:1",
      "env":[{"name":"A","value":"SECRET:a"}],"repositories":{"dataset":"data",
      "repositories":[{"url":"https://git.example/a.git","name":"a"}]},
      "resources":{"instanceType":"C4"}}})");
  std::vector<reconcile::Ref> waiting;
  server.expect("GET /api/v1/namespaces/ns/secrets/gradient-secrets")
      .answer(404)
      .then([&](const kube::Request&) {
        waiting = dependents.of({"Dataset", {"ns", "data"}});
      });
  expect_status();
  expect_event("DatasetNotFound");
  reconcile();
  CHECK(waiting == std::vector<reconcile::Ref>{{"GradientDeployment", {"ns", "demo"}}});
}

TEST_CASE_METHOD(Scenario, "a child of a deleted parent of the same name is waited for") {
  put(kube::services, "demo", R"({"metadata":{"ownerReferences":[{"kind":"GradientDeployment",
      "name":"demo","uid":"an-earlier-one","controller":true}]}})");
  put(reconcile::gradient_deployments, "demo", plain);
  expect_apply(deployment_path);
  expect_status();
  expect_event("NameConflict");
  reconcile();
  CHECK(message() ==
        "Service ns/demo exists and belongs to an earlier GradientDeployment demo that was "
        "deleted; this one is applied when it is gone");
}
