#include "reconcile/collector.h"

#include "gradient/spec/names.h"
#include "gradient/spec/read_spec.h"
#include "reconcile/refusal.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace reconcile {
namespace {

using gradient::ContentUse;
using gradient::DatasetContent;
using json::Json;

constexpr std::chrono::hours look_again{1};
constexpr std::chrono::minutes retry_waiting{10};

bool has_ended(const Json& pod) {
  const auto phase = json::string_at(pod, {"status", "phase"});
  return phase == "Succeeded" || phase == "Failed";
}

/// What runs, may run again after a rollback, or holds the volume on a node.
struct Users {
  ContentUse in_use;
  std::optional<Json> neighbour;  ///< has the claim on its node
  bool is_awaited = false;        ///< by a pod that has no node yet
};

Users users(kube::Client& client, const std::string& ns, const std::string& claim,
            const std::stop_token& stop) {
  Users found;
  const kube::Selector ours{.labels = gradient::names::deployment_label, .fields = {}};
  for (const auto& set : client.list(kube::replica_sets, ns, ours, stop)) {
    found.in_use += gradient::mounted_content(json::at(set, {"spec", "template", "spec"}), claim);
  }
  // All pods: one that was taken out of its ReplicaSet to look at it has lost our label.
  for (const auto& pod : client.list(kube::pods, ns, {}, stop)) {
    const auto& spec = json::at(pod, {"spec"});
    if (has_ended(pod) || !gradient::mounts_claim(spec, claim)) continue;
    found.in_use += gradient::mounted_content(spec, claim);
    if (json::string_at(spec, {"nodeName"}).empty()) {
      found.is_awaited = true;
    } else {
      found.neighbour = pod;
    }
  }
  return found;
}

}  // namespace

struct Collector::Visit {
  const Json& dataset;
  const gradient::FoundDataset& found;
  const ContentUse& wanted;
  const gradient::Parent parent = gradient::parent(dataset);
  const kube::Key key = kube::key_of(dataset);
  const kube::Key job = {key.ns, gradient::collection_job_name(parent)};
};

Json Collector::content(const Json& dataset, const gradient::FoundDataset& found,
                        const std::stop_token& stop) {
  auto content = gradient::read_dataset_content(json::at(dataset, {"status", "content"}));
  const auto key = kube::key_of(dataset);
  const auto used = wanted({key.ns, found.claim});
  const auto unwritten = context_.uses.besides(key, content.known);
  content.known += used;
  content.known += unwritten;
  const Visit visit{.dataset = dataset, .found = found, .wanted = used};
  const bool may = context_.settings.collect_after.has_value() && gradient::may_collect(found);
  if (may && is_due(key, gradient::without(content.known, used)))
    content = advance(visit, std::move(content), stop);
  return gradient::dataset_content(content);
}

void Collector::forget(const kube::Key& dataset) {
  waiting_.with([&](auto& waiting) { waiting.erase(dataset); });
}

/// By the specs of all who use the claim, whatever Dataset they know it by.
ContentUse Collector::wanted(const kube::Key& claim) const {
  ContentUse content;
  for (const auto& dataset : context_.stores.datasets.indexed_keys(claim_term(claim))) {
    const auto term = dataset_term(dataset);
    for (const auto& object : context_.stores.gradient_deployments.indexed(term)) {
      const auto read = gradient::read_deployment(object);
      if (const auto* spec = std::get_if<gradient::DeploymentSpec>(&read))
        content += gradient::content_of(gradient::parent(object), *spec);
    }
    for (const auto& model : context_.stores.models.indexed_keys(term))
      content.models.insert(model.name);
  }
  return content;
}

bool Collector::is_due(const kube::Key& dataset, const ContentUse& unused) {
  if (unused.empty()) {
    forget(dataset);
    return false;
  }
  const auto now = context_.clock.now();
  const auto soon = now + std::chrono::seconds(*context_.settings.collect_after);
  return waiting_.with([&](auto& waiting) {
    auto& entry = waiting.try_emplace(dataset, Waiting{unused, soon}).first->second;
    if (entry.unused != unused) entry = {unused, std::min(entry.until, soon)};
    return now >= entry.until;
  });
}

void Collector::wait(const kube::Key& dataset, std::chrono::milliseconds time) {
  waiting_.with([&](auto& waiting) { waiting[dataset].until = context_.clock.now() + time; });
}

DatasetContent Collector::advance(const Visit& visit, DatasetContent content,
                                  const std::stop_token& stop) {
  try {
    const auto job = context_.client.get(kube::jobs, visit.job, stop);
    if (!job) {
      content = begin(visit, content, stop);  // a copy: it may throw
    } else if (json::string_at(kube::controller_of(*job), {"uid"}) != visit.parent.uid) {
      content.problem = name_conflict("Job " + kube::to_string(visit.job), *job, visit.parent);
      wait(visit.key, retry_waiting);
    } else if (kube::uid_of(*job) == content.job) {
      wait(visit.key, look_again);  // only now: its result has been told
    } else if (gradient::is_finished(*job)) {
      content = finish(visit, content, *job, stop);
    }
  } catch (const kube::ApiError& error) {
    const auto why = refusal(error, "the clean-up of Dataset " + kube::to_string(visit.key));
    if (!why) throw;
    content.problem = why;
    wait(visit.key, look_again);
  }
  return content;
}

DatasetContent Collector::finish(const Visit& visit, const DatasetContent& content, const Json& job,
                                 const std::stop_token& stop) {
  const auto pods = context_.client.list(
      kube::pods, visit.key.ns,
      {.labels = "batch.kubernetes.io/controller-uid=" + kube::uid_of(job), .fields = {}}, stop);
  auto after = gradient::collected(content, gradient::left_by(job, content.known), job, pods);
  after.known += visit.wanted;
  if (after.problem) {
    context_.events.record(visit.dataset, kube::EventType::Warning, after.problem->reason,
                           after.problem->message);
  }
  spdlog::info("clean-up ended dataset={} reason={} freed={}", kube::to_string(visit.key),
               after.problem ? after.problem->reason : "Collected", after.freed_bytes.value_or(0));
  return after;
}

DatasetContent Collector::begin(const Visit& visit, DatasetContent content,
                                const std::stop_token& stop) {
  auto live = users(context_.client, visit.key.ns, visit.found.claim, stop);
  live.in_use += visit.wanted;
  if (gradient::without(content.known, live.in_use).empty()) {
    wait(visit.key, look_again);
    content.problem.reset();
    return content;
  }
  const bool is_of_one_node = gradient::is_of_one_node(visit.found);
  if (is_of_one_node && live.is_awaited) {
    wait(visit.key, retry_waiting);
    return content;
  }
  const auto job = gradient::render_collection(
      visit.parent, visit.found,
      {.known = content.known,
       .in_use = live.in_use,
       .neighbour = is_of_one_node && live.neighbour ? &*live.neighbour : nullptr},
      context_.settings);
  context_.client.create(kube::jobs, visit.key.ns, job, stop);
  spdlog::info("clean-up began job={}", kube::to_string(visit.job));
  return content;
}

}  // namespace reconcile
