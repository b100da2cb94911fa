#include "cli/deployment_list.h"

#include <catch2/catch.hpp>

using json::parse;

namespace {

/// 2026-01-31T12:00:00Z
constexpr std::chrono::system_clock::time_point noon{std::chrono::seconds(1769860800)};

const std::vector<json::Json> deployments{
    parse(R"({"metadata":{"namespace":"a","name":"demo","creationTimestamp":"2026-01-31T08:48:00Z"},
    "spec":{},"status":{"ready":"2/2","conditions":[
    {"type":"Ready","status":"True","reason":"Available","message":"2 of 2 replicas"}]}})"),
    parse(R"({"metadata":{"namespace":"b","name":"scaled"},
    "spec":{},"status":{"ready":"4/5","conditions":[{"type":"Ready","status":"Unknown","reason":"RollingOut",
    "message":"a message that is\nmuch too long for what is left of a line of eighty columns"}]}})"),
    parse(R"({"metadata":{"name":"new"},"spec":{},"status":{"observedGeneration":-1}})")};

}  // namespace

TEST_CASE("a list says of each deployment whether it is ready, and why not, in 80 columns") {
  CHECK(cli::list_text(deployments, false, noon, 80) ==
        "NAME     READY   WHY          AGE     MESSAGE\n"
        "demo     2/2     Available    3h12m   2 of 2 replicas\n"
        "scaled   4/5     RollingOut           a message that is much too long for wha...\n"
        "new      -       -                    no operator has observed it yet\n");
}
