#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <string>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
class Registry;
}  // namespace prometheus

namespace kube {

/// Prometheus metrics: the process's one registry, under controller-runtime's names, so that its
/// dashboards and alerts work here too. Everything here is safe to share between threads. Label
/// values must come from small fixed sets: what has series for each object is not kept here.
prometheus::Registry& registry();
/// All of it in Prometheus' text format.
std::string metrics_text();

/// While it lives, `update` is called before each metrics_text(): for what grows by itself.
class BeforeMetrics {
 public:
  explicit BeforeMetrics(std::function<void()> update);
  ~BeforeMetrics();
  BeforeMetrics(const BeforeMetrics&) = delete;
  BeforeMetrics& operator=(const BeforeMetrics&) = delete;

 private:
  std::list<std::function<void()>>::iterator place_;
};

void count_request(const std::string& method, int code, const std::string& host = {});
/// `result` is Synced or a reason of a fixed set.
void count_sync(const std::string& result);
void count_watch_restart(const std::string& kind, const std::string& why);
/// Whether the configuration could be used when it was read last.
void set_config_is_right(bool is_right);
/// Whether all lists of a namespace are there and kept up to date; only of those that are named.
void set_namespace_served(const std::string& ns, bool is_served);
void set_leader(const std::string& name, bool leader);

/// How a reconcile ended.
enum class ReconcileResult { Success, Requeue, RequeueAfter, Error };

/// controller_runtime_* of one controller.
class ControllerMetrics {
 public:
  ControllerMetrics(const std::string& controller, int workers);
  void began();
  void ended(ReconcileResult result, std::chrono::duration<double> took);

 private:
  prometheus::Gauge& active_workers_;
  prometheus::Histogram& seconds_;
  prometheus::Counter &success_, &requeue_, &requeue_after_, &error_, &errors_;
};

/// workqueue_* of one queue.
class QueueMetrics {
 public:
  explicit QueueMetrics(const std::string& queue);
  void added(std::size_t depth);
  void started(std::size_t depth, std::chrono::duration<double> waited);
  void finished(std::chrono::duration<double> worked);
  void retried();
  /// For how long what is worked on now has been: all of it together, and the longest.
  void under_way(std::chrono::duration<double> together, std::chrono::duration<double> longest);

 private:
  prometheus::Gauge &depth_, &unfinished_, &longest_;
  prometheus::Counter &adds_, &retries_;
  prometheus::Histogram &queue_seconds_, &work_seconds_;
};

}  // namespace kube
