#include "gradient/render/rollout.h"

#include <catch2/catch.hpp>

using namespace gradient;

namespace {

struct Scene {
  DeploymentSpec spec;
  Found found;
  Settings settings = default_settings();

  explicit Scene(std::string machine = "C5") { spec.resources.instance_type = std::move(machine); }

  Scene& code_on(std::vector<AccessMode> modes) {
    spec.repositories.emplace().dataset = "code";
    found.datasets["code"].access_modes = std::move(modes);
    return *this;
  }
  Scene& model_on_claim(std::vector<AccessMode> modes) {
    spec.models = {{.id = "words"}};
    auto& model = found.models["words"];
    model.spec.source.scheme = ModelSource::Scheme::Claim;
    model.claim_access_modes = std::move(modes);
    return *this;
  }
  Scene& model_on_dataset(std::vector<AccessMode> modes) {
    spec.models = {{.id = "words"}};
    found.models["words"].spec.dataset = "store";
    found.datasets["store"].access_modes = std::move(modes);
    return *this;
  }
  Scene& on_node() {
    auto machine = *settings.instance_type("C5");
    machine.node_selector = json::object({{"kubernetes.io/hostname", "node-1"}});
    settings.set_instance_type(machine);
    return *this;
  }
  Scene& spare_gpus() {
    settings.spare_gpus = true;
    return *this;
  }

  Rollout rollout() const { return gradient::rollout(spec, found, settings); }
};

constexpr auto once = AccessMode::ReadWriteOnce;
constexpr auto once_pod = AccessMode::ReadWriteOncePod;
constexpr auto many = AccessMode::ReadWriteMany;
constexpr auto read_many = AccessMode::ReadOnlyMany;

}  // namespace

TEST_CASE("a new pod is ready before an old one ends where both can have what they need") {
  const auto scene = GENERATE(values<Scene>({
      Scene(),
      Scene().code_on({many}),
      Scene().code_on({once, many}),
      Scene().code_on({}),
      Scene().code_on({once}).on_node(),
      Scene().model_on_claim({read_many}),
      Scene().model_on_claim({once, read_many}),
      Scene().model_on_dataset({many}),
      Scene("P4000").spare_gpus(),
  }));
  const auto rollout = scene.rollout();
  CHECK(rollout.max_surge == 1);
  CHECK(rollout.max_unavailable == 0);
  CHECK(rollout.reason == "a new pod is ready before an old one ends");
}

TEST_CASE("an old pod ends first where its successor needs what it has, and the reason is told") {
  struct Case {
    Scene scene;
    const char* reason;
  };
  const auto c = GENERATE(values<Case>({
      {Scene().code_on({once}),
       "the claim of Dataset code is ReadWriteOnce and pods may land on several nodes"},
      {Scene().code_on({once, read_many}),
       "the claim of Dataset code is ReadWriteOnce and pods may land on several nodes"},
      {Scene().code_on({once_pod}).on_node(), "the claim of Dataset code is ReadWriteOncePod"},
      {Scene().model_on_dataset({once}),
       "the claim of Dataset store is ReadWriteOnce and pods may land on several nodes"},
      {Scene().model_on_claim({once}),
       "the claim of Model words is ReadWriteOnce and pods may land on several nodes"},
      {Scene("p4000X2"), "instance type P4000x2 needs GPUs and rollout.spareGpus is not set"},
  }));
  DYNAMIC_SECTION(c.reason) {
    const auto rollout = c.scene.rollout();
    CHECK(rollout.max_surge == 0);
    CHECK(rollout.max_unavailable == 1);
    CHECK(rollout.reason ==
          std::string("an old pod ends before its successor starts: ") + c.reason);
  }
}
