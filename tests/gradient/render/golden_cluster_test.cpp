#include "gradient/render/golden.h"
#include "kube/config/config.h"
#include "kube/http/client.h"
#include "reconcile/drift.h"
#include "reconcile/kinds.h"
#include "support/skip.h"

#include <catch2/catch.hpp>

#include <unistd.h>

namespace {

constexpr kube::Kind namespaces{"v1", "Namespace", "namespaces"};

/// A namespace on the server that KUBECONFIG names, for as long as the test runs.
class Namespace {
 public:
  explicit Namespace(kube::Client& client) : client_(client) {
    const auto metadata = json::object({{"name", name_}});
    client_.create(
        namespaces, "",
        json::object({{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", metadata}}));
  }
  ~Namespace() {
    try {
      client_.remove(namespaces, {"", name_}, kube::uid_of(*client_.get(namespaces, {"", name_})));
    } catch (const std::exception& error) {
      WARN("namespace " << name_ << " stays: " << error.what());
    }
  }
  Namespace(const Namespace&) = delete;
  Namespace& operator=(const Namespace&) = delete;

  const std::string& name() const { return name_; }

 private:
  kube::Client& client_;
  std::string name_ = "intents-" + std::to_string(getpid());
};

}  // namespace

// Otherwise the operator would see drift in what it has just applied, and apply it again for ever.
TEST_CASE("the API server keeps every field as it was sent") {
  const auto transport = kube::make_transport(kube::load_config({}, {}));
  kube::Client client(*transport);
  const Namespace ns(client);
  for (const auto& folder : golden::folders()) {
    for (auto object : golden::rendered(golden::read(folder))) {
      object["metadata"]["namespace"] = json::Json(ns.name());
      INFO(folder.filename().string() << ": " << json::string_at(object, {"kind"}));
      auto request = kube::apply_request(reconcile::kind_of(object), object, "gradient-operator",
                                         kube::Force::No);
      request.query.emplace_back("dryRun", "All");
      const auto response = transport->send(request, {}, std::chrono::seconds(30));
      if (reconcile::kind_of(object) == kube::routes && response.status == 404) {
        support::skip("the cluster has no HTTPRoutes");
        continue;
      }
      INFO(response.body);
      REQUIRE(response.status / 100 == 2);
      CHECK(response.warnings.empty());
      CHECK(reconcile::as_intended(json::parse(response.body), object));
    }
  }
}
