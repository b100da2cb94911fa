#include "gradient/import/import.h"

#include "gradient/import/translation.h"

namespace gradient {

json::Problems Importer::add(const json::Json& written, const std::string& given) {
  Translation translation(written, settings_, drafts_);
  const auto name = translation.name(given);
  translation.fields(name.empty() ? "unnamed" : name);
  translation.check(name);
  auto draft = translation.take_draft();
  auto problems = translation.take_problems();
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
