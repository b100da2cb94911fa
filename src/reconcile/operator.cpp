#include "reconcile/operator.h"

#include "gradient/spec/names.h"
#include "kube/http/error.h"

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
      polled_(client, clock, [this](const Ref& changed) { notify(changed); }),
      reader_(clock, [this](const Ref& who) { controller_of(who.kind)->enqueue(who.key); }),
      events_(client, clock, std::string(names::managed_by)),
      context_{.client = client,
               .clock = clock,
               .events = events_,
               .settings = settings,
               .stores = stores_,
               .dependents = dependents_,
               .polled = polled_,
               .reader = reader_,
               .content_references = content_references_,
               .notify = [this](const Ref& changed) { notify(changed); },
               .enqueue = [this](const Ref& ref) { controller_of(ref.kind)->enqueue(ref.key); }},
      deployment_reconciler_(context_),
      dataset_reconciler_(context_),
      model_reconciler_(context_),
      registry_reconciler_(context_),
      deployments_("gradientdeployment", calling(deployment_reconciler_), options.workers, clock),
      datasets_("dataset", calling(dataset_reconciler_), 1, clock),
      models_("model", calling(model_reconciler_), 1, clock),
      registries_("containerregistry", calling(registry_reconciler_), 1, clock),
      namespaces_(clock) {
  if (options.namespaces.empty()) add_watches("");
  for (const auto& ns : options.namespaces)
    add_watches(ns);
}

/// What is not served yet will be enqueued when it is.
template <class Reconciler>
kube::Reconcile Operator::calling(Reconciler& reconciler) {
  return [this, &reconciler](const kube::Key& key, const std::stop_token& stop) {
    return namespaces_.serves(key.ns) ? reconciler.reconcile(key, stop) : kube::Outcome::done();
  };
}

void Operator::add_watches(const std::string& ns) {
  for (const auto& kind : {gradient_deployments, datasets, models, registries}) {
    auto* const controller = controller_of(kind.kind);
    add_watch({.kind = kind, .ns = ns, .selector = {}},
              [this, kind, controller](const kube::Key& key, const json::Json&) {
                controller->enqueue(key);
                notify({std::string(kind.kind), key});
              });
  }
  const kube::Selector children{.labels = names::deployment_label, .fields = {}};
  const auto enqueue_parent = [this](const kube::Key& key, const json::Json& child) {
    deployments_.enqueue({key.ns, kube::label_of(child, names::deployment_label)});
  };
  for (const auto& kind :
       {kube::deployments, kube::services, kube::autoscalers, kube::budgets, kube::pods}) {
    add_watch({.kind = kind, .ns = ns, .selector = children}, enqueue_parent);
  }
  const auto& endpoint = context_.settings.endpoint;
  for (const auto& kind : {kube::ingresses, kube::routes}) {
    const kube::WatchOptions place{
        .kind = kind, .ns = ns, .selector = children, .may_be_absent = kind == kube::routes};
    const bool is_made = endpoint && endpoint->by_ingress() == (kind == kube::ingresses);
    if (is_made) {
      add_watch(place, enqueue_parent);
    } else {
      left_over_.push_back(place);
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

void Operator::notify(const Ref& changed) {
  for (const auto& dependent : dependents_.of(changed)) {
    controller_of(dependent.kind)->enqueue(dependent.key);
  }
}

void Operator::watch(const std::stop_token& stop) {
  std::vector<std::jthread> threads;
  for (auto& watch : watches_)
    threads.emplace_back([&] { watch.run(stop); });
  namespaces_.watch_over(stop);
}

void Operator::reconcile(const std::stop_token& stop) {
  constexpr std::chrono::milliseconds look_again{20};
  while (!ready()) {
    if (!clock_.wait(look_again, stop)) return;
  }
  spdlog::info("the stores are filled, reconciling");
  serve_complete();
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

/// Its objects were enqueued when they were listed, and left alone until now.
void Operator::serve_complete() {
  for (const auto& ns : namespaces_.serve_complete()) {
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
    serve_complete();
    find_left_over(stop);
    notice_kinds();
    is_behind = polled_.refresh([this](const Ref& ref) { return dependents_.any(ref); }, stop);
  } while (is_behind ? !stop.stop_requested() : clock_.wait(PollingCache::tick, stop));
}

/// Once, as nothing makes more of it: what is found is removed when its deployment is reconciled.
void Operator::find_left_over(const std::stop_token& stop) {
  constexpr std::chrono::minutes try_again{1};
  if (clock_.now() < look_for_left_over_) return;
  std::erase_if(left_over_, [&](const auto& place) {
    return namespaces_.serves(place.ns) && find_left_over(place, stop);
  });
  look_for_left_over_ = clock_.now() + try_again;
}

bool Operator::find_left_over(const kube::WatchOptions& place, const std::stop_token& stop) {
  try {
    for (const auto& object : client_.list(place.kind, place.ns, place.selector, stop)) {
      stores_.of(place.kind)->put(object);
      deployments_.enqueue(
          {kube::key_of(object).ns, kube::label_of(object, names::deployment_label)});
    }
    return true;
  } catch (const kube::ApiError& error) {
    if (error.kind_not_served()) return true;
    spdlog::warn("cannot look for what an earlier configuration made kind={} error=\"{}\"",
                 place.kind.kind, error.what());
    return error.forbidden();  // nor could it have been made
  } catch (const std::exception& error) {
    spdlog::debug("cannot look for what an earlier configuration made kind={} error=\"{}\"",
                  place.kind.kind, error.what());
    return false;
  }
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
