#include "gradient/status/dataset_content.h"

#include <catch2/catch.hpp>

using namespace gradient;
using json::Json;

namespace {

const DatasetContent before{.known = {.checkouts = {"kept", "old"}, .models = {"llm"}},
                            .bytes = {{"checkoutsBytes", 100}, {"freedBytes", 0}},
                            .job = "job-1",
                            .problem = Blocker{"QuotaExceeded", "no room"}};
const ContentUse left{.checkouts = {"kept"}, .models = {}};

Json job(const std::string& conditions) {
  return json::parse(R"({"metadata":{"uid":"job-2"},"status":{"conditions":[)" + conditions +
                     "]}}");
}
const Json complete = job(R"({"type":"SuccessCriteriaMet","status":"True"},
                          {"type":"Complete","status":"True"})");
const Json failed = job(R"({"type":"Failed","status":"True","reason":"DeadlineExceeded",
                        "message":"Job was active longer than specified deadline"})");

Json pod(const std::string& message, const std::string& finished_at = "2026-01-01T00:00:00Z") {
  auto end = json::object({{"finishedAt", finished_at}, {"message", message}});
  return json::object(
      {{"status",
        json::object({{"containerStatuses",
                       json::array({json::object(
                           {{"state", json::object({{"terminated", std::move(end)}})}})})}})}});
}

constexpr const char* result =
    R"({"checkoutsBytes":60,"mirrorsBytes":20,"largeFilesBytes":10,"modelsBytes":0,"unusedBytes":0,
        "freedBytes":90,"removed":2,"young":0,"failed":0})";

}  // namespace

TEST_CASE("a Dataset's content reads as it was written") {
  CHECK(read_dataset_content(dataset_content(before)) == before);
  CHECK(read_dataset_content({}) == DatasetContent{});
  CHECK(dataset_content({}).is_null());
}

TEST_CASE("a Job has ended when it is complete or has failed") {
  CHECK_FALSE(is_finished(job("")));
  CHECK_FALSE(is_finished(job(R"({"type":"Complete","status":"False"})")));
  CHECK_FALSE(is_finished(job(R"({"type":"FailureTarget","status":"True"})")));
  CHECK(is_finished(complete));
  CHECK(is_finished(failed));
}

TEST_CASE("a clean-up that went well leaves its figures, and what went is no longer known") {
  CHECK(collected(before, left, complete, {pod(result)}) ==
        DatasetContent{.known = left,
                       .bytes = {{"checkoutsBytes", 60},
                                 {"mirrorsBytes", 20},
                                 {"largeFilesBytes", 10},
                                 {"modelsBytes", 0},
                                 {"unusedBytes", 0},
                                 {"freedBytes", 90}},
                       .job = "job-2",
                       .problem = {}});
}

TEST_CASE("the result of a second attempt counts, not that of the first") {
  const auto after =
      collected(before, left, complete,
                {pod(result, "2026-01-01T00:02:00Z"),
                 pod(R"({"reason":"SyncFailed","message":"cut off"})", "2026-01-01T00:01:00Z")});
  CHECK(after.bytes.at("freedBytes") == 90);
  CHECK_FALSE(after.problem);
}

TEST_CASE("what was too young to go is still known, so that it is asked for again") {
  const auto after = collected(
      before, left, complete,
      {pod(R"({"checkoutsBytes":60,"modelsBytes":0,"freedBytes":0,"young":1,"failed":0})")});
  CHECK(after.known == before.known);
  CHECK(after.bytes.at("checkoutsBytes") == 60);
}

TEST_CASE("files that could not be removed are told, with the first reason") {
  const auto after = collected(before, left, complete, {pod(R"({"checkoutsBytes":60,
      "modelsBytes":0,"freedBytes":0,"young":0,"failed":3,"message":"cannot remove all of x"})")});
  CHECK(after.problem == Blocker{"NotAllRemoved", "cannot remove all of x"});
  CHECK(after.known == left);
}

TEST_CASE("a clean-up that failed keeps what is known and the last figures, and says why") {
  const auto by_itself =
      collected(before, left, failed, {pod(R"({"reason":"VolumeReadOnly","message":"no"})")});
  CHECK(by_itself.known == before.known);
  CHECK(by_itself.bytes == before.bytes);
  CHECK(by_itself.job == "job-2");
  CHECK(by_itself.problem == Blocker{"VolumeReadOnly", "no"});
  CHECK(collected(before, left, failed, {}).problem ==
        Blocker{"DeadlineExceeded",
                "the clean-up's Job failed: Job was active longer than "
                "specified deadline"});
}

TEST_CASE("a clean-up whose result was lost is done once more") {
  const auto after = collected(before, left, complete, {pod("")});
  CHECK(after.known == before.known);
  CHECK(after.job == "job-2");
}

TEST_CASE("a Job whose pod is refused says what helps") {
  const auto refusal = [](const std::string& message) {
    const auto event = json::object(
        {{"reason", "FailedCreate"},
         {"involvedObject", json::object({{"name", "collect-data"}})},
         {"message", "Error creating: pods \"collect-data-x\" is forbidden: " + message}});
    return gradient::clean_up_refusal(json::parse(R"({"metadata":{"name":"collect-data"}})"),
                                      {event});
  };
  const std::string refused = "the cluster refused the pod of the clean-up's Job: ";
  CHECK(refusal("failed quota: q: must specify limits.cpu for: collect; memory for: collect") ==
        Blocker{"AdmissionRefused",
                refused +
                    "failed quota: q: must specify limits.cpu for: collect; memory for: collect; "
                    "set sync.resources.limits.cpu and sync.resources.requests.memory in the "
                    "operator's configuration, or give the namespace a LimitRange with defaults"});
  CHECK(refusal("exceeded quota: q, requested: pods=1") ==
        Blocker{"QuotaExceeded",
                refused + "exceeded quota: q, requested: pods=1; raise the ResourceQuota"});
  CHECK(refusal("violates PodSecurity") ==
        Blocker{"AdmissionRefused", refused + "violates PodSecurity"});
  CHECK_FALSE(gradient::clean_up_refusal(json::parse(R"({"metadata":{"name":"a"}})"), {}));
}

TEST_CASE("a Job awaits its pod until there is one or it has ended") {
  CHECK(gradient::awaits_pod(json::parse("{}")));
  CHECK_FALSE(gradient::awaits_pod(json::parse(R"({"status":{"active":1}})")));
  CHECK_FALSE(gradient::awaits_pod(complete));
  CHECK_FALSE(gradient::awaits_pod(failed));
}
