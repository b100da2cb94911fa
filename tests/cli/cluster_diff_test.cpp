// What applying would change, by a real API server (KUBECONFIG).

#include "cli/diff.h"
#include "cli/exit_code.h"
#include "cli/support/session.h"
#include "reconcile/running.h"

#include <catch2/catch.hpp>

#include <optional>
#include <thread>

using Catch::Matchers::Contains;

namespace {

struct Difference {
  int code = -1;
  std::string output, messages;
};

/// Without a configuration: that of the cluster.
Difference diff(const live::Cluster& cluster, const std::string& yaml,
                const std::optional<std::string>& config = "{}") {
  const session::Folder folder;
  const session::Captured output(std::cout), messages(std::cerr);
  const auto code = cli::diff({.files = {folder.add("file.yaml", yaml)},
                               .name = "",
                               .ns = cluster.ns(),
                               .kubeconfig = "",
                               .context = "",
                               .config = config ? folder.add("config.yaml", *config) : ""});
  return {code, output.text(), messages.text()};
}

std::string spec(const std::string& rest) {
  return "apiVersion: gradient-operator.dev/v1alpha1\nkind: GradientDeployment\n"
         "metadata: {name: demo}\nspec: {" +
         rest + "}\n";
}

/// The lines that would change.
std::string changed(const std::string& unified) {
  std::istringstream lines(unified);
  std::string result;
  for (std::string line; std::getline(lines, line);) {
    const bool is_title = line.rfind("---", 0) == 0 || line.rfind("+++", 0) == 0;
    if (!is_title && (line[0] == '+' || line[0] == '-')) result += line + "\n";
  }
  return result;
}

constexpr const char* two = "image: app:1, resources: {instanceType: C4, replicas: 2}";
constexpr const char* one = "image: app:2, resources: {instanceType: C4, replicas: 1}";

}  // namespace

TEST_CASE("a diff of what is not there shows all that would be made, and makes nothing") {
  live::Cluster cluster;
  const auto found = diff(cluster, spec(two));
  CHECK(found.code == 1);
  for (const char* kind : {"GradientDeployment", "Deployment", "Service", "PodDisruptionBudget"})
    CHECK_THAT(found.output, Contains("+++ applied/" + std::string(kind) + "/" + cluster.ns()));
  CHECK_FALSE(cluster.client().get(reconcile::gradient_deployments, cluster.key("demo")));
  CHECK_FALSE(cluster.client().get(kube::deployments, cluster.key("demo")));
}

TEST_CASE("a diff of what is there is empty, and of a change has its lines in all objects") {
  live::Cluster cluster;
  const live::Running running(cluster);
  cluster.apply(reconcile::gradient_deployments, "demo",
                R"({"spec":{"image":"app:1","resources":{"instanceType":"C4","replicas":2}}})");
  cluster.await("children", [&] {
    return cluster.seen().deployments.find(cluster.key("demo")) &&
           cluster.seen().budgets.find(cluster.key("demo"));
  });
  const auto same = diff(cluster, spec(two));
  CHECK(same.code == 0);
  CHECK(same.output + same.messages == "");

  const auto found = diff(cluster, spec(one));
  CHECK(found.code == 1);
  const auto budget = found.output.find("+++ applied/PodDisruptionBudget");
  REQUIRE(budget != std::string::npos);
  CHECK(changed(found.output.substr(0, budget)) ==
        "-  image: app:1\n+  image: app:2\n-    replicas: 2\n+    replicas: 1\n"
        "-  replicas: 2\n+  replicas: 1\n-        - image: app:1\n+        - image: app:2\n");
  CHECK_THAT(changed(found.output.substr(budget)), Contains("-  maxUnavailable: 1\n"));
}

TEST_CASE("a diff beside writes of the status is no conflict") {
  live::Cluster cluster;
  cluster.apply(reconcile::gradient_deployments, "demo",
                R"({"spec":{"image":"app:1","resources":{"instanceType":"C4","replicas":1}}})");
  const std::jthread writer([&](const std::stop_token& stop) {
    for (int i = 0; !stop.stop_requested(); ++i)
      cluster.client().patch_status(
          reconcile::gradient_deployments, cluster.key("demo"),
          json::object({{"status", json::object({{"observedGeneration", i}})}}), "test");
  });
  for (int i = 0; i < 30; ++i) {
    const auto found = diff(cluster, spec(two));
    CHECK(found.code == 1);
    CHECK_THAT(found.messages, !Contains("Conflict"));
  }
}

TEST_CASE("a diff without a Dataset that exists says so and is no answer") {
  live::Cluster cluster;
  const auto with_repository = spec(
      "image: app:1, repositories: {dataset: data, repositories: [{name: a, url: "
      "'https://git.example/a.git'}]}, resources: {instanceType: C4}");
  const auto found = diff(cluster, with_repository);
  CHECK(found.code == cli::Failure);
  CHECK_THAT(found.messages, Contains("Dataset data") && Contains("nor has the cluster one"));
  cluster.apply(reconcile::datasets, "data", R"({"spec":{"size":"1Gi"}})");
  const auto with_dataset = diff(cluster, with_repository);
  CHECK(with_dataset.code == 1);
  CHECK_THAT(with_dataset.output, Contains("name: clone-a\n"));
}

TEST_CASE("a diff of a spec with problems tells them and asks nobody") {
  live::Cluster cluster;
  const auto found = diff(cluster, spec("image: app:1"));
  CHECK(found.code == cli::Failure);
  CHECK_THAT(found.messages, Contains("file.yaml:4: spec.resources"));
  CHECK(found.output == "");
}

TEST_CASE(
    "a diff takes the configuration of the operator in the cluster, or says that it does not") {
  live::Cluster cluster;
  const auto without = diff(cluster, spec(one), std::nullopt);
  CHECK_THAT(without.messages,
             Contains("note: compared with the configuration as shipped, as the cluster has no "
                      "ConfigMap of the chart; give the operator's own by --config"));
  CHECK_THAT(without.output, !Contains("cpu: 77m"));
  cluster.apply(kube::config_maps, "gradient-operator",
                R"({"metadata":{"labels":{"app.kubernetes.io/name":"gradient-operator"}},
                    "data":{"config.yaml":"instanceTypes: {C4: {requests: {cpu: 77m}}}"}})");
  const auto with = diff(cluster, spec(one), std::nullopt);
  CHECK(with.messages == "");
  CHECK_THAT(with.output, Contains("cpu: 77m"));
  cluster.remove(kube::config_maps, "gradient-operator");
}

TEST_CASE("a diff has the Ingress that a configuration would make, and the one it would remove") {
  live::Cluster cluster;
  auto settings = gradient::default_settings();
  settings.endpoint = gradient::Endpoint{.domain = "a.example", .ingress_class = "test"};
  const auto title = "/Ingress/" + cluster.ns() + "/demo\n";
  CHECK_THAT(diff(cluster, spec(one), "endpoint: {domain: a.example, ingressClass: test}").output,
             Contains("+++ applied" + title));

  const live::Running running(cluster, {.settings = settings});
  cluster.apply(reconcile::gradient_deployments, "demo",
                R"({"spec":{"image":"app:2","resources":{"instanceType":"C4","replicas":1}}})");
  cluster.await("the Ingress", [&] { return !cluster.seen().ingresses.keys().empty(); });
  const auto without = diff(cluster, spec(one)).output;
  CHECK_THAT(without, Contains("--- live" + title));
  CHECK_THAT(without, Contains("-  ingressClassName: test\n"));
}

TEST_CASE("a diff has no Ingress for a host that the operator says another deployment has") {
  live::Cluster cluster;
  const std::string chat = "image: app:2, resources: {instanceType: C4}, endpoint: {host: ";
  const auto has_ingress = [&](const std::string& host) {
    const auto found = diff(cluster, spec(chat + host + "}"),
                            "endpoint: {domain: a.example, ingressClass: test, allowedHosts: {'*': "
                            "['*']}}");
    return found.output.find("/Ingress/") != std::string::npos;
  };
  cluster.apply(reconcile::gradient_deployments, "demo",
                R"({"spec":{"image":"app:2","resources":{"instanceType":"C4"},
                    "endpoint":{"host":"chat.a.example"}}})");
  CHECK(has_ingress("chat.a.example"));
  const auto status = json::parse(R"({"status":{"conditions":[{"type":"ReferencesResolved",
      "status":"False","reason":"HostTaken","message":"another GradientDeployment has it",
      "lastTransitionTime":"2026-01-01T00:00:00Z","observedGeneration":1}]}})");
  cluster.client().patch_status(reconcile::gradient_deployments, cluster.key("demo"), status,
                                "test");
  CHECK_FALSE(has_ingress("chat.a.example"));
  CHECK(has_ingress("other.a.example"));
}
