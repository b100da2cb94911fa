#include "kube/serve/metrics.h"

#include "kube/guarded.h"
#include "kube/serve/process_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <memory>
#include <sstream>
#include <utility>

namespace kube {
namespace {

using Buckets = prometheus::Histogram::BucketBoundaries;

/// controller-runtime's, so that its dashboards fit.
const Buckets& reconcile_buckets() {
  static const Buckets buckets{
      .005, .01, .025, .05, .1,  .15, .2,  .25, .3, .35, .4, .45, .5, .6, .7, .8, .9, 1,  1.25, 1.5,
      1.75, 2,   2.5,  3,   3.5, 4,   4.5, 5,   6,  7,   8,  9,   10, 15, 20, 25, 30, 40, 50,   60};
  return buckets;
}

const Buckets& queue_buckets() {
  static const Buckets buckets{1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000};
  return buckets;
}

/// The registry returns the family that has the name already.
prometheus::Family<prometheus::Counter>& counters(const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry());
}

prometheus::Family<prometheus::Gauge>& gauges(const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry());
}

prometheus::Family<prometheus::Histogram>& histograms(const char* name, const char* help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry());
}

prometheus::Counter& results(const std::string& controller, const char* result) {
  return counters("controller_runtime_reconcile_total", "Reconciliations per controller and result")
      .Add({{"controller", controller}, {"result", result}});
}

prometheus::Labels queue_labels(const std::string& queue) {
  return {{"name", queue}, {"controller", queue}};
}

using Updates = std::list<std::function<void()>>;

Guarded<Updates>& updates() {
  static Guarded<Updates> all;
  return all;
}

}  // namespace

BeforeMetrics::BeforeMetrics(std::function<void()> update)
    : place_(
          updates().with([&](Updates& all) { return all.insert(all.end(), std::move(update)); })) {}

BeforeMetrics::~BeforeMetrics() {
  updates().with([&](Updates& all) { all.erase(place_); });
}

prometheus::Registry& registry() {
  static prometheus::Registry instance(prometheus::Registry::InsertBehavior::Merge);
  return instance;
}

std::string metrics_text() {
  updates().with([](const auto& all) {
    for (const auto& update : all)
      update();
  });
  auto families = registry().Collect();
  for (auto& family : process_metrics())
    families.push_back(std::move(family));
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, families);
  return text.str();
}

void count_request(const std::string& method, int code, const std::string& host) {
  static auto& family =
      counters("rest_client_requests_total", "Requests per status code, method and host");
  family.Add({{"code", std::to_string(code)}, {"method", method}, {"host", host}}).Increment();
}

void count_sync(const std::string& result) {
  static auto& family =
      counters("gradient_content_syncs_total",
               "Fetches of repositories and models that statuses told, by result");
  family.Add({{"result", result}}).Increment();
}

void count_watch_restart(const std::string& kind, const std::string& why) {
  static auto& family = counters("gradient_watch_restarts_total", "Ends of watches per reason");
  family.Add({{"kind", kind}, {"reason", why}}).Increment();
}

void set_config_is_right(bool is_right) {
  static auto& family = gauges("gradient_config_last_reload_successful",
                               "1 when the configuration was right as it was read last, else 0");
  family.Add({}).Set(is_right ? 1 : 0);
}

void set_namespace_served(const std::string& ns, bool is_served) {
  static auto& family = gauges("gradient_namespace_served",
                               "1 while all lists of the namespace are kept up to date, else 0");
  family.Add({{"watched_namespace", ns}}).Set(is_served ? 1 : 0);
}

void set_leader(const std::string& name, bool leader) {
  static auto& family =
      gauges("leader_election_master_status", "1 while this process holds the lease, 0 otherwise");
  family.Add({{"name", name}}).Set(leader ? 1 : 0);
}

ControllerMetrics::ControllerMetrics(const std::string& controller, int workers)
    : active_workers_(gauges("controller_runtime_active_workers", "Workers that reconcile now")
                          .Add({{"controller", controller}})),
      seconds_(histograms("controller_runtime_reconcile_time_seconds", "Length of reconciliations")
                   .Add({{"controller", controller}}, reconcile_buckets())),
      success_(results(controller, "success")),
      requeue_(results(controller, "requeue")),
      requeue_after_(results(controller, "requeue_after")),
      error_(results(controller, "error")),
      errors_(counters("controller_runtime_reconcile_errors_total", "Failed reconciliations")
                  .Add({{"controller", controller}})) {
  gauges("controller_runtime_max_concurrent_reconciles", "Workers")
      .Add({{"controller", controller}})
      .Set(workers);
}

void ControllerMetrics::began() {
  active_workers_.Increment();
}

void ControllerMetrics::ended(ReconcileResult result, std::chrono::duration<double> took) {
  active_workers_.Decrement();
  seconds_.Observe(took.count());
  switch (result) {
    case ReconcileResult::Success:
      success_.Increment();
      break;
    case ReconcileResult::Requeue:
      requeue_.Increment();
      break;
    case ReconcileResult::RequeueAfter:
      requeue_after_.Increment();
      break;
    case ReconcileResult::Error:
      error_.Increment();
      errors_.Increment();
      break;
  }
}

QueueMetrics::QueueMetrics(const std::string& queue)
    : depth_(gauges("workqueue_depth", "Keys that wait").Add(queue_labels(queue))),
      unfinished_(gauges("workqueue_unfinished_work_seconds",
                         "For how long all keys together have been worked on that still are")
                      .Add(queue_labels(queue))),
      longest_(gauges("workqueue_longest_running_processor_seconds",
                      "For how long a key has been worked on that still is, at most")
                   .Add(queue_labels(queue))),
      adds_(counters("workqueue_adds_total", "Keys that were added").Add(queue_labels(queue))),
      retries_(counters("workqueue_retries_total", "Keys that were added again after a failure")
                   .Add(queue_labels(queue))),
      queue_seconds_(histograms("workqueue_queue_duration_seconds", "How long keys waited")
                         .Add(queue_labels(queue), queue_buckets())),
      work_seconds_(histograms("workqueue_work_duration_seconds", "How long keys were worked on")
                        .Add(queue_labels(queue), queue_buckets())) {}

void QueueMetrics::added(std::size_t depth) {
  adds_.Increment();
  depth_.Set(static_cast<double>(depth));
}

void QueueMetrics::started(std::size_t depth, std::chrono::duration<double> waited) {
  depth_.Set(static_cast<double>(depth));
  queue_seconds_.Observe(waited.count());
}

void QueueMetrics::finished(std::chrono::duration<double> worked) {
  work_seconds_.Observe(worked.count());
}

void QueueMetrics::under_way(std::chrono::duration<double> together,
                             std::chrono::duration<double> longest) {
  unfinished_.Set(together.count());
  longest_.Set(longest.count());
}

void QueueMetrics::retried() {
  retries_.Increment();
}

}  // namespace kube
