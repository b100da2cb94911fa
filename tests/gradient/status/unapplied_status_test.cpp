#include "gradient/status/unapplied_status.h"

#include "gradient/status/condition.h"
#include "gradient/status/simple_status.h"
#include "gradient/status/support/cluster.h"

#include <catch2/catch.hpp>

using namespace cluster;

namespace {

const json::Problems wrong_port{{"spec.port", "must be a number from 1 to 65535"},
                                {"spec.image", "is required"}};

Json serving() {
  return status(plain_spec(), observed({1, 1, 1, 1, 1}, {Pod().ready()}));
}

const Json serves = deployment({1, 1, 1, 1, 1});

gradient::Parent edited() {
  auto parent = demo();
  parent.generation = 5;
  return parent;
}

}  // namespace

TEST_CASE("an invalid edit is told, and what is known of the running pods stays") {
  const auto made = gradient::invalid_status(edited(), wrong_port, serves, serving(), now);
  const std::string text = "spec.port: must be a number from 1 to 65535; spec.image: is required";
  CHECK(text_of(made) == "False InvalidSpec: " + text);
  CHECK(text_of(made, "SpecValid") == "False InvalidSpec: " + text);
  CHECK(text_of(made, "Available") == text_of(serving(), "Available"));
  CHECK(text_of(made, "ContentSynced") == text_of(serving(), "ContentSynced"));
  CHECK(json::integer_at(made, {"readyReplicas"}) == 1);
  CHECK(json::integer_at(made, {"observedGeneration"}) == 5);
}

TEST_CASE("pods that go while a spec is invalid are told of") {
  const auto made =
      gradient::invalid_status(edited(), wrong_port, deployment({2, 2, 1, 1, 1}), serving(), now);
  CHECK(text_of(made, "Available") ==
        "False MinimumReplicasUnavailable: 1 of 2 replicas are available");
  CHECK(text_of(made, "Progressing") ==
        "True RollingOut: 1 of 2 replicas are of the newest revision");
  CHECK(json::integer_at(made, {"replicas"}) == 2);
  CHECK(json::integer_at(made, {"updatedReplicas"}) == 1);
  CHECK(json::string_at(made, {"ready"}) == "1/2");
  const auto stalled = with_condition(deployment({2, 2, 1, 1, 1}), "Progressing", "False",
                                      "ProgressDeadlineExceeded", "");
  CHECK(
      text_of(gradient::invalid_status(edited(), wrong_port, stalled, made, now), "Progressing") ==
      "False ProgressDeadlineExceeded: 1 of 2 replicas are of the newest revision, and nothing "
      "has moved for longer than the Deployment's deadline");
}

TEST_CASE("0 replicas are what was asked for, or what could not be changed yet") {
  const std::vector<gradient::Blocker> missing{{"SecretNotFound", "there is no Secret s"}};
  const auto off = deployment({0, 0, 0, 0, 0});
  const auto waiting = [&](const gradient::DeploymentSpec& spec, const Json& live) {
    return text_of(gradient::waiting_status(edited(), spec, missing, live, serving(), now),
                   "Available");
  };
  CHECK(waiting(plain_spec(0), off) == "False Disabled: 0 replicas: nothing answers");
  CHECK(waiting(plain_spec(0), deployment({0, 2, 2, 2, 2})) ==
        "False Disabled: 0 replicas: nothing answers; 2 pods to end");
  CHECK(waiting(plain_spec(1), off) ==
        "False SecretNotFound: 0 replicas, as before: nothing answers");
  CHECK(text_of(gradient::invalid_status(edited(), wrong_port, off, serving(), now), "Available") ==
        "False InvalidSpec: 0 replicas, as before: nothing answers");
}

TEST_CASE("a Deployment whose pods have not been available yet is on the way") {
  const auto made =
      gradient::invalid_status(edited(), wrong_port, deployment({2, 2, 2, 0, 0}), serving(), now);
  CHECK(text_of(made, "Progressing") ==
        "True RollingOut: 2 of 2 replicas are of the newest revision; 0 of 2 replicas are "
        "available");
  const auto rolled_out = with_condition(deployment({2, 2, 2, 1, 1}), "Progressing", "True",
                                         "NewReplicaSetAvailable", "");
  CHECK(text_of(gradient::invalid_status(edited(), wrong_port, rolled_out, serving(), now),
                "Progressing") ==
        "True NewReplicaSetAvailable: 2 of 2 replicas are of the newest revision");
}

TEST_CASE("content that arrives while a spec is invalid is told of") {
  const auto syncing = status(
      content_spec(), observed({}, {Pod().code(runs_unready()).app(waits("PodInitializing"))}));
  REQUIRE(text_of(syncing, "ContentSynced").starts_with("False Syncing"));
  const auto arriving =
      gradient::invalid_status(edited(), wrong_port, deployment({1, 1, 1, 0, 0}), syncing, now);
  CHECK(text_of(arriving, "ContentSynced") == text_of(syncing, "ContentSynced"));
  const auto there = gradient::invalid_status(edited(), wrong_port, serves, arriving, now);
  CHECK(text_of(there, "ContentSynced") == "True Synced: what runs has its content");
}

TEST_CASE("of a spec that was never valid nothing else is known") {
  const auto made = gradient::invalid_status(demo(), wrong_port, {}, {}, now);
  CHECK(text_of(made, "Available") == "Unknown InvalidSpec: nothing was applied yet");
  CHECK(json::elements_at(made, {"conditions"}).size() == 7);
  CHECK(text_of(made, "Stalled").starts_with("True InvalidSpec: spec.port"));
}

TEST_CASE("a Deployment that somebody deletes while a spec is invalid is told to be gone") {
  const auto made = gradient::invalid_status(edited(), wrong_port, {}, serving(), now);
  CHECK(text_of(made, "Available") ==
        "False InvalidSpec: 0 replicas: nothing answers, there is no Deployment");
  CHECK(text_of(made, "Progressing") ==
        "False InvalidSpec: the Deployment is created when this is corrected");
  CHECK(json::integer_at(made, {"replicas"}) == 0);
  CHECK(json::integer_at(made, {"readyReplicas"}) == 0);
  CHECK(json::string_at(made, {"ready"}) == "0/1");
  CHECK(json::text(gradient::invalid_status(edited(), wrong_port, {}, made, now)) ==
        json::text(made));
}

TEST_CASE("a number of ready pods that was edited by hand is not taken apart") {
  auto odd = serving();
  odd["ready"] = json::Json("all");
  const auto made = gradient::invalid_status(edited(), wrong_port, {}, odd, now);
  CHECK(json::string_at(made, {"ready"}) == "all");
  CHECK(json::integer_at(made, {"readyReplicas"}) == 0);
}

TEST_CASE("a machine that the catalogue does not have has a reason of its own") {
  const json::Problems problems{
      {"spec.resources.instanceType", "there is no machine \"Z9\" here; there are C1, C2"}};
  CHECK(text_of(gradient::invalid_status(demo(), problems, {}, {}, now)) ==
        "False UnknownInstanceType: spec.resources.instanceType: there is no machine \"Z9\" here; "
        "there are C1, C2");
}

TEST_CASE("missing references are all told, and the first gives the reason") {
  const std::vector<gradient::Blocker> missing{{"DatasetNotFound", "there is no Dataset ds1"},
                                               {"ModelNotFound", "there is no Model llm"}};
  const auto made =
      gradient::waiting_status(edited(), plain_spec(), missing, serves, serving(), now);
  CHECK(text_of(made) == "False DatasetNotFound: there is no Dataset ds1; there is no Model llm");
  CHECK(text_of(made, "ReferencesResolved") == text_of(made));
  CHECK(text_of(made, "SpecValid") == "True Valid: the spec is accepted");
  CHECK(text_of(made, "Progressing") ==
        "True NewReplicaSetAvailable: 1 of 1 replica is of the newest revision");
}

TEST_CASE("before anything is applied none of the wanted pods are ready") {
  const std::vector<gradient::Blocker> missing{{"DatasetNotFound", "there is no Dataset ds1"}};
  const auto made = gradient::waiting_status(edited(), plain_spec(3), missing, {}, {}, now);
  CHECK(json::string_at(made, {"ready"}) == "0/3");
  CHECK(json::string_at(gradient::invalid_status(edited(), wrong_port, {}, {}, now), {"ready"})
            .empty());
}

TEST_CASE("a pause says by which annotation, and how to end it") {
  CHECK(text_of(gradient::paused_status(demo(), {}, now), "Paused") ==
        "True Paused: the operator changes nothing while the annotation "
        "gradient-operator.dev/paused is set; to resume: kubectl annotate gdep demo -n team "
        "gradient-operator.dev/paused-");
}

TEST_CASE("telling the same again gives the same bytes") {
  const auto first = gradient::invalid_status(demo(), wrong_port, {}, {}, before);
  CHECK(json::text(gradient::invalid_status(demo(), wrong_port, {}, first, now)) ==
        json::text(first));
}

TEST_CASE("the small kinds have one condition and their own fields") {
  const auto parent = demo();
  const auto made = gradient::simple_status({.parent = parent,
                                             .is_ready = true,
                                             .reason = "Ready",
                                             .message = "it is bound",
                                             .fields = json::parse(R"({"claimName":"ds1"})"),
                                             .used_by = {},
                                             .previous = {},
                                             .now = now});
  CHECK(json::text(made) ==
        R"({"claimName":"ds1","conditions":[{"lastTransitionTime":"2026-01-02T12:00:00Z",)"
        R"("message":"it is bound","observedGeneration":4,"reason":"Ready","status":"True",)"
        R"("type":"Ready"}],"observedGeneration":4})");
  const auto failed = gradient::simple_status({.parent = parent,
                                               .is_ready = false,
                                               .reason = "ClaimLost",
                                               .message = "gone",
                                               .used_by = gradient::used_by({"Model/llm"}),
                                               .previous = made,
                                               .now = before});
  CHECK(text_of(failed) == "False ClaimLost: gone");
  CHECK_FALSE(failed.has_field("claimName"));
  CHECK(json::text(json::at(failed, {"usedBy"})) == R"({"count":1,"names":["Model/llm"]})");
}

TEST_CASE("of many users all are counted and ten are named") {
  std::vector<std::string> users;
  for (int i = 100; i < 112; ++i)
    users.push_back("GradientDeployment/app-" + std::to_string(i));
  const auto told = gradient::used_by(users);
  CHECK(json::integer_at(told, {"count"}) == 12);
  CHECK(json::elements_at(told, {"names"}).size() == 10);
  CHECK(json::string_at(json::elements_at(told, {"names"}).at(9), {}) ==
        "GradientDeployment/app-109");
  CHECK(gradient::used_by({}).is_null());
}
