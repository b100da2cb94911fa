#include "gradient/import/import.h"

#include "gradient/import/translation.h"
#include "gradient/spec/plain_secrets.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace gradient {
namespace {

using json::Json;

/// `value` without the members that are null, which count as left out wherever a spec is read.
/// Elements of lists stay: those behind them have their places.
Json without_nulls(const Json& value) {
  if (value.is_array()) {
    std::vector<Json> elements;
    for (const auto& element : value.as_array())
      elements.push_back(without_nulls(element));
    return json::array(std::move(elements));
  }
  if (!value.is_object()) return value;
  std::vector<std::pair<std::string, Json>> members;
  for (const auto& [name, member] : value.as_object())
    if (!member.is_null()) members.emplace_back(name, without_nulls(member));
  return Json::object(std::move(members));
}

/// What stands where a name belongs goes into names of objects and into comments.
void refuse_passwords_in_names(const Json& value, const json::Path& path, json::Report& report) {
  constexpr std::array names{"name", "id", "containerRegistry", "dataset", "path", "mountPath"};
  if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i)
      refuse_passwords_in_names(value.as_array().at(i), path.element(i), report);
  }
  if (!value.is_object()) return;
  for (const auto& [name, member] : value.as_object()) {
    const auto there = path.member(name);
    const bool is_name = std::find(names.begin(), names.end(), name) != names.end();
    if (is_name && member.is_string() && values::shows_password(member.as_string()))
      report.add(there, "must be a name or a path, and not a URL with a password");
    refuse_passwords_in_names(member, there, report);
  }
}

}  // namespace

json::Problems Importer::add(const Json& written, const std::string& given) {
  const auto spec = without_nulls(written);
  Translation translation(spec, settings_, drafts_);
  const auto name = translation.name(given);
  translation.fields(name.empty() ? "unnamed" : name);
  translation.check(name);
  auto [draft, problems] = std::move(translation).result();
  json::Report in_names;
  refuse_passwords_in_names(spec, {}, in_names);
  std::ranges::move(std::move(in_names).take(), std::back_inserter(problems));
  if (!name.empty() && !deployments_.insert(name).second) {
    problems.push_back({given.empty() ? "name" : "--name",
                        "is the name of an earlier spec too; import them one at a time, with "
                        "--name"});
  }
  if (problems.empty()) {
    drafts_.add("GradientDeployment", name, json::at(draft.object, {"spec"}),
                std::move(draft.remarks));
  }
  return problems;
}

}  // namespace gradient
