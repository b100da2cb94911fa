#include "gradient/spec/content_use.h"
#include "gradient/spec/names.h"
#include "gradient/spec/parent.h"
#include "gradient/spec/read_deployment.h"
#include "reconcile/dataset_reconciler.h"
#include "reconcile/world.h"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;

namespace {

const std::string core = "/api/v1/namespaces/ns/";
const std::string jobs_path = "/apis/batch/v1/namespaces/ns/jobs";
const std::string sets_path = "/apis/apps/v1/namespaces/ns/replicasets*";
const std::string dataset_path = "/apis/gradient-operator.dev/v1alpha1/namespaces/ns/datasets/data";

/// A Dataset "data" on the bound claim "files", with checkouts and a model that its status knows.
struct Scenario : World {
  reconcile::DatasetReconciler& reconciler = reconcilers.datasets();

  void begin(const std::string& content, const std::string& mode = "ReadWriteMany") {
    put(reconcile::datasets, "data",
        R"({"spec":{"claimName":"files"},"status":{"content":)" + content + "}}");
    server.expect("GET " + core + "persistentvolumeclaims/files")
        .answer(200, R"({"metadata":{"name":"files","namespace":"ns","uid":"c"},
            "spec":{"accessModes":[")" +
                         mode + R"("]},"status":{"phase":"Bound"}})");
    expect_status();
    expect_event("Ready");
    reconcile();
    server.finish();
  }

  /// A minute's tick; the claim is read again where that is due.
  kube::Outcome reconcile() { return look(reconciler, "data"); }
  void reconcile_after(std::chrono::minutes time) {
    clock.advance(time);
    polled.put(kube::claims, *polled_claim());
    reconcile();
    server.finish();
  }
  std::optional<json::Json> polled_claim() {
    return json::parse(R"({"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":
        {"name":"files","namespace":"ns","uid":"c"},"spec":{"accessModes":[")" +
                       claim_mode + R"("]},"status":{"phase":"Bound"}})");
  }

  void expect_status() { World::expect_status(dataset_path, reconcile::datasets, "data"); }
  void expect_no_job() { server.expect("GET " + jobs_path + "/collect-data").answer(404); }
  void expect_users(const std::string& sets, const std::string& pods) {
    server.expect("GET " + sets_path).answer(200, R"({"items":[)" + sets + "]}");
    server.expect("GET " + core + "pods?*").answer(200, R"({"items":[)" + pods + "]}");
  }
  void expect_job() {
    server.expect("POST " + jobs_path + "*").reply([this](const kube::Request& request) {
      job = json::parse(request.body);
      job["metadata"]["uid"] = json::Json("job-1");
      return kube::Response{.status = 201, .body = json::text(job)};
    });
  }
  void expect_result(const std::string& conditions, const std::string& message) {
    job["status"] = json::parse(R"({"conditions":[)" + conditions + "]}");
    server.expect("GET " + jobs_path + "/collect-data").answer(200, json::text(job));
    auto end = json::object({{"message", message}});
    const auto pod = json::object(
        {{"status",
          json::object(
              {{"containerStatuses",
                json::array({json::object({{"state", json::object({{"terminated", end}})}})})}})}});
    server
        .expect("GET " + core + "pods?labelSelector=batch.kubernetes.io%2Fcontroller-uid%3Djob-1*")
        .answer(200, R"({"items":[)" + json::text(pod) + "]}");
  }

  std::string told() {
    return json::text(json::at(*stores.datasets.find({"ns", "data"}), {"status", "content"}));
  }
  std::string unused_since() {
    return json::string_at(*stores.datasets.find({"ns", "data"}), {"status", "unusedSince"});
  }
  std::string arguments() {
    return json::text(job.at("spec").at("template").at("spec").at("containers").at(0).at("args"));
  }

  std::string claim_mode = "ReadWriteMany";
  json::Json job;
};

/// Of a ReplicaSet or, in one, of a pod.
std::string pod_spec(const std::string& key, const std::string& node = "") {
  return R"({"nodeName":")" + node + R"(","volumes":[{"name":"v","persistentVolumeClaim":
      {"claimName":"files"}}],"initContainers":[{"name":"clone-a","args":["repository","--key",")" +
         key + R"("]}]})";
}
std::string set_of(const std::string& key) {
  return R"({"metadata":{"name":"s","namespace":"ns"},"spec":{"template":{"spec":)" +
         pod_spec(key) + "}}}";
}
std::string pod_of(const std::string& key, const std::string& node = "n1",
                   const std::string& phase = "Running") {
  return R"({"metadata":{"name":"p","namespace":"ns"},"spec":)" + pod_spec(key, node) +
         R"(,"status":{"phase":")" + phase + "\"}}";
}

constexpr const char* demo = R"({"spec":{"image":"a","resources":{"instanceType":"C4"},
    "repositories":{"dataset":"data","repositories":[{"url":"https://git.example/a","name":"a"}]}}})";
constexpr const char* two = R"({"checkouts":["u-1-a-new","u-1-a-old"]})";
constexpr const char* complete = R"({"type":"Complete","status":"True"})";

}  // namespace

TEST_CASE_METHOD(Scenario,
                 "what deployments and models ask for is known, by any name of the claim") {
  const auto object = put(reconcile::gradient_deployments, "demo", demo);
  const auto other = put(reconcile::gradient_deployments, "other",
                         R"({"spec":{"image":"a","repositories":{"dataset":"alias","repositories":
                         [{"url":"https://git.example/b","name":"b"}]},
                         "resources":{"instanceType":"C4"}}})");
  put(reconcile::datasets, "alias", R"({"spec":{"claimName":"files"}})");
  put(reconcile::models, "llm", R"({"spec":{"source":{"url":"s3://b/m"},"dataset":"data"}})");
  begin("null");
  gradient::ContentUse expected{.checkouts = {}, .models = {"llm"}};
  for (const auto& user : {object, other}) {
    expected +=
        gradient::content_of(gradient::parent(user),
                             std::get<gradient::DeploymentSpec>(gradient::read_deployment(user)));
  }
  CHECK(told() == json::text(json::object({{"checkouts", json::strings({expected.checkouts.begin(),
                                                                        expected.checkouts.end()})},
                                           {"models", json::strings({"llm"})}})));
}

TEST_CASE_METHOD(Scenario, "what is in use is measured by a Job that removes nothing") {
  put(reconcile::models, "llm", R"({"spec":{"source":{"url":"s3://b/m"},"dataset":"data"}})");
  begin("null");
  reconcile_after(9min);  // too soon
  expect_no_job();
  expect_users("", "");
  expect_job();
  reconcile_after(1min);
  CHECK(arguments() == R"(["collect","--volume","/volume","--grace","3600",)"
                       R"("--listed-at","1769861400"])");
  expect_result(complete, R"({"checkoutsBytes":0,"modelsBytes":5,"freedBytes":0,"young":0})");
  expect_status();
  reconcile_after(1min);
  CHECK(told() == R"({"checkoutsBytes":0,"freedBytes":0,"job":"job-1","models":["llm"],)"
                  R"("modelsBytes":5})");
  reconcile_after(60min);  // nothing to look for
}

TEST_CASE_METHOD(Scenario, "a deployment that comes and goes between two looks is known") {
  begin(R"({"checkouts":["u-1-a-new"]})");
  content_references.add({"ns", "data"}, {.checkouts = {"u-2-a-1"}, .models = {}});
  expect_status();
  reconcile_after(1min);
  CHECK(told() == R"({"checkouts":["u-1-a-new","u-2-a-1"]})");
  reconcile_after(1min);  // written once
}

TEST_CASE_METHOD(Scenario, "what nobody uses goes after a while, by one Job whose result is told") {
  begin(two);
  reconcile_after(9min);  // too soon
  expect_no_job();
  expect_users(set_of("u-1-a-new"), "");
  expect_job();
  reconcile_after(1min);
  CHECK(arguments() == R"(["collect","--volume","/volume","--grace","3600",)"
                       R"("--listed-at","1769861400","--owner","u-1","--keep","u-1-a-new"])");

  job["status"] = json::parse(R"({"active":1})");
  server.expect("GET " + jobs_path + "/collect-data").answer(200, json::text(job));
  reconcile_after(1min);  // it runs

  expect_result(complete, R"({"checkoutsBytes":60,"modelsBytes":5,"freedBytes":90,"young":0})");
  expect_status();
  reconcile_after(1min);
  CHECK(told() == R"({"checkouts":["u-1-a-new"],"checkoutsBytes":60,"freedBytes":90,)"
                  R"("job":"job-1","modelsBytes":5})");
}

TEST_CASE_METHOD(Scenario,
                 "what a ReplicaSet or a pod without our label has stays, looked at hourly") {
  begin(two);
  expect_no_job();
  expect_users(set_of("u-1-a-old"), pod_of("u-1-a-new"));
  reconcile_after(10min);
  reconcile_after(59min);  // no request
  expect_no_job();
  expect_users("", pod_of("u-1-a-new") + "," + pod_of("u-1-a-old", "n1", "Failed"));
  expect_job();
  reconcile_after(1min);
  CHECK(arguments().ends_with(R"("--owner","u-1","--keep","u-1-a-new"])"));
}

TEST_CASE_METHOD(Scenario, "whatever a pod that has not ended names stays, whoever made it") {
  const auto pod = GENERATE(values<std::string>({
      // crashes again and again
      R"("spec":)" + pod_spec("u-1-a-old", "n1") +
          R"(,"status":{"phase":"Running","containerStatuses":[{"name":"app","restartCount":9,
            "state":{"waiting":{"reason":"CrashLoopBackOff"}}}]})",
      // its helper cannot fetch
      R"("spec":)" + pod_spec("u-1-a-old", "n1") +
          R"(,"status":{"phase":"Pending","initContainerStatuses":[{"name":"clone-a",
            "state":{"waiting":{"reason":"CrashLoopBackOff"}}}]})",
      // not scheduled
      R"("spec":)" + pod_spec("u-1-a-old") + R"(,"status":{"phase":"Pending"})",
      // created just now
      R"("spec":)" + pod_spec("u-1-a-old"),
      // its node cannot be reached
      R"("spec":)" + pod_spec("u-1-a-old", "n1") +
          R"(,"status":{"phase":"Running","reason":"NodeLost","conditions":[
            {"type":"Ready","status":"False"}]})",
      R"("spec":)" + pod_spec("u-1-a-old", "n1") + R"(,"status":{"phase":"Unknown"})",
      // is being evicted from there
      R"("metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z","deletionGracePeriodSeconds":30},
         "spec":)" +
          pod_spec("u-1-a-old", "n1") + R"(,"status":{"phase":"Running"})",
      // a copy without helpers, of a Job of somebody's
      R"("metadata":{"ownerReferences":[{"kind":"Job","name":"own","uid":"x","controller":true}]},
         "spec":{"volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"files"}}],
         "containers":[{"name":"c","volumeMounts":[{"name":"v","mountPath":"/code",
         "subPath":".gradient/checkouts/u-1-a-old/tree"}]}]},"status":{"phase":"Running"})",
  }));
  begin(two);
  expect_no_job();
  expect_users(set_of("u-1-a-new"), "{" + pod + "}");
  reconcile_after(10min);  // nothing is left over
}

TEST_CASE_METHOD(Scenario, "pods are listed right before the Job, as they are by then") {
  begin(two);
  expect_no_job();
  server.expect("GET " + sets_path).answer(200, R"({"items":[]})");
  // Neither from a cache, with a resourceVersion, nor the first page alone.
  server.expect("GET " + core + "pods?limit=500")
      .answer(200, R"({"metadata":{"continue":"next"},"items":[]})");
  server.expect("GET " + core + "pods?limit=500&continue=next")
      .answer(200, R"({"items":[)" + pod_of("u-1-a-new") + "]}");
  expect_job();
  reconcile_after(10min);
  CHECK(arguments().ends_with(R"("--owner","u-1","--keep","u-1-a-new"])"));
}

TEST_CASE_METHOD(Scenario,
                 "while pods cannot be listed nothing is removed, and it is tried again") {
  begin(two);
  expect_no_job();
  SECTION("the server is in trouble") {
    server.expect("GET " + sets_path).answer(200, R"({"items":[]})");
    server.expect("GET " + core + "pods?*").answer(500);
  }
  SECTION("no answer comes to the second page") {
    server.expect("GET " + sets_path).answer(200, R"({"items":[]})");
    server.expect("GET " + core + "pods?*")
        .answer(200, R"({"metadata":{"continue":"next"},"items":[]})");
    server.expect("GET " + core + "pods?*").fail("connection reset");
  }
  SECTION("ReplicaSets neither") {
    server.expect("GET " + sets_path).fail("connection reset");
  }
  CHECK_THROWS(reconcile_after(10min));
  server.finish();
  expect_no_job();
  expect_users(set_of("u-1-a-new"), "");
  expect_job();
  reconcile_after(0min);
}

TEST_CASE_METHOD(Scenario, "a new change is looked at soon, also within the hour") {
  begin(R"({"checkouts":["u-1-a-old"],"models":["llm"]})");
  put(reconcile::models, "llm", R"({"spec":{"source":{"url":"s3://b/m"},"dataset":"data"}})");
  expect_no_job();
  expect_users(set_of("u-1-a-old"), "");
  expect_status();
  reconcile_after(10min);
  CHECK(unused_since().empty());
  stores.models.erase(*stores.models.find({"ns", "llm"}));
  expect_status();
  reconcile_after(1min);
  CHECK_FALSE(unused_since().empty());
  expect_no_job();
  expect_users(set_of("u-1-a-old"), "");
  expect_job();
  reconcile_after(10min);
  CHECK(arguments().ends_with(R"("--owner","u-1","--keep","u-1-a-old","--model","llm"])"));
}

TEST_CASE_METHOD(Scenario, "a failed clean-up is told with an event, and tried again in an hour") {
  begin(two);
  expect_no_job();
  expect_users("", "");
  expect_job();
  reconcile_after(10min);
  expect_result(R"({"type":"Failed","status":"True","reason":"BackoffLimitExceeded"})",
                R"({"reason":"SyncFailed","message":"no space"})");
  expect_status();
  expect_event("SyncFailed");
  reconcile_after(1min);
  CHECK(told() == R"({"checkouts":["u-1-a-new","u-1-a-old"],"job":"job-1",)"
                  R"("problem":{"message":"no space","reason":"SyncFailed"}})");
  server.expect("GET " + jobs_path + "/collect-data").answer(200, json::text(job));
  reconcile_after(1min);  // its result is told; it is about to be deleted
  reconcile_after(59min);
  expect_no_job();
  expect_users("", "");
  expect_job();
  reconcile_after(1min);
}

TEST_CASE_METHOD(Scenario, "a Job that is refused its pod is told at once, and not its deadline") {
  const std::string refused = "failed quota: q: must specify limits.cpu for: collect";
  const auto expect_refusals = [&](const std::string& refusals) {
    server
        .expect("GET " + core +
                "events?fieldSelector=involvedObject.uid%3Djob-1%2Creason%3DFailedCreate*")
        .answer(200, R"({"items":[)" + refusals + "]}");
  };
  const auto event =
      R"({"reason":"FailedCreate","involvedObject":{"name":"collect-data"},"message":)"
      R"("Error creating: pods \"collect-data-x\" is forbidden: )" +
      refused + "\"}";
  const auto problem =
      R"("problem":{"message":"the cluster refused the pod of the clean-up's Job: )" + refused +
      R"(; set sync.resources.limits.cpu in the operator's configuration, or give the namespace a )"
      R"(LimitRange with defaults","reason":"AdmissionRefused"}})";
  begin(two);
  expect_no_job();
  expect_users("", "");
  expect_job();
  reconcile_after(10min);
  server.expect("GET " + jobs_path + "/collect-data").answer(200, json::text(job));
  expect_refusals("");
  reconcile_after(1min);  // not yet
  server.expect("GET " + jobs_path + "/collect-data").answer(200, json::text(job));
  expect_refusals(event);
  expect_status();
  expect_event("AdmissionRefused");
  reconcile_after(1min);
  CHECK(told().ends_with(problem));

  job["status"] = json::parse(R"({"conditions":[{"type":"Failed","status":"True",
      "reason":"DeadlineExceeded"}]})");
  server.expect("GET " + jobs_path + "/collect-data").answer(200, json::text(job));
  server.expect("GET " + core + "pods?labelSelector=*").answer(200, R"({"items":[]})");
  expect_refusals(event);
  expect_status();
  reconcile_after(30min);
  CHECK(told().ends_with(R"("job":"job-1",)" + problem));
}

TEST_CASE_METHOD(Scenario, "a result whose writing failed is read once more") {
  begin(two);
  expect_no_job();
  expect_users("", "");
  expect_job();
  reconcile_after(10min);
  const std::string message = R"({"checkoutsBytes":1,"modelsBytes":2,"freedBytes":3,"young":0})";
  expect_result(complete, message);
  server.expect("PATCH " + dataset_path + "/status*").fail("connection reset");
  CHECK_THROWS(reconcile_after(1min));
  server.finish();
  expect_result(complete, message);
  expect_status();
  reconcile_after(0min);
  CHECK(told() == R"({"checkoutsBytes":1,"freedBytes":3,"job":"job-1","modelsBytes":2})");
}

TEST_CASE_METHOD(Scenario, "a missing right or a quota stops the clean-up only, and is told") {
  begin(two);
  expect_no_job();
  server.expect("GET " + sets_path)
      .answer(403, R"({"kind":"Status","code":403,"reason":"Forbidden","message":
              "replicasets.apps is forbidden: User \"o\" cannot list resource"})");
  expect_status();
  reconcile_after(10min);
  CHECK(told().find(R"("reason":"Forbidden")") != std::string::npos);
  reconcile_after(59min);
  expect_no_job();
  expect_users(set_of("u-1-a-old") + "," + set_of("u-1-a-new"), "");
  expect_status();
  reconcile_after(1min);
  CHECK(told() == two);
}

TEST_CASE_METHOD(Scenario, "a Job of the same name that is not the Dataset's is left alone") {
  begin(two);
  server.expect("GET " + jobs_path + "/collect-data")
      .answer(200, R"({"metadata":{"name":"collect-data","namespace":"ns","uid":"x"},
                       "status":{"conditions":[{"type":"Complete","status":"True"}]}})");
  expect_status();
  reconcile_after(10min);
  CHECK(told().find(R"("reason":"NameConflict")") != std::string::npos);
}

TEST_CASE_METHOD(Scenario,
                 "on a volume of one node the Job waits for pods without one, then joins") {
  claim_mode = "ReadWriteOnce";
  begin(two, claim_mode);
  expect_no_job();
  expect_users("", pod_of("u-1-a-new", "", "Pending"));
  reconcile_after(10min);
  expect_no_job();
  expect_users("", pod_of("u-1-a-new", "n7"));
  expect_job();
  reconcile_after(10min);
  CHECK(json::text(job).find(R"("values":["n7"])") != std::string::npos);
}

TEST_CASE_METHOD(Scenario, "a volume of one pod is never cleaned up, nor any where that is off") {
  SECTION("ReadWriteOncePod") {
    claim_mode = "ReadWriteOncePod";
  }
  SECTION("switched off") {
    settings.collect_after.reset();
  }
  begin(two, claim_mode);
  reconcile_after(60min);
  reconcile_after(60min);
}

TEST_CASE_METHOD(Scenario, "content stays known while the claim is in trouble") {
  begin(two);
  auto lost = *polled_claim();
  lost["status"]["phase"] = json::Json("Lost");
  polled.put(kube::claims, lost);
  expect_status();
  expect_event("ClaimLost");
  reconcile();
  CHECK(told() == two);
}
