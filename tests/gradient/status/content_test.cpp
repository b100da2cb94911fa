#include "gradient/status/content.h"

#include "gradient/status/support/cluster.h"

#include <catch2/catch.hpp>

using namespace cluster;

namespace {

constexpr const char* one = "1111111111111111111111111111111111111111";
constexpr const char* two = "2222222222222222222222222222222222222222";

Pod complete(const std::string& name, const std::string& commit = one) {
  return Pod(name).code(cloned(commit)).model(runs()).ready();
}

std::string content(const Json& status) {
  return json::text(json::at(status, {"content"}));
}

gradient::Observed with_line(gradient::Observed world, const std::string& pod,
                             const std::string& line) {
  world.sync_lines[pod + "/sync-llm"] = json::parse(line);
  return world;
}

constexpr const char* published =
    R"({"event":"published","model":"llm","revision":"sha256:aa","bytes":5000,"files":3})";

}  // namespace

TEST_CASE("content says which commit and which revision the pods have") {
  const auto world =
      with_line(observed({1, 1, 1, 1, 1}, {complete("demo-new-1")}), "demo-new-1", published);
  const auto made = status(content_spec(), world);
  CHECK(
      content(made) ==
      R"({"models":[{"bytes":5000,"id":"llm","revision":"sha256:aa","source":"s3://models/llm"}],)"
      R"("repositories":[{"commit":"1111111111111111111111111111111111111111","name":"code",)"
      R"("ref":"main","syncedAt":"2026-01-02T10:02:30Z",)"
      R"("url":"https://git.example.com/team/code.git"}]})");
  CHECK(json::string_at(made, {"commit"}) == "111111111111");
  CHECK(text_of(made, "ContentSynced") == "True Synced: repositories and models are complete");
}

TEST_CASE("a deployment without content has no such field") {
  CHECK_FALSE(
      status(plain_spec(), observed({1, 1, 1, 1, 1}, {Pod().ready()})).has_field("content"));
}

TEST_CASE("a node that does not answer is told, as what models do there is not known") {
  auto world =
      with_line(observed({1, 1, 1, 1, 1}, {complete("demo-new-1")}), "demo-new-1", published);
  world.silent_nodes = {"node-1"};
  CHECK(text_of(status(content_spec(), world), "ContentSynced") ==
        "True Synced: node node-1 does not answer: models there may be newer");
  world = observed({}, {Pod().code(cloned(one)).model(runs_again(0, "Completed"))});
  world.silent_nodes = {"node-1"};
  CHECK(
      text_of(status(content_spec(), world), "ContentSynced") ==
      "False Syncing: 1 of 1 pod is not complete: pod demo-new-1: model llm is being fetched; node "
      "node-1 does not answer: it may be further");
}

TEST_CASE("a repository without a ref has none in the content") {
  auto spec = content_spec();
  spec.models.clear();
  spec.repositories->items.front().ref.clear();
  CHECK(content(status(spec, observed({}, {}))) ==
        R"({"repositories":[{"name":"code","url":"https://git.example.com/team/code.git"}]})");
}

TEST_CASE("a model on a claim is told with the claim") {
  auto spec = plain_spec();
  spec.models = {{.id = "shared", .path = "/opt/models"}};
  auto world = observed({}, {});
  auto deployment = *world.deployment;
  deployment["spec"]["template"]["spec"] = json::parse(R"({
      "containers": [{"name": "app", "volumeMounts": [
        {"name": "claim-files", "mountPath": "/opt/models", "subPath": "a/b"}]}],
      "volumes": [{"name": "claim-files", "persistentVolumeClaim": {"claimName": "files"}}]})");
  world.deployment = deployment;
  CHECK(content(status(spec, world)) ==
        R"({"models":[{"id":"shared","source":"pvc://files/a/b"}]})");
}

TEST_CASE("a model's content says what its source calls it, and keeps that") {
  constexpr const char* line =
      R"({"event":"published","revision":"sha256:aa","version":"sha256:bb","bytes":5000})";
  const auto first =
      status(content_spec(),
             with_line(observed({1, 1, 1, 1, 1}, {complete("demo-new-1")}), "demo-new-1", line));
  const auto later = status(content_spec(), observed({0, 0, 0, 0, 0}, {}), first);
  for (const auto* made : {&first, &later})
    CHECK(json::text(json::at(*made, {"content", "models"})) ==
          R"([{"bytes":5000,"id":"llm","revision":"sha256:aa","source":"s3://models/llm",)"
          R"("version":"sha256:bb"}])");
}

TEST_CASE("archives that are served as they are show in the condition, with what unpacks them") {
  constexpr const char* line =
      R"({"event":"published","revision":"sha256:aa","bytes":1,"archives":"\"llm.tar\""})";
  const auto made =
      status(content_spec(),
             with_line(observed({1, 1, 1, 1, 1}, {complete("demo-new-1")}), "demo-new-1", line));
  CHECK_THAT(
      json::text(json::at(made, {"conditions"})),
      Catch::Matchers::Contains(R"(model llm: archives are served as they are (\"llm.tar\"); )"
                                "source.unpack: true has them unpacked"));
  const auto later =
      status(content_spec(), observed({1, 1, 1, 1, 1}, {complete("demo-new-1")}), made);
  CHECK(json::text(json::at(later, {"conditions"})) == json::text(json::at(made, {"conditions"})));
}

TEST_CASE("what was known stays while it is about the same source") {
  const auto first = status(
      content_spec(),
      with_line(observed({1, 1, 1, 1, 1}, {complete("demo-new-1")}), "demo-new-1", published));
  SECTION("also when pods say nothing now") {
    CHECK(content(status(content_spec(), observed({0, 0, 0, 0, 0}, {}), first)) == content(first));
  }
  SECTION("but of another ref's commit only that it was there before") {
    auto spec = content_spec();
    spec.repositories->items.front().ref = "release";
    CHECK(content(status(spec, observed({1, 1, 0, 1, 1}, {}), first)) ==
          R"({"models":[{"bytes":5000,"id":"llm","revision":"sha256:aa",)"
          R"("source":"s3://models/llm"}],"repositories":[{"name":"code",)"
          R"("previousCommit":"1111111111111111111111111111111111111111","ref":"release",)"
          R"("url":"https://git.example.com/team/code.git"}]})");
  }
  SECTION("nor the revision of a model that is being fetched anew") {
    auto world = observed({}, {Pod().code(cloned(one)).model(runs_unready())});
    world = with_line(world, "demo-new-1", R"({"event":"progress","bytes":1,"total":2})");
    CHECK(json::text(json::at(status(content_spec(), world, first), {"content", "models"})) ==
          R"([{"id":"llm","source":"s3://models/llm"}])");
  }
}

TEST_CASE("a repository shows from which commit it went to which, and what its ref was") {
  const auto with = [](const std::string& message) {
    return Pod("demo-new-1").code(ended(0, "Completed", message)).model(runs()).ready();
  };
  const auto repository = [](const Json& made) {
    auto entry = json::elements_at(made, {"content", "repositories"}).at(0);
    entry.erase("url");
    entry.erase("name");
    return json::text(entry);
  };
  const auto first =
      status(content_spec(),
             observed({1, 1, 1, 1, 1}, {with(R"({"commit":"1111","ref":"refs/heads/main"})")}));
  CHECK(repository(first) == R"({"commit":"1111","ref":"main","resolvedRef":"refs/heads/main",)"
                             R"("syncedAt":"2026-01-02T10:02:30Z"})");
  const auto rolling = status(content_spec(), observed({1, 1, 0, 1, 1}, {}), first);
  CHECK(repository(rolling) == repository(first));
  const auto world =
      observed({1, 1, 1, 1, 1}, {with(R"({"commit":"2222","ref":"refs/tags/main"})")});
  const auto second = status(content_spec(), world, rolling);
  CHECK(repository(second) ==
        R"({"commit":"2222","previousCommit":"1111","ref":"main","resolvedRef":"refs/tags/main",)"
        R"("syncedAt":"2026-01-02T10:02:30Z"})");
  CHECK(status(content_spec(), world, second) == second);
}

TEST_CASE("replicas that differ are told, and the most frequent is shown") {
  const auto world = observed(
      {3, 3, 3, 3, 3},
      {complete("demo-new-1", two), complete("demo-new-2", one), complete("demo-new-3", two)});
  const auto made = status(content_spec(3), world);
  CHECK(text_of(made, "ContentSynced") ==
        "True Synced: replicas differ: repository code is at "
        "1111111111111111111111111111111111111111 in 1 pod, "
        "2222222222222222222222222222222222222222 in 2 pods");
  CHECK(json::string_at(json::elements_at(made, {"content", "repositories"}).at(0), {"commit"}) ==
        two);
}

TEST_CASE("content bears the time when it came first, which the next pod does not change") {
  const auto cloned_at = [](const std::string& commit, const std::string& time) {
    auto container = cloned(commit);
    container["state"]["terminated"]["finishedAt"] = Json(time);
    return Pod().code(container).model(runs()).app(runs());
  };
  const auto time = [](const Json& of, const char* list) {
    return json::string_at(json::elements_at(of, {"content", list}).at(0), {"syncedAt"});
  };
  const auto published = [](const std::string& revision, const std::string& at) {
    return R"({"event":"published","revision":")" + revision + R"(","time":")" + at + "\"}";
  };
  const auto first = status(
      content_spec(), with_line(observed({1, 1, 1, 1, 1}, {cloned_at(one, "2026-01-31T12:00:00Z")}),
                                "demo-new-1", published("r1", "2026-01-31T12:05:00Z")));
  CHECK(time(first, "repositories") == "2026-01-31T12:00:00Z");
  CHECK(time(first, "models") == "2026-01-31T12:05:00Z");
  const auto restarted =
      status(content_spec(),
             with_line(observed({1, 1, 1, 1, 1}, {cloned_at(one, "2026-02-01T12:00:00Z")}),
                       "demo-new-1", published("r1", "2026-02-01T12:05:00Z")),
             first);
  CHECK(time(restarted, "repositories") == time(first, "repositories"));
  CHECK(time(restarted, "models") == time(first, "models"));
  const auto other =
      status(content_spec(),
             with_line(observed({1, 1, 1, 1, 1}, {cloned_at(two, "2026-03-01T12:00:00Z")}),
                       "demo-new-1", published("r2", "2026-03-01T12:05:00Z")),
             restarted);
  CHECK(time(other, "repositories") == "2026-03-01T12:00:00Z");
  CHECK(time(other, "models") == "2026-03-01T12:05:00Z");
  const auto untrue =
      status(content_spec(), with_line(observed({1, 1, 1, 1, 1}, {cloned_at(two, "yesterday")}),
                                       "demo-new-1", published("r3", "now")));
  CHECK(time(untrue, "repositories").empty());
  CHECK(time(untrue, "models").empty());
}

TEST_CASE("a refresh that failed is told while the files before it serve") {
  const auto world = with_line(
      observed({1, 1, 1, 1, 1}, {complete("demo-new-1")}), "demo-new-1",
      R"({"level":"warning","event":"refresh-failed","reason":"HostUnreachable","message":"no route"})");
  const auto made = status(content_spec(), world);
  CHECK(
      text_of(made, "ContentSynced") ==
      "True RefreshFailed: model llm: the last refresh failed, the files before it stay: no route");
  CHECK(text_of(made).substr(0, 11) == "True Ready:");
}

TEST_CASE("content that is on its way decides, and says how far it is") {
  struct Row {
    std::string name;
    Json pod;
    std::string line, told;
  };
  const Json initializing = waits("PodInitializing");
  const auto row = GENERATE_COPY(values<Row>({
      {"the first image is being pulled",
       Pod().code(initializing).model(initializing).app(initializing), "{}",
       "False Syncing: 1 of 1 pod is not complete: pod demo-new-1: repository code waits for its "
       "turn"},
      {"a repository", Pod().code(runs_unready()).model(initializing).app(initializing), "{}",
       "False Syncing: 1 of 1 pod is not complete: pod demo-new-1: repository code is being "
       "fetched"},
      {"a model", Pod().code(cloned(one)).model(waits("x")).app(initializing), "{}",
       "False Syncing: 1 of 1 pod is not complete: pod demo-new-1: model llm waits for its turn"},
      {"a model that tells its progress",
       Pod().code(cloned(one)).model(runs_again(0, "Completed")).app(initializing),
       R"({"event":"progress","bytes":1288490189,"total":5368709120,"rate":89128960,"eta":46})",
       "False Syncing: 1 of 1 pod is not complete: pod demo-new-1: model llm is being fetched: 1.2 "
       "GiB of 5.0 GiB (24 %), 85.0 MiB/s, 46 s left"},
      {"a model that is tried again",
       Pod().code(cloned(one)).model(runs_again(0, "Completed")).app(initializing),
       R"({"event":"retry","reason":"ServerBusy","message":"slow down; trying again in 2 s"})",
       "False Syncing: 1 of 1 pod is not complete: pod demo-new-1: model llm: slow down; trying "
       "again in 2 s"},
      {"a model that another pod fetches",
       Pod().code(cloned(one)).model(runs_again(0, "Completed")).app(initializing),
       R"({"event":"waiting","bytes":3,"total":9,"message":"waits for pod demo-new-2, which fetches the model: 3 B of 9 B"})",
       "False Syncing: 1 of 1 pod is not complete: pod demo-new-1: model llm waits for pod "
       "demo-new-2, which fetches the model: 3 B of 9 B"},
      {"a model whose size is not known",
       Pod().code(cloned(one)).model(runs_again(0, "Completed")).app(initializing),
       R"({"event":"progress","bytes":100})",
       "False Syncing: 1 of 1 pod is not complete: pod demo-new-1: model llm is being fetched: 100 "
       "B"},
  }));
  DYNAMIC_SECTION(row.name) {
    const auto world = with_line(observed({}, {row.pod}), "demo-new-1", row.line);
    const auto made = status(content_spec(), world);
    CHECK(text_of(made) == row.told);
    CHECK(text_of(made, "ContentSynced") == row.told);
  }
}

TEST_CASE("a replica more that is still fetching does not take content from the others") {
  auto spec = content_spec(1);
  spec.resources.autoscaling = gradient::Autoscaling{
      .max_replicas = 3, .metrics = {{.metric = gradient::Metric::Cpu, .value = 50}}};
  const std::vector<Json> pods{complete("demo-new-1"), Pod("demo-new-2").code(runs_unready())};
  const auto made = status(spec, observed({2, 2, 2, 1, 1}, pods));
  CHECK(text_of(made, "ContentSynced") == "True Synced: repositories and models are complete");
  CHECK(text_of(made).substr(0, 11) == "True Ready:");
}

TEST_CASE("before the first pod nothing is known of its content") {
  CHECK(text_of(status(content_spec(), observed({1, 0, 0, 0, 0}, {})), "ContentSynced") ==
        "Unknown Syncing: no pod of this revision has been seen yet");
}
