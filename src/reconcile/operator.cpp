#include "reconcile/operator.h"

#include "gradient/spec/names.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace reconcile {
namespace {

namespace names = gradient::names;

}  // namespace

Operator::Operator(kube::Client& client, const kube::Clock& clock,
                   const gradient::Settings& settings, const OperatorOptions& options)
    : client_(client),
      clock_(clock),
      settings_(settings),
      triggers_{.enqueue = [this](const Ref& object) { enqueue(object); },
                .enqueue_dependents = [this](const Ref& changed) { enqueue_dependents(changed); }},
      polled_(client, clock, triggers_.enqueue_dependents),
      reader_(clock, triggers_.enqueue),
      events_(client, clock, std::string(names::managed_by)),
      reconcilers_({.client = client,
                    .clock = clock,
                    .settings = settings,
                    .events = events_,
                    .stores = stores_,
                    .dependents = dependents_,
                    .polled = polled_,
                    .reader = reader_,
                    .content_references = content_references_,
                    .triggers = triggers_}),
      deployments_("gradientdeployment", calling(reconcilers_.deployments()), options.workers,
                   clock),
      datasets_("dataset", calling(reconcilers_.datasets()), 1, clock),
      models_("model", calling(reconcilers_.models()), 1, clock),
      registries_("containerregistry", calling(reconcilers_.registries()), 1, clock),
      namespaces_(clock),
      stale_children_(
          client, clock, stores_,
          [this](const kube::Key& key, const json::Json& child) { enqueue_parent(key, child); }) {
  if (options.namespaces.empty()) add_watches("");
  for (const auto& ns : options.namespaces)
    add_watches(ns);
}

/// What is left alone here is enqueued when its namespace has synced.
template <class Reconciler>
kube::Reconcile Operator::calling(Reconciler& reconciler) {
  return [this, &reconciler](const kube::Key& key, const std::stop_token& stop) {
    return namespaces_.has_synced(key.ns) ? reconciler.reconcile(key, stop) : kube::Outcome::done();
  };
}

void Operator::add_watches(const std::string& ns) {
  for (const auto& kind : {gradient_deployments, datasets, models, registries}) {
    auto* const controller = controller_of(kind.kind);
    add_watch({.kind = kind, .ns = ns, .selector = {}},
              [this, kind, controller](const kube::Key& key, const json::Json&) {
                controller->enqueue(key);
                enqueue_dependents({std::string(kind.kind), key});
              });
  }
  const kube::Selector children{.labels = names::deployment_label, .fields = {}};
  const auto on_child = [this](const kube::Key& key, const json::Json& child) {
    enqueue_parent(key, child);
  };
  for (const auto& kind :
       {kube::deployments, kube::services, kube::autoscalers, kube::budgets, kube::pods}) {
    add_watch({.kind = kind, .ns = ns, .selector = children}, on_child);
  }
  const auto& endpoint = settings_.endpoint;
  for (const auto& kind : {kube::ingresses, kube::routes}) {
    const kube::WatchOptions place{
        .kind = kind, .ns = ns, .selector = children, .may_be_absent = kind == kube::routes};
    const bool is_made = endpoint && endpoint->by_ingress() == (kind == kube::ingresses);
    if (is_made) {
      add_watch(place, on_child);
    } else {
      stale_children_.add(place);
    }
  }
  add_watch(
      {.kind = kube::claims, .ns = ns, .selector = {.labels = names::dataset_label, .fields = {}}},
      [this](const kube::Key& key, const json::Json& claim) {
        datasets_.enqueue({key.ns, kube::label_of(claim, names::dataset_label)});
      });
}

void Operator::add_watch(const kube::WatchOptions& options, kube::Watch::OnChange on_change) {
  const auto& watch = watches_.emplace_back(client_, *stores_.of(options.kind), clock_, options,
                                            std::move(on_change));
  namespaces_.add(options.ns, watch);
}

kube::Controller* Operator::controller_of(std::string_view kind) {
  if (kind == datasets.kind) return &datasets_;
  if (kind == models.kind) return &models_;
  if (kind == registries.kind) return &registries_;
  return &deployments_;
}

void Operator::enqueue(const Ref& object) {
  controller_of(object.kind)->enqueue(object.key);
}

void Operator::enqueue_dependents(const Ref& changed) {
  for (const auto& dependent : dependents_.of(changed))
    enqueue(dependent);
}

/// Of a child or pod, by its label.
void Operator::enqueue_parent(const kube::Key& child, const json::Json& object) {
  deployments_.enqueue({child.ns, kube::label_of(object, names::deployment_label)});
}

void Operator::watch(const std::stop_token& stop) {
  std::vector<std::jthread> threads;
  for (auto& watch : watches_)
    threads.emplace_back([&] { watch.run(stop); });
  namespaces_.report(stop);
}

void Operator::reconcile(const std::stop_token& stop) {
  constexpr std::chrono::milliseconds look_again{20};
  while (!ready()) {
    if (!clock_.wait(look_again, stop)) return;
  }
  spdlog::info("caches are synced, reconciling");
  enqueue_synced();
  std::vector<std::jthread> threads;
  threads.emplace_back([&] { reader_.run(stop); });
  threads.emplace_back([&] { events_.run(stop); });
  const auto start = [&](kube::Controller& controller) {
    threads.emplace_back([&] { controller.run(stop); });
  };
  const std::vector referred_to{&datasets_, &models_, &registries_};
  for (auto* controller : referred_to)
    start(*controller);
  await_idle(referred_to, stop);
  start(deployments_);
  poll(stop);
}

/// A deployment that comes before what it refers to only has to come again; one that refers to
/// nothing must not wait for long.
void Operator::await_idle(const std::vector<kube::Controller*>& controllers,
                          const std::stop_token& stop) {
  constexpr std::chrono::milliseconds look_again{20};
  const auto limit = clock_.now() + std::chrono::seconds(2);
  const auto all_idle = [&] {
    return std::all_of(controllers.begin(), controllers.end(),
                       [](const kube::Controller* controller) { return controller->idle(); });
  };
  while (!all_idle() && clock_.now() < limit) {
    if (!clock_.wait(look_again, stop)) return;
  }
}

/// Their objects were enqueued when they were listed, and left alone until now.
void Operator::enqueue_synced() {
  for (const auto& ns : namespaces_.take_synced()) {
    for (const auto& kind : {datasets, models, registries, gradient_deployments}) {
      for (const auto& key : stores_.of(kind)->keys()) {
        if (ns.empty() || key.ns == ns) controller_of(kind.kind)->enqueue(key);
      }
    }
  }
}

/// Secrets and foreign claims bring no watch events.
void Operator::poll(const std::stop_token& stop) {
  bool is_behind = false;
  do {
    enqueue_synced();
    stale_children_.find([this](const std::string& ns) { return namespaces_.has_synced(ns); },
                         stop);
    notice_kinds();
    is_behind = polled_.refresh([this](const Ref& ref) { return dependents_.any(ref); }, stop);
  } while (is_behind ? !stop.stop_requested() : clock_.wait(PollingCache::tick, stop));
}

/// A definition that has been installed brings no events to those who wait for it.
void Operator::notice_kinds() {
  const bool is_absent = std::any_of(watches_.begin(), watches_.end(),
                                     [](const kube::Watch& watch) { return watch.absent(); });
  if (std::exchange(kind_was_absent_, is_absent) && !is_absent) {
    for (const auto& key : stores_.gradient_deployments.keys())
      deployments_.enqueue(key);
  }
}

}  // namespace reconcile
