#pragma once

#include "gradient/spec/settings.h"
#include "kube/control/controller.h"
#include "reconcile/reconcilers.h"
#include "support/manual_clock.h"
#include "support/scripted_transport.h"

#include <string>
#include <vector>

/// What a reconciler sees in a scenario: a scripted server, a clock that stands still, and stores
/// filled by the test. Namespace "ns" throughout.
class World {
 public:
  ScriptedTransport server;
  ManualClock clock;
  kube::Client client{server};
  kube::EventRecorder events{client, clock, "gradient-operator"};
  gradient::Settings settings = gradient::default_settings();
  const std::string own_namespace = "gradient-system";
  reconcile::Stores stores;
  reconcile::Dependents dependents;
  std::vector<reconcile::Ref> notified, enqueued;
  std::vector<reconcile::Ref> news;  ///< for whom the reader had any
  reconcile::PollingCache polled{client, clock,
                                 [this](const reconcile::Ref& ref) { notified.push_back(ref); }};
  reconcile::BackgroundReader reader{clock,
                                     [this](const reconcile::Ref& ref) { news.push_back(ref); }};
  reconcile::ContentReferences content_references;
  const reconcile::Triggers triggers{
      .enqueue = [this](const reconcile::Ref& ref) { enqueued.push_back(ref); },
      .enqueue_dependents = [this](const reconcile::Ref& ref) { notified.push_back(ref); }};
  reconcile::Reconcilers reconcilers{{.client = client,
                                      .clock = clock,
                                      .settings = settings,
                                      .own_namespace = own_namespace,
                                      .events = events,
                                      .stores = stores,
                                      .dependents = dependents,
                                      .polled = polled,
                                      .reader = reader,
                                      .content_references = content_references,
                                      .triggers = triggers}};

  /// Puts an object with the given rest ("spec": ...) into its store, as a watch would.
  json::Json put(const kube::Kind& kind, const std::string& name, const std::string& rest);
  /// One of ours that is ready, with a status of the given further fields.
  json::Json put_ready(const kube::Kind& kind, const std::string& name, const std::string& spec,
                       const std::string& status_fields);

  /// Expects a write to this path (any query) and answers with what was sent, as the server keeps
  /// it: with a UID, a new version and, for merge patches, merged into the live object.
  Exchange& expect_apply(const std::string& path);
  Exchange& expect_status(const std::string& path, const kube::Kind& kind, const std::string& name);
  /// After the other requests of a look().
  Exchange& expect_event(const std::string& reason);

  /// One look at that object, and then what was recorded meanwhile, as by its own thread.
  template <class Reconciler>
  kube::Outcome look(Reconciler& reconciler, const std::string& name) {
    const auto outcome = reconciler.reconcile({"ns", name}, {});
    events.write_recorded();
    return outcome;
  }
  /// Reads what was asked for, as threads of their own do.
  void read_all() {
    while (reader.read_next({})) {
    }
  }

 private:
  kube::Response stored(json::Json object);
  int version_ = 100;
};
