// Beside a policy that changes every Deployment on its way in, on a real API server and controller
// manager (KUBECONFIG).

#include "base/files.h"
#include "json/yaml.h"
#include "reconcile/running.h"
#include "support/skip.h"

#include <catch2/catch.hpp>

using live::Cluster;

namespace {

/// In one version of their API.
struct PolicyKinds {
  std::string_view version;
  kube::Kind policy, binding;
};

constexpr std::array policy_kinds{
    PolicyKinds{
        "v1",
        {"admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy", "mutatingadmissionpolicies"},
        {"admissionregistration.k8s.io/v1", "MutatingAdmissionPolicyBinding",
         "mutatingadmissionpolicybindings"}},
    PolicyKinds{"v1beta1",
                {"admissionregistration.k8s.io/v1beta1", "MutatingAdmissionPolicy",
                 "mutatingadmissionpolicies"},
                {"admissionregistration.k8s.io/v1beta1", "MutatingAdmissionPolicyBinding",
                 "mutatingadmissionpolicybindings"}}};

void replace_all(std::string& text, std::string_view word, std::string_view by) {
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + by.size()))
    text.replace(at, word.size(), by);
}

std::vector<json::Json> policy_documents(const std::string& ns, std::string_view version) {
  auto text = base::read_file(SOURCE_DIR "/tests/support/admission_policy.yaml");
  replace_all(text, "NAMESPACE", ns);
  replace_all(text, "VERSION", version);
  replace_all(text, "REGISTRY", "registry.example");
  replace_all(text, "MIRROR", "mirror.example");
  replace_all(text, "SIDE", "mirror.example/side:1");
  std::vector<json::Json> documents;
  for (const auto& document : json::parse_yaml(text).documents)
    documents.push_back(document.value);
  return documents;
}

/// tests/support/admission_policy.yaml for the namespace of a test, while it lives.
class Policy {
 public:
  explicit Policy(Cluster& cluster) : cluster_(cluster) {
    for (const auto& kinds : policy_kinds) {
      const auto documents = policy_documents(cluster.ns(), kinds.version);
      try {
        cluster.client().create(kinds.policy, "", documents.at(0));
      } catch (const kube::ApiError& error) {
        if (error.not_found()) continue;
        throw;
      }
      kinds_ = &kinds;
      cluster.client().create(kinds.binding, "", documents.at(1));
      cluster.await("the policy in force", [&] { return is_in_force(); });
      return;
    }
  }
  ~Policy() {
    if (kinds_ == nullptr) return;
    try {
      for (const auto& kind : {kinds_->binding, kinds_->policy}) {
        if (const auto object = cluster_.client().get(kind, {"", cluster_.ns()}))
          cluster_.client().remove(kind, {"", cluster_.ns()}, kube::uid_of(*object));
      }
    } catch (const std::exception& error) {
      WARN("the policy " << cluster_.ns() << " stays: " << error.what());
    }
  }
  Policy(const Policy&) = delete;
  Policy& operator=(const Policy&) = delete;

  bool is_served() const { return kinds_ != nullptr; }

 private:
  bool is_in_force() {
    auto probe = json::parse(R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":
        "probe"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":
        {"a":"b"}},"spec":{"containers":[{"name":"app","image":"registry.example/app",
        "resources":{"limits":{"cpu":"1"}}}]}}}})");
    probe["metadata"]["namespace"] = json::Json(cluster_.ns());
    const auto answer = cluster_.client().try_apply(kube::deployments, probe, "test");
    return json::text(answer).find("mirror.example/app") != std::string::npos;
  }

  Cluster& cluster_;
  const PolicyKinds* kinds_ = nullptr;
};

gradient::Settings with_small_machine() {
  auto settings = gradient::default_settings();
  auto& machine = settings.instance_types["small"];
  machine.name = "small";
  machine.cpu_request = "10m";
  machine.memory_request = "32Mi";
  machine.cpu_limit = "1";
  machine.memory_limit = "64Mi";
  return settings;
}

void apply_image(Cluster& cluster, const std::string& tag, const std::string& name = "demo") {
  cluster.apply(reconcile::gradient_deployments, name,
                R"({"metadata":{"annotations":{"looked-at":")" + tag +
                    R"("}},"spec":{"image":"registry.example/app:)" + tag.substr(0, 1) +
                    R"(","resources":{"instanceType":"small"}}})");
}

/// As far as it goes without nodes, and told.
bool is_settled(Cluster& cluster, const std::string& name, std::int64_t generation) {
  const auto live = cluster.seen().deployments.find(cluster.key(name));
  const auto ours = cluster.seen().gradient_deployments.find(cluster.key(name));
  return live && ours && json::integer_at(*live, {"status", "observedGeneration"}) == generation &&
         json::integer_at(*live, {"status", "updatedReplicas"}) == 1 &&
         json::integer_at(*ours, {"status", "updatedReplicas"}) == 1 &&
         json::text(*ours).find(" waits for a node") != std::string::npos;
}

std::vector<std::string> without(std::vector<std::string> paths, const std::string& part) {
  std::erase_if(paths,
                [&](const std::string& path) { return path.find(part) != std::string::npos; });
  return paths;
}

}  // namespace

TEST_CASE("what an admission policy makes of a Deployment is written once, and once a change") {
  Cluster cluster;
  const Policy policy(cluster);
  if (!policy.is_served())
    return support::skip("this Kubernetes has no MutatingAdmissionPolicy that could be used");
  const live::Running running(cluster, {.settings = with_small_machine()});
  const auto live = [&] { return *cluster.client().get(kube::deployments, cluster.key("demo")); };
  apply_image(cluster, "1");
  cluster.await("the first image", [&] { return is_settled(cluster, "demo", 1); });
  const auto first = live();
  const auto pod = json::at(first, {"spec", "template", "spec"});
  const auto& app = pod.at("containers").at(1);
  CHECK(json::string_at(pod.at("containers").at(0), {"name"}) == "side");
  CHECK(json::string_at(app, {"image"}) == "mirror.example/app:1");
  CHECK(json::equal(app.at("resources").at("requests"), app.at("resources").at("limits")));
  CHECK(pod.at("tolerations").size() == 1);

  const auto written = running.written();
  CHECK(std::count(written.begin(), written.end(),
                   "PATCH /apis/apps/v1/namespaces/" + cluster.ns() + "/deployments/demo") == 1);
  apply_image(cluster, "1 again");  // has it looked at, and one later that is looked at after it
  apply_image(cluster, "1", "later");
  cluster.await("a later deployment", [&] { return is_settled(cluster, "later", 1); });
  CHECK(without(running.written(), "/later") == written);
  CHECK(kube::resource_version_of(live()) == kube::resource_version_of(first));

  apply_image(cluster, "2");
  cluster.await("the second image", [&] { return is_settled(cluster, "demo", 2); });
  CHECK(json::string_at(live().at("spec").at("template").at("spec").at("containers").at(1),
                        {"image"}) == "mirror.example/app:2");
  const auto sets = cluster.client().list(kube::replica_sets, cluster.ns(),
                                          {.labels = "gradient-operator.dev/deployment=demo"});
  CHECK(sets.size() == 2);
}

TEST_CASE("an operator that is started again beside an admission policy changes nothing") {
  Cluster cluster;
  const Policy policy(cluster);
  if (!policy.is_served())
    return support::skip("this Kubernetes has no MutatingAdmissionPolicy that could be used");
  const auto version = [&] {
    return kube::resource_version_of(*cluster.client().get(kube::deployments, cluster.key("demo")));
  };
  {
    const live::Running running(cluster, {.settings = with_small_machine()});
    apply_image(cluster, "1");
    cluster.await("the image", [&] { return is_settled(cluster, "demo", 1); });
  }
  const auto before = version();
  const live::Running again(cluster, {.settings = with_small_machine()});
  apply_image(cluster, "1", "later");
  cluster.await("a later deployment", [&] { return is_settled(cluster, "later", 1); });
  CHECK(version() == before);
  for (const auto& event : cluster.client().list(kube::events, cluster.ns(), {}))
    CHECK(json::string_at(event, {"reason"}) != "DriftCorrected");
}
