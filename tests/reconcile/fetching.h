#pragma once

#include "kube/http/client.h"
#include "reconcile/kinds.h"
#include "reconcile/watched_server.h"

#include <catch2/catch.hpp>

#include <string>

/// A deployment whose model is being fetched by `pods` pods of that node.
inline void put_fetching(WatchedServer& server, const std::string& name, const std::string& node,
                         int pods) {
  server.put(reconcile::gradient_deployments, name,
             R"({"spec":{"image":"example.com/app:1","models":[{"id":"m"}],
                 "resources":{"instanceType":"C4","replicas":)" +
                 std::to_string(pods) + "}}}");
  for (int i = 0; i < pods; ++i) {
    server.put(kube::pods, name + "-" + std::to_string(i),
               R"({"metadata":{"labels":{"gradient-operator.dev/deployment":")" + name +
                   R"("},"creationTimestamp":"2026-01-01T00:00:01Z",
                   "ownerReferences":[{"kind":"ReplicaSet","name":"rs","uid":"u",
                   "controller":true}]},"spec":{"nodeName":")" +
                   node + R"(","initContainers":[{"name":"sync-m","restartPolicy":"Always",
                   "args":["model","--name","m","--refresh-interval","3600"]}]},
                   "status":{"phase":"Pending","initContainerStatuses":[{"name":"sync-m",
                   "state":{"running":{"startedAt":"2026-01-01T00:00:02Z"}}}]}})");
  }
}

/// As the Deployment controller does: only then is it known whose the pods are.
inline void take_up(WatchedServer& server, const std::string& name) {
  REQUIRE(server.await([&] { return server.has(kube::deployments, name); }));
  kube::Client(server).merge_patch(kube::deployments, {"ns", name},
                                   json::parse(R"({"status":{"observedGeneration":1}})"), "tests");
}
