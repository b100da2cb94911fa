#pragma once

#include "gradient/status/status.h"
#include "kube/guarded.h"
#include "reconcile/context.h"

#include <map>
#include <stop_token>
#include <string>

namespace reconcile {

/// Gathers what the status of a GradientDeployment is made of. Children and pods come from the
/// stores; events and the last log lines of sync sidecars are read only while they can tell more,
/// at most every `period` for each pod, and once more when it becomes ready.
class Observer {
 public:
  static constexpr std::chrono::seconds period{30};
  static constexpr std::chrono::seconds period_of_nothing{2};  ///< what is not there may come soon

  explicit Observer(Context& context) : context_(context) {}

  gradient::Observed observe(const gradient::Parent& parent, const gradient::DeploymentSpec& spec,
                             const json::Json& previous_status, const std::stop_token& stop);

  /// When to look again although nothing has changed: events, logs and the time that an autoscaler
  /// has for its first metrics bring no watch event. Empty when nothing is awaited.
  static std::optional<std::chrono::milliseconds> again(const gradient::DeploymentSpec& spec,
                                                        const gradient::Observed& observed,
                                                        const json::Json& status);

 private:
  struct Reading {
    kube::Clock::TimePoint until;
    std::vector<json::Json> found;
  };
  using Read = std::function<std::vector<json::Json>()>;
  std::optional<json::Json> autoscaler(const gradient::Parent& parent) const;
  std::vector<json::Json> read_seldom(const std::string& what, const Read& read);
  std::vector<json::Json> events_of(const json::Json& pod, const std::stop_token& stop);
  std::vector<json::Json> last_line(const kube::Key& pod, const std::string& container,
                                    bool is_ready, const std::stop_token& stop);

  Context& context_;
  kube::Guarded<std::map<std::string, Reading>> readings_;
};

}  // namespace reconcile
