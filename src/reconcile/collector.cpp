#include "reconcile/collector.h"

#include "gradient/spec/names.h"
#include "gradient/spec/parent.h"
#include "gradient/spec/read_deployment.h"
#include "reconcile/refusal.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace reconcile {
namespace {

using gradient::ContentUse;
using gradient::DatasetContent;
using json::Json;

/// Whether none of its containers runs or will run again. Of a pod that was told to end the kubelet
/// writes such a phase after its last container's end, and for a node that is lost the pod
/// garbage collector does, when it takes the pod away (KEP-3329). Until then it uses its volumes:
/// one that waits, crashes again and again, or is on a node that cannot be reached.
bool has_ended(const Json& pod) {
  const auto phase = json::string_at(pod, {"status", "phase"});
  return phase == "Succeeded" || phase == "Failed";
}

/// What runs, may run again after a rollback, or holds the volume on a node, as the API server has
/// it now: a list without a resourceVersion is of the most recent state
/// (https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions).
///
/// All pods that exist by then are in it. One that is created later is seen by its checkout's or
/// model's time, which its helper writes before it looks whether that is there: the Job spares what
/// was used after `listed_at`, whenever the Job runs, and moves away before it looks at that time
/// for good (sync/collect/collect).
struct Users {
  ContentUse in_use;
  json::Shared neighbour;   ///< has the claim on its node
  bool is_awaited = false;  ///< by a pod that has no node yet
};

Users users(kube::Client& client, const std::string& ns, const std::string& claim,
            const std::stop_token& stop) {
  Users found;
  const kube::Selector ours{.labels = gradient::names::deployment_label, .fields = {}};
  for (const auto& set : client.list(kube::replica_sets, ns, ours, stop)) {
    found.in_use += gradient::mounted_content(json::at(set, {"spec", "template", "spec"}), claim);
  }
  const auto look_at = [&](const Json& pod) {
    const auto& spec = json::at(pod, {"spec"});
    if (has_ended(pod) || !gradient::mounts_claim(spec, claim)) return;
    found.in_use += gradient::mounted_content(spec, claim);
    if (json::string_at(spec, {"nodeName"}).empty()) {
      found.is_awaited = true;
    } else {
      found.neighbour = pod;
    }
  };
  // All pods: one that was taken out of its ReplicaSet to look at it has lost our label.
  client.each_page(
      kube::pods, ns, {},
      [&](const kube::Client::Page& page) {
        std::for_each(page.objects.begin(), page.objects.end(), look_at);
      },
      stop);
  return found;
}

}  // namespace

/// One look at a Dataset that is due.
struct Collector::Visit {
  const Json& dataset;
  const gradient::FoundDataset& found;
  const ContentUse& wanted;
  const gradient::Parent parent = gradient::parent(dataset);
  const kube::Key key = kube::key_of(dataset);
  const kube::Key job = {key.ns, gradient::clean_up_job_name(parent)};

  CollectionState::Job job_state(const json::Shared& live,
                                 const gradient::DatasetContent& content) const {
    using State = CollectionState::Job;
    if (!live) return State::None;
    if (json::string_at(kube::controller_of(*live), {"uid"}) != parent.uid) return State::Foreign;
    if (kube::uid_of(*live) == content.job) return State::Reported;
    return gradient::is_finished(*live) ? State::Ended : State::Runs;
  }
};

template <class Ask>
auto Collector::ask(const kube::Key& dataset, const Ask& ask) {
  const std::chrono::seconds after(*parts_.settings.collect_after);
  return states_.with([&](auto& states) {
    return ask(states.try_emplace(dataset, CollectionState(after)).first->second);
  });
}

Json Collector::content(const Json& dataset, const gradient::FoundDataset& found,
                        const std::stop_token& stop) {
  auto content = gradient::read_dataset_content(json::at(dataset, {"status", "content"}));
  const auto key = kube::key_of(dataset);
  const auto used = wanted({key.ns, found.claim});
  const auto unwritten = parts_.content_references.unrecorded(key, content.known);
  content.known += used;
  content.known += unwritten;
  const Visit visit{.dataset = dataset, .found = found, .wanted = used};
  const bool may = parts_.settings.collect_after.has_value() && gradient::may_collect(found);
  const CollectionState::Content seen = {.known = content.known,
                                         .unused = gradient::without(content.known, used),
                                         .is_measured = !content.bytes.empty()};
  const auto is_due = [&](CollectionState& state) {
    return state.is_due(seen, parts_.clock.now());
  };
  if (may && ask(key, is_due)) content = advance(visit, std::move(content), stop);
  return gradient::dataset_content(content);
}

void Collector::forget(const kube::Key& dataset) {
  states_.with([&](auto& states) { states.erase(dataset); });
}

/// By the specs of all who use the claim, whatever Dataset they know it by.
ContentUse Collector::wanted(const kube::Key& claim) const {
  ContentUse content;
  for (const auto& dataset : parts_.stores.datasets.indexed_keys(claim_term(claim))) {
    const auto term = used_term({std::string(datasets.kind), dataset});
    for (const auto& object : parts_.stores.gradient_deployments.indexed(term)) {
      const auto read = gradient::read_deployment(object);
      if (const auto* spec = std::get_if<gradient::DeploymentSpec>(&read))
        content += gradient::content_of(gradient::parent(object), *spec);
    }
    for (const auto& model : parts_.stores.models.indexed_keys(term))
      content.models.insert(model.name);
  }
  return content;
}

DatasetContent Collector::advance(const Visit& visit, DatasetContent content,
                                  const std::stop_token& stop) {
  try {
    const auto job = parts_.client.get(kube::jobs, visit.job, stop);
    const auto step = ask(visit.key, [&](CollectionState& state) {
      return state.next(visit.job_state(job, content), parts_.clock.now());
    });
    if (step == Step::LookAtUsers) return begin(visit, content, stop);
    if (step == Step::Finish) return finish(visit, content, *job, stop);
    if (step == Step::Rest && job && gradient::awaits_pod(*job)) {
      if (auto why = refusal_of(*job, stop)) report(visit, content, *std::move(why));
    }
    if (step == Step::ReportConflict)
      content.problem = name_conflict("Job " + kube::to_string(visit.job), *job, visit.parent);
  } catch (const kube::ApiError& error) {
    const auto why = refusal(error, "the clean-up of Dataset " + kube::to_string(visit.key));
    if (!why) throw;
    content.problem = why;
    ask(visit.key, [&](CollectionState& state) { state.refused(parts_.clock.now()); });
  }
  return content;
}

DatasetContent Collector::finish(const Visit& visit, const DatasetContent& content, const Json& job,
                                 const std::stop_token& stop) {
  const auto pods = parts_.client.list(
      kube::pods, visit.key.ns,
      {.labels = "batch.kubernetes.io/controller-uid=" + kube::uid_of(job), .fields = {}}, stop);
  auto after = gradient::collected(content, gradient::left_by(job, content.known), job, pods);
  after.known += visit.wanted;
  if (auto problem = after.problem) {
    if (auto why = pods.empty() ? refusal_of(job, stop) : std::nullopt) problem = std::move(why);
    after.problem = content.problem;  // what has been told
    report(visit, after, *std::move(problem));
  }
  const auto freed = after.bytes.find("freedBytes");
  spdlog::info("clean-up ended dataset={} reason={} freed={}", kube::to_string(visit.key),
               after.problem ? after.problem->reason : "Collected",
               freed == after.bytes.end() ? 0 : freed->second);
  return after;
}

/// Its controller is refused pods again and again, which only events tell.
std::optional<gradient::Blocker> Collector::refusal_of(const Json& job,
                                                       const std::stop_token& stop) {
  const auto events = parts_.client.list(
      kube::events, kube::key_of(job).ns,
      {.labels = {}, .fields = "involvedObject.uid=" + kube::uid_of(job) + ",reason=FailedCreate"},
      stop);
  return gradient::clean_up_refusal(job, events);
}

/// Once, however often it is seen.
void Collector::report(const Visit& visit, DatasetContent& content, gradient::Blocker problem) {
  if (content.problem == problem) return;
  parts_.events.record(visit.dataset, kube::EventType::Warning, problem.reason, problem.message);
  content.problem = std::move(problem);
}

DatasetContent Collector::begin(const Visit& visit, DatasetContent content,
                                const std::stop_token& stop) {
  const auto listed_at = std::chrono::system_clock::to_time_t(parts_.clock.wall());
  auto live = users(parts_.client, visit.key.ns, visit.found.claim, stop);
  live.in_use += visit.wanted;
  const bool leave_unused = !gradient::without(content.known, live.in_use).empty();
  const bool is_of_one_node = gradient::is_of_one_node(visit.found);
  const auto step = ask(visit.key, [&](CollectionState& state) {
    return state.next_for_users(leave_unused, is_of_one_node && live.is_awaited,
                                parts_.clock.now());
  });
  if (!leave_unused) content.problem.reset();
  if (step != Step::Create) return content;
  const auto job = gradient::clean_up_job(
      visit.parent, visit.found,
      {.known = content.known,
       .in_use = live.in_use,
       .listed_at = listed_at,
       .neighbour = is_of_one_node && live.neighbour ? &*live.neighbour : nullptr},
      parts_.settings);
  parts_.client.create(kube::jobs, visit.key.ns, job, stop);
  spdlog::info("clean-up began job={}", kube::to_string(visit.job));
  return content;
}

}  // namespace reconcile
