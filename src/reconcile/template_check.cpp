#include "reconcile/template_check.h"

#include "gradient/spec/names.h"
#include "gradient/status/template_fields.h"
#include "reconcile/drift.h"
#include "reconcile/ownership.h"
#include "reconcile/refusal.h"
#include "reconcile/schema_refusal.h"

namespace reconcile {
namespace {

/// The server names the field of the Deployment.
std::optional<gradient::Blocker> template_refusal(const kube::ApiError& error,
                                                  const json::Json& wanted) {
  const std::string text = error.what();
  const auto has = [&](const char* part) { return text.find(part) != std::string::npos; };
  // A policy's words may be anything.
  const bool is_of_template = has("spec.template") && !has("denied request") &&
                              !has("denied the request") && (error.invalid() || error.code == 400);
  if (!fits_no_schema(error) && !is_of_template) return {};
  const auto problems = schema_problems(text, json::at(wanted, {"spec", "template"}));
  return gradient::Blocker{
      "PodTemplateInvalid",
      "the API server refuses the pods that podTemplate makes: " +
          (problems.empty() ? text : problems) +
          "; correct spec.podTemplate, or podTemplate of the operator's configuration"};
}

}  // namespace

/// What others have applied beside it is no fault of the template: the applier takes it away, or
/// tells whose it is.
bool TemplateCheck::is_of_others(const json::Json& wanted, const kube::ApiError& error,
                                 const std::stop_token& stop) {
  const auto live = client_.get(kube::deployments, kube::key_of(wanted), stop);
  return live && (transfer_rivals(*live, field_manager, wanted) ||
                  !owners_of_refused(*live, field_manager, wanted, error.what()).empty());
}

std::optional<gradient::Blocker> TemplateCheck::refusal(const json::Json& wanted, bool is_live,
                                                        const std::stop_token& stop) {
  const auto key = kube::key_of(wanted);
  const auto intent = kube::annotation_of(wanted, gradient::names::applied_annotation);
  const auto known = answers_.with([&](const auto& answers) -> std::optional<Answer> {
    const auto found = answers.find(key);
    if (found == answers.end() || found->second.intent != intent) return {};
    return found->second;
  });
  if (known) return known->refusal;
  Answer answer{.intent = intent, .refusal = {}};
  try {
    const auto dropped =
        missing(client_.try_apply(kube::deployments, wanted, field_manager, stop), wanted);
    if (!dropped.empty())
      answer.refusal =
          gradient::Blocker{"PodTemplateInvalid",
                            "the API server leaves out " + gradient::diagnosis::listed(dropped) +
                                ", as it does with fields of another version of Kubernetes "
                                "and of features that are off; remove this from podTemplate"};
  } catch (const kube::ApiError& error) {
    const bool may_be_of_others = is_live && error.invalid();
    if (!may_be_of_others || !is_of_others(wanted, error, stop))
      answer.refusal = template_refusal(error, wanted);
    const bool may_pass = error.code >= 500 || error.throttled();
    if (may_pass && !answer.refusal) throw;
  }
  answers_.with([&](auto& answers) { answers[key] = answer; });
  return answer.refusal;
}

void TemplateCheck::forget(const kube::Key& key) {
  answers_.with([&](auto& answers) { answers.erase(key); });
}

}  // namespace reconcile
