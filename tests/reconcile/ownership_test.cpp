#include "reconcile/ownership.h"

#include <catch2/catch.hpp>

namespace {

using json::Json;

constexpr const char* us =
    R"({"manager":"us","operation":"Apply","apiVersion":"apps/v1",
        "fieldsV1":{"f:spec":{"f:template":{"f:spec":{"f:a":{}}}}}})";

Json entry(const std::string& fields, const std::string& more = "") {
  return json::parse(R"({"manager":"kubectl-edit","operation":"Update","apiVersion":"apps/v1")" +
                     more + R"(,"fieldsV1":)" + fields + "}");
}

/// What becomes of the managedFields; "" when nothing is transferred.
std::string transferred(const Json& theirs) {
  const auto owners = reconcile::transfer_edits(json::array({json::parse(us), theirs}), "us");
  return owners ? json::text(owners->managed_fields) : "";
}

}  // namespace

TEST_CASE("what was edited in the spec becomes ours, and its editor's entry goes") {
  CHECK(transferred(entry(R"({"f:spec":{"f:paused":{},"f:template":{"f:spec":{"f:b":{}}}}})")) ==
        R"([{"apiVersion":"apps/v1","fieldsV1":{"f:spec":{"f:paused":{},"f:template":{"f:spec":)"
        R"({"f:a":{},"f:b":{}}}}},"manager":"us","operation":"Apply"}])");
}

TEST_CASE("metadata, replicas and a restart stay their editor's") {
  const std::string restart = R"("f:template":{"f:metadata":{"f:annotations":{"f:at":{}}}})";
  const auto owners = json::parse(transferred(
      entry(R"({"f:metadata":{"f:labels":{}},"f:spec":{"f:paused":{},"f:replicas":{},)" + restart +
            "}}")));
  CHECK(json::text(owners.at(1).at("fieldsV1")) ==
        R"({"f:metadata":{"f:labels":{}},"f:spec":{"f:replicas":{},)" + restart + "}}");
  CHECK(json::text(owners.at(0).at("fieldsV1").at("f:spec")) ==
        R"({"f:paused":{},"f:template":{"f:spec":{"f:a":{}}}})");
  CHECK(transferred(entry(R"({"f:spec":{)" + restart + "}}")).empty());
  CHECK(transferred(entry(R"({"f:metadata":{"f:labels":{}}})")).empty());
}

TEST_CASE("what is set through a subresource, applied or of another version is left alone") {
  const auto* const paused = R"({"f:spec":{"f:paused":{}}})";
  CHECK_FALSE(transferred(entry(paused)).empty());
  CHECK(transferred(entry(paused, R"(,"subresource":"scale")")).empty());
  auto applied = entry(paused);
  applied["operation"] = Json("Apply");
  CHECK(transferred(applied).empty());
  auto other_version = entry(paused);
  other_version["apiVersion"] = Json("apps/v1beta1");
  CHECK(transferred(other_version).empty());
  auto by_webhook = entry(paused);  // changes of admission count as their request's manager's
  by_webhook["manager"] = Json("us");
  CHECK(transferred(by_webhook).empty());
}

TEST_CASE("without an entry of ours there is nothing to take it into") {
  const auto edit = entry(R"({"f:spec":{"f:paused":{}}})");
  CHECK_FALSE(reconcile::transfer_edits(json::array({edit}), "us"));
  CHECK_FALSE(reconcile::transfer_edits(Json(), "us"));
}
