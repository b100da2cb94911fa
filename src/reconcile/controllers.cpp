#include "reconcile/controllers.h"

#include "reconcile/kinds.h"

#include <chrono>
#include <utility>

namespace reconcile {

Controllers::Controllers(Reconcilers& reconcilers, const kube::Clock& clock, int workers,
                         HasSynced has_synced)
    : clock_(clock),
      has_synced_(std::move(has_synced)),
      deployments_("gradientdeployment", calling(reconcilers.deployments()), workers, clock),
      datasets_("dataset", calling(reconcilers.datasets()), 1, clock),
      models_("model", calling(reconcilers.models()), 1, clock),
      registries_("containerregistry", calling(reconcilers.registries()), 1, clock) {}

template <class Reconciler>
kube::Reconcile Controllers::calling(Reconciler& reconciler) {
  return [this, &reconciler](const kube::Key& key, const std::stop_token& stop) {
    return has_synced_(key.ns) ? reconciler.reconcile(key, stop) : kube::Outcome::done();
  };
}

kube::Controller& Controllers::of(std::string_view kind) {
  if (kind == datasets.kind) return datasets_;
  if (kind == models.kind) return models_;
  if (kind == registries.kind) return registries_;
  return deployments_;
}

/// A deployment that comes before what it refers to only has to come again; one that refers to
/// nothing must not wait for long.
std::vector<std::jthread> Controllers::start(const std::stop_token& stop) {
  constexpr std::chrono::milliseconds poll_interval{20};
  constexpr std::chrono::seconds limit{2};
  std::vector<std::jthread> threads;
  const auto start_one = [&](kube::Controller& controller) {
    threads.emplace_back([&controller, stop] { controller.run(stop); });
  };
  start_one(datasets_);
  start_one(models_);
  start_one(registries_);
  const auto end = clock_.now() + limit;
  while (!are_referred_to_idle() && clock_.now() < end) {
    if (!clock_.wait(poll_interval, stop)) break;
  }
  start_one(deployments_);
  return threads;
}

bool Controllers::are_referred_to_idle() const {
  return datasets_.idle() && models_.idle() && registries_.idle();
}

}  // namespace reconcile
