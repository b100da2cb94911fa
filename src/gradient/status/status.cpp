#include "gradient/status/status.h"

#include "gradient/spec/names.h"
#include "gradient/status/condition.h"
#include "gradient/status/content.h"
#include "gradient/status/diagnosis.h"
#include "gradient/status/endpoint.h"
#include "gradient/status/kstatus.h"
#include "gradient/status/observed.h"
#include "gradient/status/scaling.h"
#include "gradient/status/text.h"
#include "gradient/status/waiting.h"
#include "gradient/status/workload.h"

#include <algorithm>
#include <array>

namespace gradient {
namespace {

using diagnosis::Cause;
using diagnosis::Content;
using diagnosis::count_text;
using diagnosis::counted;
using diagnosis::Workload;
using json::Json;

/// All that the conditions are made of.
struct Facts {
  const DeploymentSpec& spec;
  const Settings& settings;
  const Observed& observed;
  const std::vector<Blocker> blockers;
  const Workload workload;
  const Content content;
  const std::optional<Cause> cause;
  const std::string scaling_problem;
  const std::string& endpoint;
  const std::string& rollout;
};

bool wants_duration(const DeploymentSpec& spec) {
  if (!spec.autoscaled()) return false;
  const auto& metrics = spec.resources.autoscaling->metrics;
  return std::any_of(metrics.begin(), metrics.end(), [](const MetricTarget& target) {
    return target.metric == Metric::RequestDuration;
  });
}

Condition spec_valid(const Facts& facts) {
  if (!wants_duration(facts.spec) || !facts.settings.request_duration_metric.empty()) {
    return {"SpecValid", ConditionStatus::True, "Valid", "the spec is accepted"};
  }
  const bool alone = facts.spec.resources.autoscaling->metrics.size() == 1;
  return {"SpecValid", ConditionStatus::False, "MetricNotConfigured",
          std::string("spec.resources.autoscaling.metrics: requestDuration has no effect, as the "
                      "operator's configuration names no metric for it") +
              (alone ? ", so nothing is scaled" : "") +
              "; set metrics.requestDuration.name there, or scale by cpu or memory"};
}

/// Of a name, host or Secret that somebody else has or nobody made: of ReferencesResolved. The
/// others belong to Progressing: what the API server refused, and a route that its Gateway does not
/// serve.
bool is_of_references(const Blocker& refused) {
  constexpr std::array reasons{"NameConflict", host_taken, "SecretNotFound", "SecretKeyNotFound"};
  return std::find(reasons.begin(), reasons.end(), refused.reason) != reasons.end();
}

bool is_conflict(const Blocker& refused) {
  return refused.reason == "NameConflict";
}

std::string joined(const std::vector<Blocker>& list) {
  std::string text;
  for (const auto& entry : list)
    text += (text.empty() ? "" : "; ") + entry.message;
  return text;
}

Condition references_resolved(const Facts& facts) {
  std::vector<Blocker> found;
  std::copy_if(facts.blockers.begin(), facts.blockers.end(), std::back_inserter(found),
               is_of_references);
  if (!found.empty()) {
    return {"ReferencesResolved", ConditionStatus::False, found.front().reason, joined(found)};
  }
  return {"ReferencesResolved", ConditionStatus::True, "Resolved",
          "all that the spec names exists"};
}

Condition content_synced(const Facts& facts) {
  const auto& content = facts.content;
  const std::string type = "ContentSynced";
  if (content.json.is_null()) {
    return {type, ConditionStatus::True, "NoContent",
            "the spec names no repositories and no models"};
  }
  if (facts.workload.wanted == 0) {
    return {type, ConditionStatus::Unknown, "Disabled", "0 replicas: nothing is fetched"};
  }
  if (facts.cause && facts.cause->is_content) {
    return {type, ConditionStatus::False, facts.cause->reason, facts.cause->message};
  }
  if (content.fetching > 0 && (content.complete == 0 || !facts.workload.is_available())) {
    const auto all = static_cast<std::int64_t>(content.fetching + content.complete);
    return {type, ConditionStatus::False, "Syncing",
            std::to_string(content.fetching) + " of " + counted(all, "pod") +
                (all == 1 ? " is" : " are") + " not complete: " + content.progress};
  }
  if (content.complete == 0) {
    return {type, ConditionStatus::Unknown, "Syncing", "no pod of this revision has been seen yet"};
  }
  return {type, ConditionStatus::True, content.refresh_failed ? "RefreshFailed" : "Synced",
          content.remarks.empty() ? "repositories and models are complete" : content.remarks};
}

Condition available(const Facts& facts) {
  const auto& workload = facts.workload;
  const std::string type = "Available";
  if (workload.wanted == 0)
    return {type, ConditionStatus::False, "Disabled", "0 replicas: nothing answers"};
  if (workload.is_available()) {
    const auto text = count_text(workload) + " at " + facts.endpoint;
    if (facts.scaling_problem.empty())
      return {type, ConditionStatus::True, "MinimumReplicasAvailable", text};
    return {type, ConditionStatus::True, "ScalingInactive", text + "; " + facts.scaling_problem};
  }
  if (facts.cause) return {type, ConditionStatus::False, facts.cause->reason, facts.cause->message};
  return {type, ConditionStatus::False, workload.lags ? "RollingOut" : "MinimumReplicasUnavailable",
          count_text(workload) + waiting_for(workload, {facts.spec, facts.settings})};
}

Condition progressing(const Facts& facts) {
  const auto& workload = facts.workload;
  const std::string type = "Progressing";
  const auto how = " (" + facts.rollout + ")";
  const auto& refused = facts.blockers;
  const auto refusal = std::find_if_not(refused.begin(), refused.end(), is_of_references);
  if (refusal != refused.end()) {
    return {type, ConditionStatus::False, refusal->reason, joined(refused)};
  }
  if (workload.lags && std::any_of(refused.begin(), refused.end(), is_conflict)) {
    return {type, ConditionStatus::False, refused.front().reason, joined(refused)};
  }
  if (workload.lags) {
    return {type, ConditionStatus::True, "RollingOut",
            "the Deployment controller has not observed the change yet" + how};
  }
  const auto text = diagnosis::revision_text(workload);
  const bool stuck = workload.is_rolling() || !workload.is_available();
  if (stuck && facts.cause) {
    return {type, ConditionStatus::False, facts.cause->reason,
            text + how + ": " + facts.cause->message};
  }
  if (stuck && diagnosis::has_stalled(*facts.observed.deployment)) {
    return {type, ConditionStatus::False, "ProgressDeadlineExceeded",
            text + how + ", and nothing has moved for longer than the Deployment's deadline" +
                waiting_for(workload, {facts.spec, facts.settings})};
  }
  if (diagnosis::is_rolled_out(workload, *facts.observed.deployment))
    return {type, ConditionStatus::True, "NewReplicaSetAvailable", text + how};
  const auto rest = workload.is_rolling() ? "" : "; " + count_text(workload);
  return {type, ConditionStatus::True, "RollingOut", text + rest + how};
}

Condition ready_as(ConditionStatus status, const Condition& decides) {
  return {"Ready", status, decides.reason, decides.message};
}

Condition switched_off(const Facts& facts) {
  const auto why = facts.spec.enabled ? "spec.resources.replicas is 0" : "spec.enabled is false";
  const auto left = facts.workload.replicas;
  return {"Ready", ConditionStatus::True, "Disabled",
          std::string("0 replicas: switched off, as ") + why +
              (left == 0 ? "" : "; " + counted(left, "pod") + " to end")};
}

/// The first that applies decides, in the order below; status.h has the details.
Condition ready(const Facts& facts, const std::vector<Condition>& others) {
  const auto find = [&](const char* type) -> const Condition& {
    return *std::find_if(others.begin(), others.end(),
                         [&](const Condition& c) { return c.type == type; });
  };
  const auto& spec_valid = find("SpecValid");
  const auto& references = find("ReferencesResolved");
  const auto& content = find("ContentSynced");
  const auto& available = find("Available");
  const auto& progressing = find("Progressing");
  if (references.status == ConditionStatus::False)
    return ready_as(ConditionStatus::False, references);
  if (!facts.blockers.empty()) return ready_as(ConditionStatus::False, progressing);
  if (facts.workload.wanted == 0) return switched_off(facts);
  if (facts.cause)
    return {"Ready", ConditionStatus::False, facts.cause->reason, facts.cause->message};
  if (content.status == ConditionStatus::False) return ready_as(ConditionStatus::False, content);
  if (progressing.status == ConditionStatus::False)
    return ready_as(ConditionStatus::False, progressing);
  if (available.status == ConditionStatus::False)
    return ready_as(ConditionStatus::False, available);
  if (facts.workload.is_rolling()) return ready_as(ConditionStatus::Unknown, progressing);
  if (spec_valid.status == ConditionStatus::False)
    return ready_as(ConditionStatus::True, spec_valid);
  if (!facts.scaling_problem.empty()) return ready_as(ConditionStatus::True, available);
  return {"Ready", ConditionStatus::True, "Ready", available.message};
}

Json document(const Facts& facts, const Parent& parent, const Json& list) {
  const auto& workload = facts.workload;
  return json::object({{"observedGeneration", parent.generation},
                       {"conditions", list},
                       {"ready", diagnosis::ready_text(workload.ready, workload.wanted)},
                       {"replicas", workload.replicas},
                       {"readyReplicas", workload.ready},
                       {"updatedReplicas", workload.updated},
                       {"selector", std::string(names::deployment_label) + "=" + parent.name},
                       {"endpoint", facts.endpoint},
                       {"commit", json::text_or_null(facts.content.commit)},
                       {"content", facts.content.json}});
}

/// Children that could not be applied, and what keeps the endpoint from serving.
std::vector<Blocker> all_blockers(const StatusInput& input) {
  auto all = input.refused;
  for (auto& problem : endpoint_blockers(input.parent, input.settings, input.found, input.observed))
    all.push_back(std::move(problem));
  return all;
}

}  // namespace

Json status(const StatusInput& input) {
  const auto& [parent, spec, settings, found, urls, rollout, refused, observed, previous, now] =
      input;
  const auto workload = diagnosis::workload(spec, observed);
  const bool is_external = observed.has_ingress && !urls.external.empty();
  const Facts facts{.spec = spec,
                    .settings = settings,
                    .observed = observed,
                    .blockers = all_blockers(input),
                    .workload = workload,
                    .content = diagnosis::content(spec, observed, workload, previous),
                    .cause = diagnosis::root_cause(input, workload),
                    .scaling_problem = diagnosis::scaling_problem(observed, previous),
                    .endpoint = is_external ? urls.external : urls.in_cluster,
                    .rollout = rollout};
  std::vector<Condition> list{spec_valid(facts), references_resolved(facts), content_synced(facts),
                              available(facts), progressing(facts)};
  list.insert(list.begin(), ready(facts, list));
  const bool is_past_deadline =
      !workload.lags && observed.deployment && diagnosis::has_stalled(*observed.deployment);
  for (auto& entry : kstatus_conditions(list.front(), is_past_deadline))
    list.push_back(std::move(entry));
  if (auto conflict = scale_conflict(parent, observed, previous))
    list.push_back(*std::move(conflict));
  return document(facts, parent, conditions(list, parent, previous, now));
}

}  // namespace gradient
