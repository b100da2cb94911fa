#include "base/base64.h"
#include "reconcile/dataset_reconciler.h"
#include "reconcile/model_reconciler.h"
#include "reconcile/registry_reconciler.h"
#include "reconcile/world.h"

#include <catch2/catch.hpp>

namespace {

const std::string group = "/apis/gradient-operator.dev/v1alpha1/namespaces/ns/";
const std::string claim_path = "/api/v1/namespaces/ns/persistentvolumeclaims/data";
const std::string secrets_path = "/api/v1/namespaces/ns/secrets/";

struct Scenario : World {
  json::Json ready(const kube::Kind& kind, const std::string& name) {
    const auto object = stores.of(kind)->find({"ns", name});
    for (const auto& condition : json::elements_at(*object, {"status", "conditions"})) {
      if (json::string_at(condition, {"type"}) == "Ready") return condition;
    }
    return {};
  }
};

struct DatasetScenario : Scenario {
  reconcile::DatasetReconciler& reconciler = reconcilers.datasets();
  kube::Outcome reconcile() { return look(reconciler, "data"); }
  void expect_status() {
    World::expect_status(group + "datasets/data", reconcile::datasets, "data");
  }
  std::string why() { return json::string_at(ready(reconcile::datasets, "data"), {"reason"}); }
};

constexpr const char* registry =
    R"({"spec":{"server":"registry.example","username":"u","password":"SECRET:password"}})";
const std::string docker_configuration = "kubernetes.io/dockerconfigjson";
const std::string creation =
    "kubectl create secret docker-registry mine -n ns --docker-server=HOST --docker-username=USER "
    "--docker-password=PASSWORD";

struct RegistryScenario : Scenario {
  reconcile::RegistryReconciler& reconciler = reconcilers.registries();
  kube::Outcome reconcile() { return look(reconciler, "r"); }
  void expect_status() {
    World::expect_status(group + "containerregistries/r", reconcile::registries, "r");
  }
  std::string why() { return json::string_at(ready(reconcile::registries, "r"), {"reason"}); }
  std::string message() { return json::string_at(ready(reconcile::registries, "r"), {"message"}); }
  std::string servers() {
    return json::text(
        json::at(*stores.of(reconcile::registries)->find({"ns", "r"}), {"status", "servers"}));
  }

  /// A registry with the password, and what becomes of it.
  void give_password(const std::string& password) {
    put(reconcile::registries, "r", registry);
    expect_password(password);
  }
  void expect_password(const std::string& password) {
    server.expect("GET " + secrets_path + "gradient-secrets")
        .answer(200, R"({"metadata":{"name":"gradient-secrets","namespace":"ns"},
                        "data":{"password":")" +
                         base::base64_encode(password) + "\"}}");
  }
  /// A registry of an existing Secret with this content.
  void give_secret(const std::string& type, const std::string& content) {
    put(reconcile::registries, "r", R"({"spec":{"secretName":"mine"}})");
    server.expect("GET " + secrets_path + "mine")
        .answer(200, R"({"metadata":{"name":"mine","namespace":"ns"},"type":")" + type +
                         R"(","data":{".dockerconfigjson":")" + base::base64_encode(content) +
                         "\"}}");
    server.expect("GET " + secrets_path + "r-pull").answer(404);
  }
};

struct ModelScenario : Scenario {
  reconcile::ModelReconciler& reconciler = reconcilers.models();
  kube::Outcome reconcile() { return look(reconciler, "m"); }
  void expect_status() { World::expect_status(group + "models/m", reconcile::models, "m"); }
  std::string why() { return json::string_at(ready(reconcile::models, "m"), {"reason"}); }
};

const std::string request_path = "/api/v1/namespaces/ns/configmaps/sync-m";

constexpr const char* pending =
    R"({"metadata":{"labels":{"gradient-operator.dev/dataset":"data"}},
        "spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}},
        "status":{"phase":"Pending"}})";
constexpr const char* maker = "gradient-operator.dev/dataset-uid";

std::string left_claim(const std::string& annotations) {
  return R"({"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"data",
      "namespace":"ns","uid":"c","labels":{"gradient-operator.dev/dataset":"data"},
      "annotations":{)" +
         annotations + R"(}},"spec":{"accessModes":["ReadWriteOnce"],
      "resources":{"requests":{"storage":"1Gi"}}},"status":{"phase":"Bound"}})";
}

constexpr const char* claim_events =
    "GET /api/v1/namespaces/ns/events?fieldSelector=involvedObject.uid%3Duid-of-data*";

}  // namespace

TEST_CASE_METHOD(DatasetScenario,
                 "a Dataset with a size gets a claim of its name, and tells dependents") {
  put(reconcile::datasets, "data", R"({"spec":{"size":"1Gi"}})");
  server.expect("GET " + claim_path).answer(404);
  expect_apply(claim_path);
  expect_status();
  expect_event("Ready");
  CHECK_FALSE(reconcile().requeue_after);
  CHECK(why() == "Ready");
  CHECK(notified == std::vector<reconcile::Ref>{{"Dataset", {"ns", "data"}}});
  server.finish();
  reconcile();  // nothing more to say
}

TEST_CASE_METHOD(DatasetScenario,
                 "what an earlier Dataset left is deleted with a later one only if allowed") {
  struct Case {
    std::string annotations, why;
    bool is_owned;
  };
  const auto c = GENERATE(values<Case>({
      {R"("gradient-operator.dev/dataset-uid":"earlier")", "ClaimRetained", false},
      {R"("some":"other")", "ClaimRetained", false},
      {R"("gradient-operator.dev/dataset-uid":"earlier",
          "gradient-operator.dev/reclaim-policy":"Retain")",
       "ClaimRetained", false},
      {R"("gradient-operator.dev/dataset-uid":"earlier",
          "gradient-operator.dev/reclaim-policy":"Delete")",
       "Ready", true},
      {R"("gradient-operator.dev/dataset-uid":"uid-of-data")", "Ready", true},
  }));
  put(reconcile::datasets, "data", R"({"spec":{"size":"1Gi","reclaimPolicy":"Delete"}})");
  put(kube::claims, "data", left_claim(c.annotations));
  json::Json applied;
  const auto keep = [&](const kube::Request& request) { applied = json::parse(request.body); };
  server.expect("PATCH " + claim_path + "*").then(keep).answer(200, left_claim(c.annotations));
  expect_status();
  expect_event(c.why);
  reconcile();
  CHECK(why() == c.why);
  CHECK(kube::controller_of(applied).is_null() != c.is_owned);
  CHECK(json::string_at(applied, {"metadata", "annotations", maker}) ==
        json::string_at(json::parse("{" + c.annotations + "}"), {maker}));
}

TEST_CASE_METHOD(DatasetScenario, "a claim that the watch has not brought is not taken for new") {
  put(reconcile::datasets, "data", R"({"spec":{"size":"1Gi","reclaimPolicy":"Delete"}})");
  const auto left = left_claim(R"("gradient-operator.dev/dataset-uid":"earlier")");
  server.expect("GET " + claim_path).answer(200, left);
  const auto has_no_owner = [](const kube::Request& request) {
    CHECK(kube::controller_of(json::parse(request.body)).is_null());
  };
  server.expect("PATCH " + claim_path + "*").then(has_no_owner).answer(409);
  server.expect("GET " + claim_path).answer(200, left);
  expect_apply(claim_path).then(has_no_owner);
  expect_status();
  expect_event("ClaimRetained");
  reconcile();
}

TEST_CASE_METHOD(DatasetScenario, "an existing claim that does not exist is a condition") {
  put(reconcile::datasets, "data", R"({"spec":{"claimName":"files"}})");
  server.expect("GET /api/v1/namespaces/ns/persistentvolumeclaims/files").answer(404);
  expect_status();
  expect_event("ClaimNotFound");
  CHECK_FALSE(reconcile().requeue_after);
  CHECK(why() == "ClaimNotFound");
  CHECK(dependents.any({"PersistentVolumeClaim", {"ns", "files"}}));
}

TEST_CASE_METHOD(DatasetScenario, "a size is not changed before a volume is bound") {
  put(reconcile::datasets, "data", R"({"spec":{"size":"2Gi"}})");
  put(kube::claims, "data", pending);
  server.expect(claim_events).answer(200, R"({"items":[]})");
  CHECK(reconcile().requeue_after == reconcile::BackgroundReader::first_result_timeout);
  read_all();
  expect_status();
  expect_event("Ready");
  CHECK(reconcile().requeue_after == std::chrono::minutes(1));
}

TEST_CASE_METHOD(DatasetScenario, "a claim that gets no volume says why, and can be used") {
  put(reconcile::datasets, "data", R"({"spec":{"claimName":"files"}})");
  server.expect("GET /api/v1/namespaces/ns/persistentvolumeclaims/files").answer(200, R"({
      "metadata":{"name":"files","namespace":"ns","uid":"uid-of-data"},
      "spec":{"accessModes":["ReadWriteOnce"]},"status":{"phase":"Pending"}})");
  server.expect(claim_events).answer(200, R"({"items":[
      {"type":"Normal","message":"waiting","lastTimestamp":"2026-01-01T00:00:03Z"},
      {"type":"Warning","message":"no class fast","lastTimestamp":"2026-01-01T00:00:02Z"},
      {"type":"Warning","message":"no answer","lastTimestamp":"2026-01-01T00:00:01Z"}]})");
  reconcile();
  read_all();
  CHECK(news == std::vector<reconcile::Ref>{{"Dataset", {"ns", "data"}}});
  expect_status();
  expect_event("ClaimPending");
  reconcile();
  const auto told = ready(reconcile::datasets, "data");
  CHECK(json::string_at(told, {"status"}) == "True");
  CHECK(json::string_at(told, {"message"}) ==
        "PersistentVolumeClaim files is not bound: no class fast");
}

TEST_CASE_METHOD(DatasetScenario, "a claim that is being deleted is no Dataset any more") {
  put(reconcile::datasets, "data", R"({"spec":{"claimName":"files"}})");
  server.expect("GET /api/v1/namespaces/ns/persistentvolumeclaims/files").answer(200, R"({
      "metadata":{"name":"files","namespace":"ns","deletionTimestamp":"2026-01-01T00:00:00Z"},
      "spec":{"accessModes":["ReadWriteOnce"]},"status":{"phase":"Bound"}})");
  expect_status();
  expect_event("ClaimTerminating");
  reconcile();
  CHECK(why() == "ClaimTerminating");
}

TEST_CASE_METHOD(RegistryScenario,
                 "a registry's password becomes a pull secret, and nothing is written twice") {
  give_password("secret");
  server.expect("GET " + secrets_path + "r-pull").answer(404);
  expect_apply(secrets_path + "r-pull");
  expect_status();
  expect_event("Ready");
  reconcile();
  CHECK(why() == "Ready");
  CHECK(message() == "pods pull with Secret r-pull from registry.example");
  CHECK(servers() == R"(["registry.example"])");
  server.finish();
  expect_password("secret");  // of which no value is kept
  reconcile();
}

TEST_CASE_METHOD(RegistryScenario, "a line break at a password's end is not part of it") {
  give_password("secret\r\n");
  server.expect("GET " + secrets_path + "r-pull").answer(404);
  json::Json secret;
  expect_apply(secrets_path + "r-pull").then([&](const kube::Request& request) {
    secret = json::parse(request.body);
  });
  expect_status();
  expect_event("Ready");
  reconcile();
  const auto config = base::base64_decode(json::string_at(secret, {"data", ".dockerconfigjson"}));
  CHECK(json::string_at(json::parse(*config), {"auths", "registry.example", "password"}) ==
        "secret");
}

TEST_CASE_METHOD(RegistryScenario, "a password that cannot be one is told without its value") {
  struct Case {
    std::string password, problem;
  };
  const auto c = GENERATE(values<Case>({
      {"", "the password is empty"},
      {"\n", "the password is empty"},
      {"canary\nREGISTRY_USER=x",
       "the password has a line break or another control character "
       "inside"},
  }));
  give_password(c.password);
  expect_status();
  expect_event("SecretUnusable");
  CHECK(reconcile().requeue_after == std::chrono::minutes(1));
  CHECK(message() == "spec.password: Secret gradient-secrets in namespace ns, key password: " +
                         c.problem + "; put the password alone into it");
}

TEST_CASE_METHOD(RegistryScenario, "a registry whose Secret or key is missing says so") {
  put(reconcile::registries, "r", registry);
  SECTION("the Secret") {
    server.expect("GET " + secrets_path + "gradient-secrets").answer(404);
    expect_status();
    expect_event("SecretNotFound");
    reconcile();
    CHECK(message() ==
          "spec.password: there is no Secret gradient-secrets in namespace ns; create it with the "
          "key password");
  }
  SECTION("the key") {
    server.expect("GET " + secrets_path + "gradient-secrets")
        .answer(200, R"({"metadata":{"name":"gradient-secrets","namespace":"ns"},"data":{}})");
    expect_status();
    expect_event("SecretKeyNotFound");
    reconcile();
    CHECK(message() ==
          "spec.password: Secret gradient-secrets in namespace ns has no key password; add it");
  }
}

TEST_CASE_METHOD(RegistryScenario, "a registry's Secret needs the label where that is demanded") {
  settings.labelled_secrets_only = true;
  give_password("p");
  expect_status();
  expect_event("SecretNotAllowed");
  reconcile();
  CHECK(
      message().ends_with("kubectl label secret gradient-secrets -n ns "
                          "gradient-operator.dev/allowed=true"));
}

TEST_CASE_METHOD(RegistryScenario, "an existing Secret that is not there is made by one command") {
  put(reconcile::registries, "r", R"({"spec":{"secretName":"mine"}})");
  server.expect("GET " + secrets_path + "mine").answer(404);
  expect_status();
  expect_event("SecretNotFound");
  reconcile();
  CHECK(message() ==
        "spec.secretName: there is no Secret mine in namespace ns; create it with " + creation);
}

TEST_CASE_METHOD(RegistryScenario, "an existing Secret must be one that pods can pull with") {
  SECTION("by its type") {
    give_secret("Opaque", R"({"auths":{"r":{"auth":"Ym90OnB3"}}})");
    expect_status();
    expect_event("SecretTypeMismatch");
    reconcile();
    CHECK(message() ==
          "spec.secretName: Secret mine must be of type kubernetes.io/dockerconfigjson; delete it "
          "and create it with " +
              creation);
  }
  SECTION("by its content") {
    give_secret(docker_configuration, R"({"auths":{"r":{"auth":"canary!!"}}})");
    expect_status();
    expect_event("SecretUnusable");
    CHECK(reconcile().requeue_after == std::chrono::minutes(1));
    CHECK(message() ==
          "spec.secretName: nodes cannot pull with Secret mine of namespace ns: its key "
          ".dockerconfigjson: auths.r: auth is not USER:PASSWORD in base64, and nodes then read no "
          "entry at all; create it anew with " +
              creation);
    CHECK(servers() == "null");
  }
  SECTION("and then tells for which servers") {
    give_secret(docker_configuration,
                R"({"auths":{"https://r.example/v2/":{"auth":"Ym90OnB3"},"a":{}}})");
    expect_status();
    expect_event("Ready");
    reconcile();
    CHECK(message() == "pods pull with Secret mine from r.example");
    CHECK(servers() == R"(["r.example"])");
  }
}

TEST_CASE_METHOD(ModelScenario, "a Model is ready when its references are there") {
  put(reconcile::models, "m", R"({"spec":{"source":{"url":"s3://bucket/m","secretName":"s3"}}})");
  server.expect("GET " + secrets_path + "s3")
      .answer(200, R"({"metadata":{"name":"s3","namespace":"ns"},
                      "data":{"accessKeyId":"eA==","secretAccessKey":"eA=="}})");
  expect_status();
  expect_event("Ready");
  reconcile();
  CHECK(why() == "Ready");
}

TEST_CASE_METHOD(ModelScenario, "who uses a Model is told by its status, and to no dependent") {
  put(reconcile::models, "m", R"({"spec":{"source":{"url":"https://x.example/m"}}})");
  expect_status();
  expect_event("Ready");
  reconcile();
  notified.clear();

  put(reconcile::gradient_deployments, "chat", R"({"spec":{"models":[{"id":"m"}]}})");
  expect_status();
  reconcile();
  CHECK(json::text(json::at(*stores.models.find({"ns", "m"}), {"status", "usedBy"})) ==
        R"({"count":1,"names":["GradientDeployment/chat"]})");
  CHECK(notified.empty());
  reconcile();  // writes nothing
}

TEST_CASE_METHOD(ModelScenario, "of many who use a Model ten are named, and all are counted") {
  put(reconcile::models, "m", R"({"spec":{"source":{"url":"https://x.example/m"}}})");
  for (char name = 'a'; name <= 'l'; ++name)
    put(reconcile::gradient_deployments, std::string(1, name),
        R"({"spec":{"models":[{"id":"m"}]}})");
  expect_status();
  expect_event("Ready");
  reconcile();
  const auto& status = json::at(*stores.models.find({"ns", "m"}), {"status", "usedBy"});
  CHECK(json::integer_at(status, {"count"}) == 12);
  CHECK(json::elements_at(status, {"names"}).size() == 10);
  CHECK(json::at(status, {"names"}).at(9).as_string() == "GradientDeployment/j");
}

TEST_CASE_METHOD(ModelScenario, "a Model waits in silence for a Dataset not looked at yet") {
  put(reconcile::models, "m", R"({"spec":{"source":{"url":"https://x.example/m"},"dataset":"d"}})");
  put(reconcile::datasets, "d", R"({"spec":{"size":"1Gi"}})");
  reconcile();
  CHECK(dependents.any({"Dataset", {"ns", "d"}}));
}

TEST_CASE_METHOD(ModelScenario, "a Model whose ContainerRegistry is not there says so") {
  put(reconcile::models, "m",
      R"({"spec":{"source":{"url":"oci://r.example/m:1","containerRegistry":"r"}}})");
  expect_status();
  expect_event("ContainerRegistryNotFound");
  reconcile();
  CHECK(json::string_at(ready(reconcile::models, "m"), {"message"}) ==
        "spec.source.containerRegistry: there is no ContainerRegistry r in namespace ns; create it "
        "or name another");
  CHECK(dependents.any({"ContainerRegistry", {"ns", "r"}}));
}

TEST_CASE_METHOD(ModelScenario, "a Model whose source nobody has filled in says so") {
  put(reconcile::models, "m", R"({"spec":{"source":{"url":"https://change-me.invalid/m/"}}})");
  expect_status();
  expect_event("SourceIsPlaceholder");
  reconcile();
  CHECK(json::string_at(ready(reconcile::models, "m"), {"message"}) ==
        "spec.source.url is still the placeholder that import wrote; copy the files to a place of "
        "yours and write its URL");
}

TEST_CASE_METHOD(ModelScenario, "a request to fetch goes into a ConfigMap for sidecars, once") {
  put(reconcile::models, "m",
      R"({"metadata":{"annotations":{"gradient-operator.dev/sync":"1"}},
          "spec":{"source":{"url":"https://x.example/m"}}})");
  server.expect("GET " + request_path).answer(404);
  expect_apply(request_path);
  expect_status();
  expect_event("Ready");
  reconcile();
  server.finish();
  reconcile();  // nothing more to say
  auto model = *stores.models.find({"ns", "m"});
  model["metadata"]["annotations"]["gradient-operator.dev/sync"] = json::Json("2");
  put(reconcile::models, "m", json::text(model));
  server.expect("PATCH " + request_path + "*").reply([](const kube::Request& request) {
    CHECK(json::string_at(json::parse(request.body), {"data", "sync"}) == "2");
    return kube::Response{.status = 200, .body = request.body};
  });
  reconcile();
}

TEST_CASE_METHOD(ModelScenario, "a request that has no effect is answered in the message") {
  const auto [source, problem] = GENERATE(table<std::string, std::string>({
      {R"({"url":"pvc://c/m"})", "a pvc:// source is mounted as it is"},
      {R"({"url":"https://x.example/m","digest":"sha256:)" + std::string(64, 'a') + R"("})",
       "spec.source.digest names the files; change it to have others"},
      {R"({"url":"https://x.example/m"})", "ConfigMap ns/sync-m"},
  }));
  put(reconcile::models, "m",
      R"({"metadata":{"annotations":{"gradient-operator.dev/sync":"1"}},"spec":{"source":)" +
          source + "}}");
  if (source.find("pvc") != std::string::npos) {
    server.expect("GET /api/v1/namespaces/ns/persistentvolumeclaims/c")
        .answer(200, R"({"metadata":{"name":"c","namespace":"ns"},
                         "spec":{"accessModes":["ReadWriteMany"]},"status":{"phase":"Bound"}})");
  }
  if (problem.starts_with("ConfigMap")) {  // somebody else's
    server.expect("GET " + request_path)
        .answer(200, R"({"metadata":{"name":"sync-m","namespace":"ns","uid":"x"}})");
  }
  expect_status();
  expect_event("Ready");
  reconcile();
  const auto message = json::string_at(ready(reconcile::models, "m"), {"message"});
  CHECK(
      message.starts_with("can be used by deployments of this namespace; the annotation "
                          "gradient-operator.dev/sync has no effect: " +
                          problem));
}

TEST_CASE_METHOD(ModelScenario, "a Model whose Secret lacks a key says which") {
  put(reconcile::models, "m", R"({"spec":{"source":{"url":"s3://bucket/m","secretName":"s3"}}})");
  server.expect("GET " + secrets_path + "s3")
      .answer(200, R"({"metadata":{"name":"s3","namespace":"ns"},"data":{"accessKeyId":"eA=="}})");
  expect_status();
  expect_event("SecretKeyNotFound");
  reconcile();
  CHECK(why() == "SecretKeyNotFound");
}
