#include "gradient/status/dataset_status.h"

#include "gradient/status/condition.h"
#include "gradient/status/simple_status.h"

#include <catch2/catch.hpp>

using namespace gradient;
using json::Json;

namespace {

const Parent dataset{
    .kind = "Dataset", .ns = "ns", .name = "data", .uid = "u", .generation = 1, .sync = {}};
constexpr const char* now = "2026-01-01T00:00:00Z";

ObservedClaim claim(const std::string& phase) {
  return {.live = json::parse(R"({"metadata":{"name":"data"},"spec":{"accessModes":
              ["ReadWriteOnce"],"resources":{"requests":{"storage":"2Gi"}}},"status":{"phase":")" +
                              phase + R"(","capacity":{"storage":"1Gi"}}})")};
}

ObservedClaim refused(ObservedClaim seen, const std::string& reason) {
  seen.refused = Blocker{reason, "it was refused"};
  return seen;
}

ObservedClaim deleted(ObservedClaim seen) {
  auto live = *seen.live;
  live["metadata"]["deletionTimestamp"] = Json(now);
  seen.live = live;
  return seen;
}

ObservedClaim retained(ObservedClaim seen) {
  seen.is_retained = true;
  return seen;
}

ObservedClaim with_events(ObservedClaim seen, const char* events) {
  const auto parsed = json::parse(events);
  seen.events.assign(parsed.as_array().begin(), parsed.as_array().end());
  return seen;
}

const Json one_user = used_by({"Model/llm"});

Json status(const ObservedClaim& seen, const std::optional<Json>& content = std::nullopt,
            const Json& previous = {}, const Json& used_by = {}) {
  DatasetSpec spec;
  spec.claim_name = "files";
  return dataset_status({.parent = dataset,
                         .spec = spec,
                         .claim = seen,
                         .content = content,
                         .used_by = used_by,
                         .previous = previous,
                         .now = now});
}

/// "True Ready: it is bound"
std::string ready(const Json& status) {
  const auto& told = condition(status, "Ready");
  return json::string_at(told, {"status"}) + " " + json::string_at(told, {"reason"}) + ": " +
         json::string_at(told, {"message"});
}

const Json known = json::parse(R"({"known":{"models":["llm"]}})");
const Json previous = json::object({{"content", known}});

}  // namespace

TEST_CASE("a Dataset is ready when deployments can use its claim, or it says why not") {
  struct Case {
    ObservedClaim seen;
    std::string expected;
  };
  const auto c = GENERATE(values<Case>({
      {claim("Bound"), "True Ready: PersistentVolumeClaim data is bound"},
      {claim("Pending"),
       "True Ready: PersistentVolumeClaim data is bound when the first pod uses it"},
      {retained(claim("Bound")),
       "True ClaimRetained: PersistentVolumeClaim data is bound, and stays, with its files, when "
       "this Dataset is deleted, as it was not made by it; spec.reclaimPolicy Delete applies after "
       "kubectl annotate pvc data -n ns gradient-operator.dev/reclaim-policy=Delete"},
      {claim("Lost"), "False ClaimLost: PersistentVolumeClaim data has lost its volume"},
      {deleted(claim("Bound")),
       "False ClaimTerminating: PersistentVolumeClaim data is being deleted and goes, with its "
       "files, when no pod uses it any more; copy what you need"},
      {{},
       "False ClaimNotFound: spec.claimName: there is no PersistentVolumeClaim files in namespace "
       "ns; create it, or give spec.size to have one made"},
      {refused({}, "QuotaExceeded"), "False QuotaExceeded: it was refused"},
      {refused(claim("Bound"), "NameConflict"), "False NameConflict: it was refused"},
      {refused(claim("Bound"), "AdmissionRefused"),
       "True AdmissionRefused: PersistentVolumeClaim data is bound, but stays as it is: it was "
       "refused; if its class cannot grow volumes, write spec.size as it was"},
      {refused(claim("Pending"), "AdmissionRefused"),
       "False AdmissionRefused: PersistentVolumeClaim data has no volume yet and cannot be "
       "changed; delete it (kubectl delete pvc), and it is made anew as the spec says: it was "
       "refused"},
  }));
  CHECK(ready(status(c.seen)) == c.expected);
}

TEST_CASE("a claim that is not bound says the latest warning about it") {
  const auto seen = with_events(claim("Pending"), R"([
      {"type":"Warning","message":"no class","lastTimestamp":"2026-01-01T00:00:01Z"},
      {"type":"Warning","message":"no room","lastTimestamp":"2026-01-01T00:00:02Z"},
      {"type":"Normal","message":"waiting","lastTimestamp":"2026-01-01T00:00:03Z"}])");
  CHECK(ready(status(seen)) ==
        "True ClaimPending: PersistentVolumeClaim data is not bound: no room");
}

TEST_CASE("a Dataset's status has what dependents need to know of the claim") {
  auto fields = status(claim("Bound"), std::nullopt, {}, one_user);
  fields.erase("conditions");
  CHECK(json::text(fields) ==
        R"({"accessModes":["ReadWriteOnce"],"capacity":"1Gi","claimName":"data",)"
        R"("observedGeneration":1,"phase":"Bound","requested":"2Gi",)"
        R"("usedBy":{"count":1,"names":["Model/llm"]}})");
  CHECK(json::at(status({}), {"claimName"}).is_null());
}

TEST_CASE("a Dataset that nobody names says since when") {
  const auto since = [](const Json& earlier, const Json& used_by) {
    return json::string_at(status(claim("Bound"), std::nullopt, earlier, used_by), {"unusedSince"});
  };
  const auto earlier = json::object({{"unusedSince", "2025-12-01T00:00:00Z"}});
  CHECK(since({}, {}) == now);
  CHECK(since(earlier, {}) == "2025-12-01T00:00:00Z");
  CHECK(since(earlier, one_user).empty());
}

TEST_CASE("content of a Dataset stays until the volume was looked at again") {
  CHECK(json::equal(json::at(status({}, std::nullopt, previous), {"content"}), known));
  CHECK(json::at(status(claim("Bound"), Json(), previous), {"content"}).is_null());
  const auto invalid = invalid_dataset_status(dataset, {}, one_user, previous, now);
  CHECK(json::equal(json::at(invalid, {"content"}), known));
  CHECK(json::string_at(condition(invalid, "Ready"), {"reason"}) == "InvalidSpec");
  CHECK(json::equal(json::at(invalid, {"usedBy"}), one_user));
}

TEST_CASE("content is looked at on a bound claim that is the Dataset's") {
  CHECK(holds_content(claim("Bound")));
  CHECK(holds_content(refused(claim("Bound"), "AdmissionRefused")));
  CHECK_FALSE(holds_content(refused(claim("Bound"), "NameConflict")));
  CHECK_FALSE(holds_content(claim("Pending")));
  CHECK_FALSE(holds_content({}));
}
