#include "gradient/status/dataset_content.h"

#include "gradient/status/condition.h"
#include "gradient/status/helper_line.h"
#include "gradient/status/pod_refusal.h"
#include "gradient/status/template_fields.h"
#include "gradient/status/text.h"

#include <set>

namespace gradient {
namespace {

using json::Json;
using json::object;

std::set<std::string> names(const Json& content, std::string_view field) {
  std::set<std::string> found;
  for (const auto& name : json::elements_at(content, {field})) {
    if (name.is_string()) found.insert(name.as_string());
  }
  return found;
}

Json list(const std::set<std::string>& names) {
  return names.empty() ? Json() : json::strings({names.begin(), names.end()});
}

/// Of gradient-sync's report (sync/collect/collect.h) and of the status.
std::map<std::string, std::int64_t> bytes(const Json& from) {
  std::map<std::string, std::int64_t> found;
  for (const char* field : {"checkoutsBytes", "mirrorsBytes", "largeFilesBytes", "modelsBytes",
                            "unusedBytes", "freedBytes"}) {
    if (json::at(from, {field}).is_integer()) found[field] = json::integer_at(from, {field});
  }
  return found;
}

/// The condition of that type if it is true; else null.
const Json& true_condition(const Json& job, const std::string& type) {
  const auto& found = condition(json::at(job, {"status"}), type);
  return json::string_at(found, {"status"}) == "True" ? found : json::null();
}

/// The last report of a pod, its termination message; null when none left one.
Json last_report(const std::vector<Json>& pods) {
  Json last;
  std::string last_end;
  for (const auto& pod : pods) {
    for (const auto& container : json::elements_at(pod, {"status", "containerStatuses"})) {
      const auto& end = json::at(container, {"state", "terminated"});
      auto report = helper_line(json::string_at(end, {"message"}));
      const auto at = json::string_at(end, {"finishedAt"});
      if (report.is_null() || at < last_end) continue;  // null: killed before it could
      last = std::move(report);
      last_end = at;
    }
  }
  return last;
}

Blocker failure(const Json& job, const Json& result) {
  const auto reason = json::string_at(result, {"reason"});
  if (!reason.empty()) return {reason, json::string_at(result, {"message"})};
  const auto& failed = true_condition(job, "Failed");
  return {json::string_at(failed, {"reason"}),
          "the clean-up's Job failed: " + json::string_at(failed, {"message"})};
}

}  // namespace

DatasetContent read_dataset_content(const Json& content) {
  DatasetContent read{
      .known = {.checkouts = names(content, "checkouts"), .models = names(content, "models")},
      .bytes = bytes(content),
      .job = json::string_at(content, {"job"}),
      .problem = {}};
  if (const auto& problem = json::at(content, {"problem"}); problem.is_object()) {
    read.problem =
        Blocker{json::string_at(problem, {"reason"}), json::string_at(problem, {"message"})};
  }
  return read;
}

Json dataset_content(const DatasetContent& content) {
  if (content == DatasetContent{}) return {};
  const auto& problem = content.problem;
  auto result = object(
      {{"checkouts", list(content.known.checkouts)},
       {"models", list(content.known.models)},
       {"job", json::text_or_null(content.job)},
       {"problem",
        problem ? object({{"reason", problem->reason}, {"message", problem->message}}) : Json()}});
  for (const auto& [field, count] : content.bytes)
    result[field] = Json(count);
  return result;
}

bool is_finished(const Json& job) {
  return !true_condition(job, "Complete").is_null() || !true_condition(job, "Failed").is_null();
}

bool awaits_pod(const Json& job) {
  return !is_finished(job) && json::integer_at(job, {"status", "active"}) == 0;
}

DatasetContent collected(DatasetContent before, const ContentUse& left, const Json& job,
                         const std::vector<Json>& pods) {
  auto after = std::move(before);
  const auto result = last_report(pods);
  after.job = json::string_at(job, {"metadata", "uid"});
  after.problem.reset();
  if (true_condition(job, "Complete").is_null()) {
    after.problem = failure(job, result);
    return after;
  }
  if (result.is_null()) return after;  // then it is done once more
  after.bytes = bytes(result);
  if (json::integer_at(result, {"young"}) == 0) after.known = left;
  if (json::integer_at(result, {"failed"}) > 0)
    after.problem = Blocker{"NotAllRemoved", json::string_at(result, {"message"})};
  return after;
}

std::optional<Blocker> clean_up_refusal(const Json& job, const std::vector<Json>& events) {
  const auto refused =
      diagnosis::last_refusal(events, json::string_at(job, {"metadata", "name"})).text;
  if (refused.empty()) return std::nullopt;
  const bool is_full = diagnosis::has(refused, "exceeded quota");
  std::set<std::string> fields;
  for (const auto& [amount, container] : diagnosis::unspecified_amounts(refused))
    fields.insert("sync.resources." + amount);
  std::string remedy = is_full ? "; raise the ResourceQuota" : "";
  if (!fields.empty())
    remedy = "; set " + diagnosis::listed({fields.begin(), fields.end()}) +
             " in the operator's configuration, or " + std::string(diagnosis::defaults_remedy);
  return Blocker{is_full ? "QuotaExceeded" : "AdmissionRefused",
                 "the cluster refused the pod of the clean-up's Job: " +
                     diagnosis::excerpt(refused, 1500) + remedy};
}

}  // namespace gradient
