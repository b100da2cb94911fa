#include "gradient/status/content.h"

#include "base/rfc3339.h"
#include "gradient/spec/helper_arguments.h"
#include "gradient/spec/names.h"
#include "gradient/status/helper_line.h"
#include "gradient/status/text.h"

#include <algorithm>
#include <map>

namespace gradient::diagnosis {
namespace {

using json::Json;

/// How many pods report each value.
using PodCounts = std::map<std::string, std::size_t>;

/// What most pods report, of two the smaller; empty when none reports.
std::string most_frequent(const PodCounts& counts) {
  const auto most =
      std::max_element(counts.begin(), counts.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == counts.end() ? "" : most->first;
}

void add_remark(Content& content, const std::string& remark) {
  content.remarks += (content.remarks.empty() ? "" : "; ") + remark;
}

void add_difference(Content& content, const std::string& subject, const PodCounts& counts) {
  if (counts.size() < 2) return;
  std::string remark = "replicas differ: " + subject + " is at";
  for (const auto& [value, pods] : counts) {
    remark += (remark.back() == 't' ? " " : ", ") + value + " in " +
              counted(static_cast<std::int64_t>(pods), "pod");
  }
  add_remark(content, remark);
}

/// The entry of the previous status; null when it is not about the same content any more.
Json known(const Json& previous, const char* list, const Json& entry,
           std::initializer_list<const char*> same) {
  for (const auto& before : json::elements_at(previous, {"content", list})) {
    const bool matches = std::all_of(same.begin(), same.end(), [&](const char* field) {
      return json::string_at(before, {field}) == json::string_at(entry, {field});
    });
    if (matches) return before;
  }
  return {};
}

/// {"commit", "ref"} as a container reports that has ended well; null otherwise.
Json checkout(const Container& container) {
  if (!container.is_completed()) return {};
  return helper_line(json::string_at(*container.status, {"state", "terminated", "message"}));
}

/// When the content of an entry came, "syncedAt": as the previous status says while it is the same
/// content (`what` is the field that identifies it), and else as a pod reports.
void set_time(Json& entry, const Json& before, const char* what, const std::string& reported) {
  const auto is_same = json::string_at(before, {what}) == json::string_at(entry, {what});
  auto time = is_same ? json::string_at(before, {"syncedAt"}) : "";
  if (time.empty() && base::parse_rfc3339(reported)) time = reported;
  if (!time.empty()) entry["syncedAt"] = Json(time);
}

void set(Json& entry, const char* field, const std::string& value) {
  if (!value.empty()) entry[field] = Json(value);
}

/// What the previous status says of the repository is kept while no pod reports anything: as what
/// is there when it is about the same ref, and else as what was there before.
Json repository_entry(const Repository& repository, const Workload& workload, const Json& previous,
                      Content& content) {
  auto entry = json::object({{"name", repository.name},
                             {"url", repository.url},
                             {"ref", json::text_or_null(repository.ref)}});
  PodCounts commits;
  std::map<std::string, std::string> refs, times;
  for (const auto& pod : workload.pods) {
    const auto* container = pod.container(names::clone_container(repository.name));
    const auto report = container == nullptr ? Json() : checkout(*container);
    const auto commit = json::string_at(report, {"commit"}).substr(0, 64);
    if (commit.empty()) continue;
    commits[commit] += pod.count();
    refs[commit] = json::string_at(report, {"ref"}).substr(0, 300);
    times.emplace(commit,
                  json::string_at(*container->status, {"state", "terminated", "finishedAt"}));
  }
  add_difference(content, "repository " + repository.name, commits);
  const auto before = known(previous, "repositories", entry, {"name", "url"});
  const auto before_commit = json::string_at(before, {"commit"});
  auto commit = most_frequent(commits);
  auto ref = refs[commit];
  if (commits.empty() && json::string_at(before, {"ref"}) == repository.ref) {
    commit = before_commit;
    ref = json::string_at(before, {"resolvedRef"});
  }
  set(entry, "commit", commit);
  set(entry, "resolvedRef", ref);
  if (!commit.empty()) set_time(entry, before, "commit", times[commit]);
  const bool is_other = !before_commit.empty() && before_commit != commit;
  const auto previous_commit =
      is_other ? before_commit : json::string_at(before, {"previousCommit"});
  if (previous_commit != commit) set(entry, "previousCommit", previous_commit);
  return entry;
}

/// A model that is mounted as it is, without a sidecar: pvc://CLAIM/PATH.
std::string claim_source(const Json& pod, const ModelMount& model) {
  const auto& app = json::element_with(json::at(pod, {"containers"}), "name", names::app_container);
  const auto& mount = json::element_with(json::at(app, {"volumeMounts"}), "mountPath", model.path);
  const auto& volume =
      json::element_with(json::at(pod, {"volumes"}), "name", json::string_at(mount, {"name"}));
  const auto claim = json::string_at(volume, {"persistentVolumeClaim", "claimName"});
  const auto path = json::string_at(mount, {"subPath"});
  return claim.empty() ? "" : "pvc://" + claim + (path.empty() ? "" : "/" + path);
}

/// Where a model comes from, by the pods' template: the Model itself may have changed since.
std::string source(const Observed& observed, const ModelMount& model) {
  if (!observed.deployment) return {};
  const auto& pod = json::at(*observed.deployment, {"spec", "template", "spec"});
  const auto& sidecar = json::element_with(json::at(pod, {"initContainers"}), "name",
                                           names::sync_container(model.id));
  if (sidecar.is_null()) return claim_source(pod, model);
  const auto arguments = model_arguments(sidecar);
  return arguments ? arguments->source : "";
}

/// The last lines of a model's sidecars, by pod.
std::vector<const Json*> lines(const Observed& observed, const Workload& workload,
                               const std::string& model) {
  std::vector<const Json*> found;
  for (const auto& pod : workload.pods) {
    for (const auto& each : pod.all()) {
      const auto line = observed.sync_lines.find(each.name + "/" + names::sync_container(model));
      if (line != observed.sync_lines.end()) found.push_back(&line->second);
    }
  }
  return found;
}

/// Whether the previous status still holds for this model: a pod that is ready was there when
/// it was written, unless the model is being fetched for all of them.
bool is_still_true(const Workload& workload, const std::vector<const Json*>& lines) {
  const bool fetching = std::any_of(lines.begin(), lines.end(), [](const Json* line) {
    return is_event(*line, "progress") || is_event(*line, "waiting");
  });
  return !fetching || std::any_of(workload.pods.begin(), workload.pods.end(),
                                  [](const Pod& pod) { return pod.is_ready(); });
}

Json model_entry(const ModelMount& model, const Observed& observed, const Workload& workload,
                 const Json& previous, Content& content) {
  const auto from = source(observed, model);
  auto entry = json::object({{"id", model.id}, {"source", json::text_or_null(from)}});
  const auto logged = lines(observed, workload, model.id);
  PodCounts revisions;
  std::map<std::string, const Json*> newest;  // by revision
  for (const auto* line : logged) {
    if (is_event(*line, "refresh-failed")) {
      content.refresh_failed = true;
      add_remark(content, "model " + model.id +
                              ": the last refresh failed, the files before it stay: " +
                              excerpt(json::string_at(*line, {"message"})));
    }
    const auto revision = json::string_at(*line, {"revision"}).substr(0, 256);
    if (!is_event(*line, "published") || revision.empty()) continue;
    ++revisions[revision];
    newest[revision] = line;
  }
  add_difference(content, "model " + model.id, revisions);
  const auto show = [&](const Json& told) {
    for (const char* field : {"revision", "version"})
      set(entry, field, json::string_at(told, {field}).substr(0, 256));
    const auto size = json::integer_at(told, {"bytes"}, -1);
    if (size >= 0) entry["bytes"] = Json(size);
    const auto archives = excerpt(json::string_at(told, {"archives"}));
    if (archives.empty()) return;
    entry["archives"] = Json(archives);
    add_remark(content, "model " + model.id + ": archives are served as they are (" + archives +
                            "); source.unpack: true has them unpacked");
  };
  const auto before = known(previous, "models", entry, {"id", "source"});
  if (!revisions.empty()) {
    const auto& line = *newest[most_frequent(revisions)];
    show(line);
    set_time(entry, before, "revision", json::string_at(line, {"time"}));
  } else if (is_still_true(workload, logged)) {
    show(before);
    set_time(entry, before, "revision", "");
  }
  return entry;
}

std::string of_silent_node(const Pod& pod, const Observed& observed) {
  const auto& node = pod.all().front().node;
  return observed.silent_nodes.contains(node)
             ? "; node " + node + " does not answer: it may be further"
             : "";
}

/// What the first helper of a pod that is not complete does.
std::string activity(const Pod& pod, const Observed& observed) {
  for (const auto& container : pod.containers()) {
    if (!container.is_helper() || container.is_up()) continue;
    if (!container.is_running()) return container.subject + " waits for its turn";
    const auto line = observed.sync_lines.find(pod.name() + "/" + container.name);
    if (line == observed.sync_lines.end()) return container.subject + " is being fetched";
    if (is_event(line->second, "retry"))
      return container.subject + ": " + excerpt(json::string_at(line->second, {"message"}));
    if (is_event(line->second, "waiting"))  // "waits for pod demo-1, which fetches the model: ..."
      return container.subject + " " + excerpt(json::string_at(line->second, {"message"}));
    const auto far = progress_text(line->second);
    return container.subject + " is being fetched" + (far.empty() ? "" : ": " + far);
  }
  return {};
}

void look_at(const Pod& pod, const Observed& observed, Content& content) {
  if (!pod.is_fetching()) {
    content.complete += pod.count();
    return;
  }
  if (content.fetching == 0)
    content.progress =
        "pod " + pod.name() + ": " + activity(pod, observed) + of_silent_node(pod, observed);
  content.fetching += pod.count();
}

}  // namespace

Content content(const DeploymentSpec& spec, const Observed& observed, const Workload& workload,
                const Json& previous) {
  Content result;
  std::vector<Json> repositories;
  std::vector<Json> models;
  if (spec.repositories) {
    for (const auto& repository : spec.repositories->items)
      repositories.push_back(repository_entry(repository, workload, previous, result));
  }
  for (const auto& model : spec.models)
    models.push_back(model_entry(model, observed, workload, previous, result));
  for (const auto& pod : workload.pods)
    look_at(pod, observed, result);
  for (const auto& node : observed.silent_nodes)
    add_remark(result, "node " + node + " does not answer: models there may be newer");
  if (repositories.empty() && models.empty()) return result;
  constexpr std::size_t digits = 12;
  if (!repositories.empty())
    result.commit = json::string_at(repositories.front(), {"commit"}).substr(0, digits);
  result.json = json::object({{"repositories", json::array_or_null(std::move(repositories))},
                              {"models", json::array_or_null(std::move(models))}});
  return result;
}

}  // namespace gradient::diagnosis
