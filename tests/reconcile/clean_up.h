#pragma once

#include "reconcile/running.h"

#include <catch2/catch.hpp>

namespace live {

/// A claim bound to a volume that exists by name only: no node is to mount it. Gone with this.
class BoundClaim {
 public:
  BoundClaim(Cluster& cluster, const std::string& name) : cluster_(cluster) {
    volume_ = cluster.client().create(volumes, "",
                                      json::parse(R"({"apiVersion":"v1",
        "kind":"PersistentVolume","metadata":{"name":")" +
                                                  cluster.ns() + R"("},"spec":{"capacity":
        {"storage":"1Gi"},"accessModes":["ReadWriteMany"],"storageClassName":"",
        "persistentVolumeReclaimPolicy":"Retain","hostPath":{"path":"/nowhere"}}})"));
    cluster.apply(kube::claims, name,
                  R"({"spec":{"accessModes":["ReadWriteMany"],
        "storageClassName":"","volumeName":")" +
                      cluster.ns() + R"(",
        "resources":{"requests":{"storage":"1Gi"}}}})");
    cluster.await("the bound claim", [&] {
      const auto claim = cluster.seen().claims.find(cluster.key(name));
      return claim && json::string_at(*claim, {"status", "phase"}) == "Bound";
    });
  }
  ~BoundClaim() {
    try {
      cluster_.client().remove(volumes, kube::key_of(volume_), kube::uid_of(volume_));
    } catch (const std::exception& error) {
      WARN("volume " << kube::key_of(volume_).name << " stays: " << error.what());
    }
  }
  BoundClaim(const BoundClaim&) = delete;
  BoundClaim& operator=(const BoundClaim&) = delete;

 private:
  static constexpr kube::Kind volumes{"v1", "PersistentVolume", "persistentvolumes"};
  Cluster& cluster_;
  json::Json volume_;
};

/// A Dataset "shared" loses its only deployment and is cleaned up, with a Job whose pod ends as the
/// test says: there is no kubelet. Its status' content afterwards.
inline json::Json clean_up(Cluster& cluster, Running& running, const std::string& message) {
  const auto content = [&](const char* field) {
    const auto dataset = cluster.seen().datasets.find(cluster.key("shared"));
    return dataset ? json::at(*dataset, {"status", "content", field}) : json::Json();
  };
  int touched = 0;
  const auto touch = [&] {
    cluster.apply(reconcile::datasets, "shared",
                  R"({"metadata":{"annotations":{"touched":")" + std::to_string(++touched) + R"("}},
                                                     "spec":{"claimName":"files"}})");
  };
  const auto eleven_minutes_later = [&] {
    running.clock().skip(std::chrono::minutes(11));
    touch();
  };
  cluster.apply(reconcile::datasets, "shared", R"({"spec":{"claimName":"files"}})");
  cluster.apply(reconcile::gradient_deployments, "passing", R"({"spec":{"image":"example.com/a:1",
      "repositories":{"dataset":"shared","repositories":[{"url":"https://git.example/a.git",
      "name":"a"}]},"resources":{"instanceType":"C4"}}})");
  const auto pods_of_sets = [&](const kube::Kind& kind) {
    return cluster.client().list(kind, cluster.ns(),
                                 {.labels = "gradient-operator.dev/deployment=passing"});
  };
  cluster.await("the deployment's pod", [&] { return !pods_of_sets(kube::pods).empty(); });
  cluster.await("the known checkout", [&] {
    touch();
    return content("checkouts").size() == 1;
  });

  cluster.remove(reconcile::gradient_deployments, "passing");
  cluster.await("an end of the deployment's pods", [&] {
    return pods_of_sets(kube::pods).empty() && pods_of_sets(kube::replica_sets).empty();
  });
  // Before: else its first Job would be one that measures what is in use.
  cluster.await("a Dataset that nobody uses", [&] {
    touch();
    const auto dataset = cluster.seen().datasets.find(cluster.key("shared"));
    return !json::string_at(*dataset, {"status", "unusedSince"}).empty();
  });
  const auto job_pods = [&] {
    return cluster.client().list(kube::pods, cluster.ns(),
                                 {.labels = "batch.kubernetes.io/job-name=collect-shared"});
  };
  cluster.await("the Job's pod", [&] {
    if (job_pods().empty()) eleven_minutes_later();
    return !job_pods().empty();
  });
  auto status = json::parse(R"({"status":{"phase":"Succeeded","containerStatuses":[{
      "name":"collect","image":"i","imageID":"i","ready":false,"restartCount":0,"state":{
      "terminated":{"exitCode":0,"reason":"Completed","finishedAt":"2026-01-01T00:00:00Z"}}}]}})");
  status["status"]["containerStatuses"][0]["state"]["terminated"]["message"] = json::Json(message);
  cluster.client().patch_status(kube::pods, kube::key_of(job_pods().front()), status, "test");
  cluster.await("the result", [&] {
    eleven_minutes_later();
    return !content("freedBytes").is_null();
  });
  return json::at(*cluster.seen().datasets.find(cluster.key("shared")), {"status", "content"});
}

}  // namespace live
