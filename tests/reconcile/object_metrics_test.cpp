#include "reconcile/object_metrics.h"

#include "reconcile/stores.h"
#include "reconcile/sync_results.h"

#include <catch2/catch.hpp>

#include <algorithm>

namespace {

using gradient::MetricLabels;
using json::Json;
using reconcile::Stores;

Json object(const kube::Kind& kind, const std::string& name, const std::string& status,
            const std::string& version = "1") {
  return json::object({{"apiVersion", std::string(kind.api_version)},
                       {"kind", std::string(kind.kind)},
                       {"metadata", json::object({{"namespace", name.substr(0, name.find('/'))},
                                                  {"name", name.substr(name.find('/') + 1)},
                                                  {"resourceVersion", version}})},
                       {"spec", Json::object()},
                       {"status", json::parse(status)}});
}

constexpr const char* serving =
    R"({"conditions":[{"type":"Ready","status":"True","reason":"Ready","message":"1 of 1"}]})";
constexpr const char* stuck =
    R"({"conditions":[{"type":"Ready","status":"False","reason":"ImageNotFound","message":"m"}]})";

/// The samples of the metrics whose name begins so, without comments.
std::string metrics(const Stores& stores, const std::string& name,
                    const MetricLabels& labels = {}) {
  std::string all;
  reconcile::write_object_metrics(stores, labels, [&](std::string_view text) { all.append(text); });
  std::string found;
  for (std::size_t at = 0; at < all.size();) {
    const auto end = all.find('\n', at);
    const auto line = all.substr(at, end - at);
    if (line.starts_with(name)) found += line + "\n";
    at = end + 1;
  }
  return found;
}

}  // namespace

TEST_CASE("each condition of an object is a series, which ends with the object") {
  Stores stores;
  stores.gradient_deployments.put(object(reconcile::gradient_deployments, "team/chat", serving));
  stores.models.put(object(reconcile::models, "team/llm", stuck));
  stores.registries.put(object(reconcile::registries, "team/hub", serving));
  CHECK(metrics(stores, "gradient_condition") ==
        "gradient_condition{kind=\"GradientDeployment\",namespace=\"team\",name=\"chat\","
        "type=\"Ready\",status=\"True\",reason=\"Ready\"} 1\n"
        "gradient_condition{kind=\"Model\",namespace=\"team\",name=\"llm\","
        "type=\"Ready\",status=\"False\",reason=\"ImageNotFound\"} 1\n"
        "gradient_condition{kind=\"ContainerRegistry\",namespace=\"team\",name=\"hub\","
        "type=\"Ready\",status=\"True\",reason=\"Ready\"} 1\n");
  stores.registries.erase(object(reconcile::registries, "team/hub", serving, "2"));
  stores.models.erase(object(reconcile::models, "team/llm", stuck, "3"));
  stores.gradient_deployments.put(object(reconcile::gradient_deployments, "team/chat", stuck, "4"));
  CHECK(metrics(stores, "gradient_condition") ==
        "gradient_condition{kind=\"GradientDeployment\",namespace=\"team\",name=\"chat\","
        "type=\"Ready\",status=\"False\",reason=\"ImageNotFound\"} 1\n");
}

TEST_CASE("content of deployments has an age and a size, as far as they are known") {
  Stores stores;
  stores.gradient_deployments.put(object(reconcile::gradient_deployments, "team/chat", R"({
    "content": {"repositories": [{"name": "code", "commit": "1", "syncedAt": "2026-01-31T12:00:00Z"}],
                "models": [{"id": "llm", "bytes": 4096, "syncedAt": "2026-01-31T13:00:00Z"},
                           {"id": "new"}]}})"));
  CHECK(metrics(stores, "gradient_content") ==
        "gradient_content_synced_timestamp_seconds{kind=\"GradientDeployment\",namespace=\"team\","
        "name=\"chat\",content=\"model/llm\"} 1769864400\n"
        "gradient_content_synced_timestamp_seconds{kind=\"GradientDeployment\",namespace=\"team\","
        "name=\"chat\",content=\"repository/code\"} 1769860800\n"
        "gradient_content_bytes{kind=\"GradientDeployment\",namespace=\"team\",name=\"chat\","
        "content=\"model/llm\"} 4096\n");
}

TEST_CASE("a Dataset has the size of its volume, and of what the operator keeps on it") {
  Stores stores;
  stores.datasets.put(object(reconcile::datasets, "team/code", R"({
    "claimName": "nfs", "capacity": "2Gi", "content": {"checkoutsBytes": 10, "unusedBytes": 3}})"));
  stores.datasets.put(object(reconcile::datasets, "team/unbound", R"({"claimName": "unbound"})"));
  CHECK(metrics(stores, "gradient_dataset") ==
        "gradient_dataset_capacity_bytes{kind=\"Dataset\",namespace=\"team\",name=\"code\","
        "persistentvolumeclaim=\"nfs\"} 2147483648\n"
        "gradient_dataset_content_bytes{kind=\"Dataset\",namespace=\"team\",name=\"code\","
        "content=\"checkouts\"} 10\n"
        "gradient_dataset_content_bytes{kind=\"Dataset\",namespace=\"team\",name=\"code\","
        "content=\"unused\"} 3\n");
}

TEST_CASE("with fewer labels alike objects are counted together") {
  Stores stores;
  for (const auto* name : {"a/one", "a/two", "b/one"})
    stores.gradient_deployments.put(object(reconcile::gradient_deployments, name, serving));
  stores.gradient_deployments.put(object(reconcile::gradient_deployments, "b/two", stuck));
  CHECK(metrics(stores, "gradient_condition", {.ns = true, .name = false, .reason = false}) ==
        "gradient_condition{kind=\"GradientDeployment\",namespace=\"a\",type=\"Ready\","
        "status=\"True\"} 2\n"
        "gradient_condition{kind=\"GradientDeployment\",namespace=\"b\",type=\"Ready\","
        "status=\"False\"} 1\n"
        "gradient_condition{kind=\"GradientDeployment\",namespace=\"b\",type=\"Ready\","
        "status=\"True\"} 1\n");
  CHECK(metrics(stores, "gradient_condition", {.ns = false, .name = false, .reason = true}) ==
        "gradient_condition{kind=\"GradientDeployment\",type=\"Ready\",status=\"False\","
        "reason=\"ImageNotFound\"} 1\n"
        "gradient_condition{kind=\"GradientDeployment\",type=\"Ready\",status=\"True\","
        "reason=\"Ready\"} 3\n");
}

TEST_CASE("names cannot break out of a label") {
  Stores stores;
  stores.gradient_deployments.put(
      object(reconcile::gradient_deployments, "team/chat",
             R"({"content": {"models": [{"id": "a\"b\\c\n\td", "bytes": 1}]}})"));
  CHECK(metrics(stores, "gradient_content_bytes") ==
        "gradient_content_bytes{kind=\"GradientDeployment\",namespace=\"team\",name=\"chat\","
        "content=\"model/a\\\"b\\\\c  d\"} 1\n");
}

TEST_CASE("the metrics of thousands come in small pieces, each object once and in order") {
  Stores stores;
  constexpr int count = 3000;
  for (int i = 0; i < count; ++i)
    stores.gradient_deployments.put(
        object(reconcile::gradient_deployments, "team/app-" + std::to_string(10000 + i), serving));
  std::size_t longest = 0, lines = 0;
  reconcile::write_object_metrics(stores, {}, [&](std::string_view text) {
    longest = std::max(longest, text.size());
    lines += static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  });
  constexpr std::size_t comments = 10;
  CHECK(lines == count + comments);
  CHECK(longest < 40000);
}

TEST_CASE("what is kept for the metrics of a deployment is small: 6 MB for 10,000") {
  const auto facts = reconcile::facts_of(object(reconcile::gradient_deployments, "team/chat", R"({
    "conditions": [{"type": "Ready", "status": "True", "reason": "Ready"},
                   {"type": "SpecValid", "status": "True", "reason": "Valid"},
                   {"type": "ReferencesResolved", "status": "True", "reason": "Resolved"},
                   {"type": "ContentSynced", "status": "True", "reason": "Synced"},
                   {"type": "Available", "status": "True", "reason": "MinimumReplicasAvailable"},
                   {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"}],
    "content": {"repositories": [{"name": "code", "syncedAt": "2026-01-31T12:00:00Z"}],
                "models": [{"id": "llm", "bytes": 5368709120, "syncedAt": "2026-01-31T13:00:00Z"}]}})"));
  constexpr std::size_t of_a_string = 64;  // and of its allocation
  CHECK(facts.capacity() + of_a_string < 500);
}

TEST_CASE("a status that tells new content, or why none came, counts once") {
  const auto status = [](const std::string& time, const std::string& reason) {
    return json::parse(R"({"content":{"models":[{"id":"llm","syncedAt":")" + time +
                       R"("}]},"conditions":[{"type":"ContentSynced","reason":")" + reason +
                       "\"}]}");
  };
  using Results = std::vector<std::string>;
  const auto first = status("2026-01-31T12:00:00Z", "Synced");
  CHECK(reconcile::sync_results({}, first) == Results{"Synced"});
  CHECK(reconcile::sync_results(first, first).empty());
  const auto failed = status("2026-01-31T12:00:00Z", "RefreshFailed");
  CHECK(reconcile::sync_results(first, failed) == Results{"RefreshFailed"});
  CHECK(reconcile::sync_results(failed, failed).empty());
  CHECK(reconcile::sync_results(failed, status("2026-02-01T12:00:00Z", "Synced")) ==
        Results{"Synced"});
  CHECK(reconcile::sync_results(first, status("", "HostUnknown")) == Results{"HostUnknown"});
  CHECK(reconcile::sync_results(first, status("", "Syncing")).empty());
}
