#include "reconcile/operator.h"

#include "gradient/spec/names.h"
#include "reconcile/object_metrics.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <thread>

namespace reconcile {
namespace {

namespace names = gradient::names;

/// Each object is looked at once in so many rounds of the poller's, in ten hours as with
/// controller-runtime's SyncPeriod: whatever no event has told is found then. The hash spreads
/// them.
constexpr std::size_t resync_rounds = 10 * 60 * 2;

/// Of a child or pod, by its label.
kube::Key parent_key(const kube::Key& child, const json::Json& object) {
  return {child.ns, kube::label_of(object, names::deployment_label)};
}

}  // namespace

Operator::Operator(kube::Client& client, const kube::Clock& clock,
                   const gradient::Settings& settings, const OperatorOptions& options)
    : clock_(clock),
      settings_(settings),
      triggers_{.enqueue = [this](const Ref& object) { controllers_.enqueue(object); },
                .enqueue_dependents = [this](const Ref& changed) { enqueue_dependents(changed); }},
      polled_(client, clock, triggers_.enqueue_dependents),
      reader_(clock, triggers_.enqueue),
      events_(client, clock, std::string(names::managed_by)),
      reconcilers_({.client = client,
                    .clock = clock,
                    .settings = settings,
                    .own_namespace = options.own_namespace,
                    .events = events_,
                    .stores = stores_,
                    .dependents = dependents_,
                    .polled = polled_,
                    .reader = reader_,
                    .content_references = content_references_,
                    .triggers = triggers_}),
      controllers_(
          reconcilers_, clock, options.workers,
          [this](const std::string& ns) { return informers_.namespaces().has_synced(ns); }),
      informers_(client, clock, stores_),
      stale_children_(
          client, clock, stores_,
          [this](const kube::Key& key, const json::Json& child) { enqueue_parent(key, child); }) {
  if (options.namespaces.empty()) add_watches("");
  for (const auto& ns : options.namespaces)
    add_watches(ns);
}

void Operator::add_watches(const std::string& ns) {
  for (const auto& kind : {gradient_deployments, datasets, models, registries}) {
    informers_.add({.kind = kind, .ns = ns, .selector = {}},
                   [this, kind](const kube::Key& key, const json::Json&) {
                     const Ref changed{std::string(kind.kind), key};
                     controllers_.enqueue(changed);
                     enqueue_dependents(changed);
                   });
  }
  const kube::Selector children{.labels = names::deployment_label, .fields = {}};
  const auto on_child = [this](const kube::Key& key, const json::Json& child) {
    enqueue_parent(key, child);
  };
  for (const auto& kind :
       {kube::deployments, kube::services, kube::autoscalers, kube::budgets, kube::pods}) {
    informers_.add({.kind = kind, .ns = ns, .selector = children}, on_child);
  }
  const auto& endpoint = settings_.endpoint;
  for (const auto& kind : {kube::ingresses, kube::routes}) {
    const kube::WatchOptions options{
        .kind = kind, .ns = ns, .selector = children, .may_be_absent = kind == kube::routes};
    const bool is_made = endpoint && endpoint->by_ingress() == (kind == kube::ingresses);
    if (is_made) {
      informers_.add(options, [this, on_child](const kube::Key& key, const json::Json& child) {
        on_child(key, child);
        enqueue_dependents({std::string(gradient_deployments.kind), parent_key(key, child)});
      });
    } else {
      stale_children_.add(options);
    }
  }
  informers_.add(
      {.kind = kube::claims, .ns = ns, .selector = {.labels = names::dataset_label, .fields = {}}},
      [this](const kube::Key& key, const json::Json& claim) {
        controllers_.enqueue(
            {std::string(datasets.kind), {key.ns, kube::label_of(claim, names::dataset_label)}});
      });
}

void Operator::enqueue_dependents(const Ref& changed) {
  for (const auto& dependent : dependents_.of(changed))
    controllers_.enqueue(dependent);
}

/// Of a child or pod.
void Operator::enqueue_parent(const kube::Key& child, const json::Json& object) {
  controllers_.enqueue({std::string(gradient_deployments.kind), parent_key(child, object)});
}

/// The objects of namespaces whose caches have synced just now. They were enqueued when they were
/// listed, and left alone until now.
void Operator::enqueue_synced() {
  for (const auto& ns : informers_.namespaces().take_synced()) {
    for (const auto& kind : {datasets, models, registries, gradient_deployments}) {
      for (const auto& key : stores_.of(kind)->keys()) {
        if (ns.empty() || key.ns == ns) controllers_.enqueue({std::string(kind.kind), key});
      }
    }
  }
}

/// Their statuses tell who uses them.
void Operator::enqueue_used_otherwise() {
  for (const auto& used : stores_.take_used_otherwise())
    controllers_.enqueue(used);
}

void Operator::enqueue_for_resync(std::size_t round) {
  for (const auto& kind : {datasets, models, registries, gradient_deployments}) {
    for (const auto& key : stores_.of(kind)->keys()) {
      const auto hash = std::hash<std::string>()(kube::to_string(key));
      if (hash % resync_rounds == round % resync_rounds)
        controllers_.enqueue({std::string(kind.kind), key});
    }
  }
}

void Operator::reconcile(const std::stop_token& stop) {
  constexpr std::chrono::milliseconds poll_interval{20};
  while (!ready()) {
    if (!clock_.wait(poll_interval, stop)) return;
  }
  spdlog::info("caches are synced, reconciling");
  is_reconciling_ = true;
  enqueue_synced();
  const std::jthread reading([&] { reader_.run(stop); });
  const std::jthread recording([&] { events_.run(stop); });
  const auto workers = controllers_.start(stop);
  poll(stop);
  is_reconciling_ = false;
}

void Operator::write_metrics(const std::function<void(std::string_view)>& write) const {
  if (is_reconciling_) write_object_metrics(stores_, settings_.metric_labels, write);
}

/// What brings no watch event: caches that sync later, children of an earlier configuration, kinds
/// that are installed, Secrets and foreign claims.
void Operator::poll(const std::stop_token& stop) {
  const auto has_synced = [this](const std::string& ns) {
    return informers_.namespaces().has_synced(ns);
  };
  const auto is_wanted = [this](const Ref& ref) { return dependents_.any(ref); };
  constexpr std::chrono::seconds round_interval{30};
  auto round_is_due = clock_.now() + round_interval;
  std::size_t round = 0;
  do {
    enqueue_synced();
    if (clock_.now() >= round_is_due) {
      enqueue_used_otherwise();
      enqueue_for_resync(++round);
      round_is_due = clock_.now() + round_interval;
    }
    stale_children_.find(has_synced, stop);
    if (informers_.take_installed()) {
      for (const auto& key : stores_.gradient_deployments.keys())
        controllers_.enqueue({std::string(gradient_deployments.kind), key});
    }
    polled_.refresh(is_wanted, stop);
  } while (clock_.wait(PollingCache::tick, stop));
}

}  // namespace reconcile
