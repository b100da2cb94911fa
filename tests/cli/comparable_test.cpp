#include "cli/comparable.h"

#include <catch2/catch.hpp>

using json::parse;

TEST_CASE("objects are compared without what changes by itself") {
  const auto object = parse(R"({"kind":"Deployment","metadata":{"name":"demo","uid":"u",
      "resourceVersion":"7","generation":2,"creationTimestamp":"2026-01-01T00:00:00Z",
      "managedFields":[],"ownerReferences":[{"uid":"u"}],"labels":{"a":"b"},"annotations":{
      "gradient-operator.dev/applied":"1","deployment.kubernetes.io/revision":"3","mine":"x"}},
      "spec":{"replicas":1},"status":{"replicas":1}})");
  CHECK(json::text(cli::comparable(object)) ==
        json::text(parse(R"({"kind":"Deployment","metadata":{"name":"demo","labels":{"a":"b"},
            "annotations":{"mine":"x"}},"spec":{"replicas":1}})")));
}

TEST_CASE("annotations that are all our own leave none") {
  const auto object =
      parse(R"({"metadata":{"name":"d","annotations":{"gradient-operator.dev/applied":"1"}}})");
  CHECK(json::text(cli::comparable(object)) == json::text(parse(R"({"metadata":{"name":"d"}})")));
}

TEST_CASE("applying replaces the spec, and adds labels and annotations") {
  const auto live = parse(R"({"metadata":{"name":"d","uid":"u","labels":{"a":"1","b":"1"}},
      "spec":{"image":"old","port":80},"status":{"x":1}})");
  const auto wanted = parse(R"({"metadata":{"name":"d","labels":{"b":"2"},
      "annotations":{"c":"3"}},"spec":{"image":"new"}})");
  CHECK(json::text(cli::replaced(live, wanted)) ==
        json::text(parse(R"({"metadata":{"name":"d","uid":"u","labels":{"a":"1","b":"2"},
            "annotations":{"c":"3"}},"spec":{"image":"new"},"status":{"x":1}})")));
}
