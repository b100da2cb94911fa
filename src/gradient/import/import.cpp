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

/// All problems of a spec that is alone.
json::Problems problems_of(const WrittenSpec& spec, const Naming& naming,
                           const Settings& settings) {
  Drafts alone;
  Translation translation(spec, settings, alone);
  const auto name = translation.name(naming);
  translation.fields(name.empty() ? "unnamed" : name);
  translation.check(name);
  auto problems = translation.problems();
  json::Report in_names;
  refuse_passwords_in_names(spec.document.value, {}, in_names);
  std::ranges::move(std::move(in_names).take(), std::back_inserter(problems));
  return problems;
}

}  // namespace

/// The name is the spec's from now on. Why it cannot be, when an earlier one has it.
json::Problems Importer::claim(const std::string& name, const WrittenSpec& spec,
                               const Naming& naming) {
  const bool is_of_file = naming.given.empty() && written_name(spec).empty();
  const auto& wanted = is_of_file ? naming.of_file : name;
  const auto earlier = deployments_.find(wanted);
  if (earlier == deployments_.end()) {
    deployments_.emplace(name, naming.where);
    return {};
  }
  const auto taken = "the name of " + earlier->second + " too; ";
  if (!naming.given.empty())
    return {{"--name", "is " + taken + "import one spec at a time with --name"}};
  const std::string remedy = "write another name, or import this one alone, with --name";
  if (!is_of_file) return {{"name", "is " + taken + remedy}};
  return {{"name", "is not there, and " + wanted + ", by the file, is " + taken + remedy}};
}

json::Problems Importer::add(const WrittenSpec& written, const Naming& naming) {
  auto spec = written;
  spec.document.value = without_nulls(written.document.value);
  auto problems = problems_of(spec, naming, settings_);
  if (!problems.empty()) return problems;
  Translation translation(spec, settings_, drafts_);
  const auto name = translation.name(naming);
  problems = claim(name, spec, naming);
  if (!problems.empty()) return problems;
  translation.fields(name);
  translation.check(name);
  problems = translation.problems();
  if (!problems.empty()) return problems;
  auto draft = std::move(translation).draft();
  drafts_.add("GradientDeployment", name, json::at(draft.object, {"spec"}),
              std::move(draft.remarks), std::move(draft.notes));
  return {};
}

}  // namespace gradient
