// Under quotas that let no pods in, on a real API server and controller manager (KUBECONFIG).

#include "gradient/status/condition.h"
#include "reconcile/clean_up.h"

#include <catch2/catch.hpp>

using live::Cluster;

namespace {

constexpr kube::Kind quotas{"v1", "ResourceQuota", "resourcequotas"};

/// Counted, so that it is in force.
void apply_quota(Cluster& cluster, const std::string& name, const std::string& hard) {
  cluster.apply(quotas, name, R"({"spec":{"hard":{)" + hard + "}}}");
  cluster.await("quota " + name, [&] {
    const auto quota = cluster.client().get(quotas, cluster.key(name));
    return json::at(*quota, {"status", "used"}).size() > 0;
  });
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// What the API server says to a pod, of which nothing is kept.
std::string refusal_of_pod(Cluster& cluster) {
  auto pod = json::parse(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"any"},
                             "spec":{"containers":[{"name":"app","image":"a:1"}]}})");
  pod["metadata"]["namespace"] = json::Json(cluster.ns());
  try {
    cluster.client().try_apply(kube::pods, pod, "test");
  } catch (const kube::ApiError& error) {
    return error.what();
  }
  return {};
}

/// Its machine has no limit of CPU.
gradient::Settings without_cpu_limit() {
  auto settings = gradient::default_settings();
  auto& machine = settings.instance_types["small"];
  machine.name = "small";
  machine.cpu_request = "10m";
  machine.memory_request = "32Mi";
  machine.memory_limit = "64Mi";
  return settings;
}

}  // namespace

TEST_CASE("of pods that are refused for one reason after the other, the last is told") {
  Cluster cluster;
  apply_quota(cluster, "first", R"("limits.cpu":"8")");
  live::Running running(cluster, {.settings = without_cpu_limit()});
  int touched = 0;
  const auto touch = [&] {
    cluster.apply(reconcile::gradient_deployments, "demo",
                  R"({"metadata":{"annotations":{"touched":")" + std::to_string(++touched) +
                      R"("}},"spec":{"image":"example.com/app:1",
                      "resources":{"instanceType":"small"}}})");
  };
  const auto message = [&] {
    const auto object = cluster.seen().gradient_deployments.find(cluster.key("demo"));
    return json::string_at(gradient::condition(json::at(*object, {"status"}), "Ready"),
                           {"message"});
  };
  touch();
  cluster.await("the first reason", [&] { return cluster.why("demo") == "AdmissionRefused"; });
  CHECK(has(message(), "must specify limits.cpu for: app; set instanceTypes.small.limits.cpu"));

  // At no time without a quota: the pod would be let in, and nothing would be refused any more.
  apply_quota(cluster, "second", R"("pods":"0")");
  cluster.remove(quotas, "first");
  // Events of one object are few (client-go's EventSourceObjectSpamFilter): none before that.
  cluster.await("the second quota alone in force", [&] {
    const auto why = refusal_of_pod(cluster);
    return has(why, "exceeded quota: second") && !has(why, "must specify");
  });
  const auto is_refused_again = [&] {
    for (const auto& event : cluster.client().list(kube::events, cluster.ns(), {}))
      if (has(json::string_at(event, {"message"}), "exceeded quota: second")) return true;
    return false;
  };
  cluster.await("another attempt", [&] {
    // Its controller would try again by itself, after waits that grow.
    for (const auto& set : cluster.client().list(kube::replica_sets, cluster.ns(), {}))
      cluster.client().merge_patch(
          kube::replica_sets, kube::key_of(set),
          json::object(
              {{"metadata",
                json::object(
                    {{"annotations", json::object({{"touched", std::to_string(++touched)}})}})}}),
          "test");
    return is_refused_again();
  });
  cluster.await("the second reason", [&] {
    running.clock().skip(reconcile::Observer::period);
    touch();
    return cluster.why("demo") == "QuotaExceeded";
  });
  CHECK(has(message(), "exceeded quota: second"));
  CHECK_FALSE(has(message(), "must specify"));
}

TEST_CASE("a clean-up whose pod a quota refuses is told with the setting") {
  Cluster cluster;
  apply_quota(cluster, "limits", R"("limits.cpu":"8")");
  const live::BoundClaim claim(cluster, "files");
  live::Running running(cluster);
  cluster.apply(reconcile::models, "llm",
                R"({"spec":{"source":{"url":"https://example.com/m"},"dataset":"shared"}})");
  int touched = 0;
  cluster.await("the refusal", [&] {
    running.clock().skip(std::chrono::minutes(11));
    cluster.apply(reconcile::datasets, "shared",
                  R"({"metadata":{"annotations":{"touched":")" + std::to_string(++touched) +
                      R"("}},"spec":{"claimName":"files"}})");
    const auto dataset = cluster.seen().datasets.find(cluster.key("shared"));
    const auto& problem =
        dataset ? json::at(*dataset, {"status", "content", "problem"}) : json::null();
    return json::string_at(problem, {"reason"}) == "AdmissionRefused" &&
           has(json::string_at(problem, {"message"}),
               "must specify limits.cpu for: collect; set sync.resources.limits.cpu in the "
               "operator's configuration, or give the namespace a LimitRange");
  });
}
