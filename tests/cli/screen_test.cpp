#include "cli/screen.h"

#include <catch2/catch.hpp>

using json::parse;

namespace {

/// 2026-01-31T12:00:00Z
constexpr std::chrono::system_clock::time_point noon{std::chrono::seconds(1769860800)};

cli::Screen screen(const std::string& status) {
  return {.deployment = parse(R"({"metadata":{"namespace":"team-a","name":"demo","generation":2,
          "creationTimestamp":"2026-01-31T08:48:00Z"},
          "spec":{"image":"app:1","resources":{"instanceType":"C4"}},"status":)" +
                              status + "}"),
          .now = noon};
}

constexpr const char* ready = R"({"observedGeneration":2,"replicas":2,"readyReplicas":1,
  "updatedReplicas":2,"endpoint":"http://demo.team-a.svc","conditions":[{"type":"Ready",
  "status":"Unknown","reason":"RollingOut","message":"1 of 2\nreplicas","lastTransitionTime":
  "2026-01-31T11:59:30Z"}]})";

constexpr const char* summary =
    "GradientDeployment team-a/demo\n"
    "\n"
    "Ready      Unknown, RollingOut: 1 of 2 replicas\n"
    "Image      app:1\n"
    "Machine    C4\n"
    "Replicas   1 ready, 2 up to date, of 2\n"
    "Endpoint   http://demo.team-a.svc\n"
    "Age        3h12m\n";

constexpr const char* conditions =
    "\n"
    "CONDITION   STATUS    SINCE   REASON       MESSAGE\n"
    "Ready       Unknown   30s     RollingOut   as above\n";

std::string of_pod(const std::string& pod) {
  auto of = screen(ready);
  of.pods = {parse(pod)};
  of.sync_lines = {{"demo-1/sync-llm", parse(R"({"event":"progress","bytes":5,"total":20})")}};
  const auto text = text_of(of);
  return text.substr(std::string(summary).size() + std::string(conditions).size());
}

}  // namespace

TEST_CASE("a screen begins with what matters and goes on with the conditions") {
  CHECK(text_of(screen(ready)) == std::string(summary) + conditions);
}

TEST_CASE("a screen says that no operator has looked, or not at the last edit") {
  for (const char* unseen : {"{}", R"({"observedGeneration":-1})"})
    CHECK(text_of(screen(unseen)).find("No operator has observed it yet") != std::string::npos);
  auto edited = screen(ready);
  edited.deployment["metadata"]["generation"] = json::Json(3);
  CHECK(text_of(edited).find("not observed the last edit yet") != std::string::npos);
}

TEST_CASE("a screen has the content as the status tells it") {
  auto of = screen(ready);
  of.deployment["status"]["content"] = parse(R"({
    "repositories":[{"name":"app","url":"https://git.example/app.git","ref":"main",
                     "commit":"0123456789abcdef0123456789abcdef01234567"},
                    {"name":"new","url":"https://git.example/new.git"}],
    "models":[{"id":"llm","source":"s3://models/llm","revision":"sha256:fedcba9876543210",
               "bytes":2048}]})");
  CHECK(text_of(of) == std::string(summary) + conditions +
                           "\n"
                           "CONTENT          REVISION       WHAT      FROM\n"
                           "repository app   0123456789ab   main      "
                           "https://git.example/app.git\n"
                           "repository new                  HEAD      "
                           "https://git.example/new.git\n"
                           "model llm        fedcba987654   2.0 KiB   s3://models/llm\n");
}

TEST_CASE("a screen says of each pod what it has of every repository and model") {
  CHECK(of_pod(R"({"metadata":{"name":"demo-1","creationTimestamp":"2026-01-31T11:58:00Z"},
        "spec":{"nodeName":"node-a"},"status":{"phase":"Pending","initContainerStatuses":[
        {"name":"clone-app","state":{"terminated":{"message":"{\"commit\":\"0123456789abcdef\"}"}}},
        {"name":"sync-llm","state":{"running":{}}},
        {"name":"injected","state":{"running":{}}}],
        "containerStatuses":[{"name":"app","restartCount":2,
                              "state":{"waiting":{"reason":"PodInitializing"}}}]}})") ==
        "\n"
        "POD      STATE                         RESTARTS   AGE   NODE     CONTENT\n"
        "demo-1   PodInitializing   not ready   2          2m    node-a   "
        "app 0123456789ab, llm 25%\n");
  CHECK(of_pod(R"({"metadata":{"name":"demo-2","creationTimestamp":"2026-01-30T11:00:00Z",
        "deletionTimestamp":"2026-01-31T12:00:00Z"},"spec":{},"status":{"phase":"Running",
        "conditions":[{"type":"Ready","status":"True"}],"initContainerStatuses":[
        {"name":"clone-a","state":{"waiting":{"reason":"ImagePullBackOff"}}},
        {"name":"clone-b","state":{"terminated":{"message":
            "{\"reason\":\"GitReferenceNotFound\",\"message\":\"no\"}"}}},
        {"name":"clone-c","state":{"terminated":{"message":"killed"}}}]}})") ==
        "\n"
        "POD      STATE                 RESTARTS   AGE   NODE   CONTENT\n"
        "demo-2   Terminating   ready   0          1d           "
        "a ImagePullBackOff, b GitReferenceNotFound, c is fetched\n");
}

TEST_CASE("a screen has the children, and the newest events with the last one last") {
  const auto event = [](int seconds_ago, int count) {
    return parse(R"({"type":"Normal","reason":"Pulled","lastTimestamp":"2026-01-31T11:59:)" +
                 std::to_string(60 - seconds_ago) + R"(Z","count":)" + std::to_string(count) +
                 R"(,"involvedObject":{"kind":"Pod","name":"p"},"message":"image )" +
                 std::to_string(seconds_ago) + R"("})");
  };
  auto of = screen(ready);
  of.children = {parse(R"({"kind":"Service","metadata":{"name":"demo",
      "creationTimestamp":"2026-01-31T11:58:01Z"}})")};
  of.events = {event(10, 1), event(20, 3)};
  CHECK(text_of(of) == std::string(summary) + conditions +
                           "\n"
                           "CHILD          AGE\n"
                           "Service/demo   119s\n"
                           "\n"
                           "LAST SEEN   TYPE     REASON   OBJECT   MESSAGE\n"
                           "20s (x3)    Normal   Pulled   Pod/p    image 20\n"
                           "10s         Normal   Pulled   Pod/p    image 10\n");
  for (int seconds_ago = 30; seconds_ago < 50; ++seconds_ago)
    of.events.push_back(event(seconds_ago, 1));
  const auto text = text_of(of);
  CHECK(text.find("\n37s ") != std::string::npos);
  CHECK(text.find("\n38s ") == std::string::npos);
}

TEST_CASE("what several conditions and events say is told once") {
  auto of = screen(R"({"observedGeneration":2,"conditions":[
      {"type":"Ready","status":"False","reason":"CrashLoop","message":"pod a: exit code 1"},
      {"type":"SpecValid","status":"True","reason":"Valid","message":"the spec is accepted"},
      {"type":"Available","status":"False","reason":"CrashLoop","message":"pod a: exit code 1"},
      {"type":"Progressing","status":"False","reason":"CrashLoop",
       "message":"1 of 1 replica is new: pod a: exit code 1"}]})");
  of.events = {parse(R"({"type":"Warning","reason":"CrashLoop","message":"pod a: exit code 1",
      "lastTimestamp":"2026-01-31T11:59:50Z",
      "involvedObject":{"kind":"GradientDeployment","name":"demo"}})")};
  const auto text = text_of(of);
  CHECK(text.substr(text.find("\nCONDITION")) ==
        "\n"
        "CONDITION     STATUS   SINCE   REASON      MESSAGE\n"
        "Ready         False            CrashLoop   as above\n"
        "SpecValid     True             Valid       the spec is accepted\n"
        "Available     False            CrashLoop   as for Ready\n"
        "Progressing   False            CrashLoop   1 of 1 replica is new: as for Ready\n"
        "\n"
        "LAST SEEN   TYPE      REASON      OBJECT                    MESSAGE\n"
        "10s         Warning   CrashLoop   GradientDeployment/demo   as for Ready\n");
}

TEST_CASE("an event keeps only the beginning of a long message, which is told nevertheless") {
  const std::string longer(1024, 'x');
  auto of = screen(R"({"conditions":[{"type":"Ready","message":")" + longer + R"( and more"}]})");
  of.events = {parse(R"({"reason":"Failed","involvedObject":{"kind":"Pod","name":"p"},
                         "message":")" +
                     longer + R"("})")};
  CHECK(text_of(of).ends_with("Failed   Pod/p    as for Ready\n"));
}

TEST_CASE("what events say of pods that are alike is told once, of the one seen last") {
  const auto back_off = [](const std::string& pod, int second, const std::string& container) {
    return parse(R"({"type":"Warning","reason":"BackOff","count":2,"message":"Back-off of )" +
                 container + " in pod demo-" + pod + "_team-a(uid-" + pod +
                 R"e()","lastTimestamp":"2026-01-31T11:59:)e" + std::to_string(second) +
                 R"(Z","involvedObject":{"kind":"Pod","name":"demo-)" + pod + R"(","uid":"uid-)" +
                 pod + R"("}})");
  };
  auto of = screen(ready);
  of.events = {back_off("a", 50, "app"), back_off("b", 55, "app"), back_off("a", 40, "app"),
               back_off("a", 30, "web")};
  const auto text = text_of(of);
  CHECK(text.substr(text.find("\nLAST SEEN")) ==
        "\n"
        "LAST SEEN   TYPE      REASON    OBJECT                  MESSAGE\n"
        "30s (x2)    Warning   BackOff   Pod/demo-a              "
        "Back-off of web in pod demo-a_team-a(uid-a)\n"
        "5s (x6)     Warning   BackOff   Pod/demo-b and 1 more   "
        "Back-off of app in pod demo-b_team-a(uid-b)\n");
}

TEST_CASE("ages are as short as they can be") {
  using cli::age;
  CHECK(age(noon, "2026-01-31T11:58:01Z") == "119s");
  CHECK(age(noon, "2026-01-31T11:58:00Z") == "2m");
  CHECK(age(noon, "2026-01-31T10:00:00Z") == "2h0m");
  CHECK(age(noon, "2026-01-30T12:00:00Z") == "1d");
  CHECK(age(noon, "2026-01-31T12:00:07Z") == "0s");  // clocks differ
  CHECK(age(noon, "2026-01-31T11:59:50.123456Z") == "10s");
  CHECK(age(noon, "") == "");
}
