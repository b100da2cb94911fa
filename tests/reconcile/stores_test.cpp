#include "reconcile/stores.h"

#include <catch2/catch.hpp>

namespace {

using reconcile::Ref;

json::Json object(const std::string& name, const std::string& version, const std::string& spec) {
  auto made = json::object(
      {{"metadata",
        json::object({{"namespace", "ns"}, {"name", name}, {"resourceVersion", version}})}});
  made["spec"] = json::parse(spec);
  return made;
}

const Ref dataset{"Dataset", {"ns", "code"}};
const Ref model{"Model", {"ns", "llm"}};
const Ref registry{"ContainerRegistry", {"ns", "hub"}};
constexpr const char* app =
    R"({"containerRegistry":"hub","models":[{"id":"llm"},{"id":"llm"}],"repositories":{"dataset":"code"}})";

}  // namespace

TEST_CASE("who names a Dataset, Model or ContainerRegistry is found, by kind and name") {
  reconcile::Stores stores;
  stores.gradient_deployments.put(object("b", "1", app));
  stores.gradient_deployments.put(object("a", "2", R"({"models":[{"id":"llm"}]})"));
  stores.models.put(
      object("other", "3", R"({"dataset":"code","source":{"containerRegistry":"hub"}})"));
  using Names = std::vector<std::string>;
  CHECK(stores.users_of(dataset) == Names{"GradientDeployment/b", "Model/other"});
  CHECK(stores.users_of(model) == Names{"GradientDeployment/a", "GradientDeployment/b"});
  CHECK(stores.users_of(registry) == Names{"GradientDeployment/b", "Model/other"});
  CHECK(stores.users_of({"Model", {"other-ns", "llm"}}).empty());
}

TEST_CASE("what is named by others than before is taken once") {
  reconcile::Stores stores;
  stores.gradient_deployments.put(object("a", "1", app));
  CHECK(stores.take_used_otherwise() == std::set<Ref>{dataset, model, registry});
  CHECK(stores.take_used_otherwise().empty());
  stores.gradient_deployments.put(object("a", "2", R"({"models":[{"id":"llm"}]})"));
  CHECK(stores.take_used_otherwise() == std::set<Ref>{dataset, registry});
  stores.gradient_deployments.erase(object("a", "3", "{}"));
  CHECK(stores.take_used_otherwise() == std::set<Ref>{model});
}
