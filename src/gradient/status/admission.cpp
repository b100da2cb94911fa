#include "gradient/status/admission.h"

#include "gradient/spec/names.h"
#include "gradient/status/condition.h"
#include "gradient/status/pod_refusal.h"
#include "gradient/status/pod_security.h"
#include "gradient/status/resource_fields.h"
#include "gradient/status/text.h"

#include <algorithm>
#include <array>
#include <set>

namespace gradient::diagnosis {
namespace {

/// Why the ReplicaSet cannot make pods; empty when it can. Its condition has the first reason since
/// it could, its events have the last one.
std::string replica_failure(const Observed& observed, const Workload& workload) {
  const auto& status = json::at(*observed.deployment, {"status"});
  const auto& failure = condition(status, "ReplicaFailure");
  const auto last = last_refusal(observed.events, workload.newest);
  if (json::string_at(failure, {"status"}) == "True") {
    const auto since = json::string_at(failure, {"lastTransitionTime"}).substr(0, 19);
    if (!last.text.empty() && last.seen >= since) return last.text;
    return refusal_text(json::string_at(failure, {"message"}));
  }
  const bool outdated =
      std::any_of(workload.pods.begin(), workload.pods.end(),
                  [&](const Pod& pod) { return pod.last_created().substr(0, 19) >= last.seen; });
  return outdated ? "" : last.text;
}

std::string joined(const std::set<std::string>& parts) {
  std::string text;
  for (const auto& part : parts)
    text += (text.empty() ? "" : ", ") + part;
  return text;
}

/// What a quota finds unspecified, by who can specify it.
class Unspecified {
 public:
  Unspecified(const StatusInput& input, const TemplateFields& pod_template)
      : input_(input), template_(pod_template) {}

  void add(const std::string& container, const std::string& resource) {
    if (container == names::app_container) {
      configured_.insert("instanceTypes." + input_.spec.resources.instance_type + "." + resource);
    } else if (const auto helper = helper_resources(input_, container)) {
      configured_.insert("sync.resources." + resource);
      of_helpers_.insert(helper->text(resource));
    } else if (const auto field = template_.of_container(container); !field.empty()) {
      of_template_.insert("resources." + resource + " of " + field);
    } else {
      has_others_ = true;
    }
  }

  std::string remedy() const {
    const std::string range(defaults_remedy);
    if (has_others_) return "; " + range;  // containers that a webhook adds have no settings here
    auto settings = joined(of_template_);
    if (!configured_.empty())
      settings +=
          (settings.empty() ? "" : ", ") + joined(configured_) + " in the operator's configuration";
    if (!of_helpers_.empty()) settings += " (of these helpers alone: " + joined(of_helpers_) + ")";
    return "; set " + settings + ", or " + range;
  }

 private:
  const StatusInput& input_;
  const TemplateFields& template_;
  std::set<std::string> configured_, of_helpers_, of_template_;
  bool has_others_ = false;
};

std::string unspecified_remedy(const StatusInput& input, const TemplateFields& pod_template,
                               const std::string& refusal) {
  const auto found = unspecified_amounts(refusal);
  if (found.empty()) return "";
  Unspecified unspecified(input, pod_template);
  for (const auto& [amount, container] : found)
    unspecified.add(container, amount);
  return unspecified.remedy();
}

/// Words of a refusal, and what helps: `before`, what is to be corrected, `after`. That is
/// `field` of a podTemplate, or `otherwise` where no podTemplate has it.
struct Remedy {
  std::string_view text, before, field = {}, otherwise = {}, after = {};
};

/// In the words of the API server's admission plugins, and of OpenShift's.
constexpr std::array remedies{
    Remedy{
        "insufficient quota",
        "; the cluster requires a ResourceQuota in the namespace for this: ask its administrator "
        "for one"},
    Remedy{"status unknown for quota",
           "; the quota has not been counted yet, which passes within seconds unless "
           "kube-controller-manager is down"},
    Remedy{"error looking up service account",
           "; in a new namespace this passes within seconds, otherwise create the ServiceAccount",
           "serviceAccountName"},
    Remedy{"no priorityclass with name", "; create the PriorityClass", "priorityClassName"},
    Remedy{"security context constraint",
           "; where the platform assigns users and groups, set sync.runAsUser and sync.fsGroup to "
           "null in the operator's configuration",
           "securityContext"},
    Remedy{"pod rejected: runtimeclass", "; create the RuntimeClass", "runtimeClassName",
           "runtimeClassName of the instance type in the operator's configuration"},
    Remedy{"node label selector", "", "nodeSelector",
           "nodeSelector of the instance type in the operator's configuration",
           ", or the namespace's annotations"},
    Remedy{"pod tolerations", "", "tolerations",
           "tolerations of the instance type in the operator's configuration",
           ", or the namespace's annotations"}};

std::string text(const Remedy& known, const TemplateFields& pod_template) {
  auto field = known.field.empty() ? std::string() : pod_template.of_pod({known.field});
  if (field.empty()) field = known.otherwise;
  std::string result(known.before);
  if (!field.empty()) result += (result.empty() ? "; correct " : ", or correct ") + field;
  return result + std::string(known.after);
}

/// The words of the plugin LimitRanger, and of the validation after it has filled in a limit.
constexpr std::array<std::string_view, 6> limit_range_texts{
    " usage per container is",
    " usage per pod is",
    " limit to request ratio per container is",
    " limit to request ratio per pod is",
    " must be less than or equal to cpu limit",
    " must be less than or equal to memory limit"};

/// podSecurity: restricted is a promise about our own containers, and kept already where the app
/// has it.
std::string pod_security_remedy(const TemplateFields& pod_template, const Observed& observed,
                                const std::string& refusal) {
  bool is_restricted = false;
  for (const auto& container :
       json::elements_at(*observed.deployment, {"spec", "template", "spec", "containers"})) {
    if (json::string_at(container, {"name"}) == names::app_container)
      is_restricted = !json::at(container, {"securityContext", "capabilities"}).is_null();
  }
  const auto fields = refused_by_pod_security(pod_template, refusal);
  std::string help = fields.empty() ? "; " : "; correct " + listed(fields) + ", ";
  if (!is_restricted && has(refusal, "violates podsecurity \"restricted"))
    return help +
           "set podSecurity: restricted in the operator's configuration, or relax the "
           "namespace's pod-security labels";
  if (!fields.empty()) return help + "or relax the namespace's pod-security labels";
  return "; relax the namespace's pod-security labels, or see who adds to the pods what the "
         "message names";
}

/// The plugin LimitRanger tells an amount and no container.
std::string limit_range_remedy(const StatusInput& input, const TemplateFields& pod_template,
                               const std::string& refusal) {
  const auto fields = beyond_limit_range(input, pod_template, refusal);
  if (!fields.empty())
    return "; correct " + listed(fields) + ", or change the namespace's LimitRange";
  const bool has_helpers = input.spec.repositories || !input.spec.models.empty();
  return "; choose a spec.resources.instanceType within the namespace's LimitRange" +
         std::string(has_helpers ? ", set sync.resources in the operator's configuration where "
                                   "the amount is that of a helper"
                                 : "") +
         ", or change that";
}

std::string quota_remedy(const StatusInput& input, const TemplateFields& pod_template,
                         const std::string& refusal) {
  const auto fields = counted_by_quota(input, pod_template, refusal);
  return "; raise the ResourceQuota, or ask for fewer replicas" +
         (fields.empty() ? "" : " or for less in " + listed(fields));
}

/// What helps; empty when only the message says it.
std::string remedy(const StatusInput& input, const TemplateFields& pod_template,
                   const std::string& refusal) {
  // A webhook's or a policy's words are its own, whatever they have in common with those below.
  if (has(refusal, "denied the request") || has(refusal, "denied request")) return "";
  if (has(refusal, "failed quota")) return unspecified_remedy(input, pod_template, refusal);
  if (has(refusal, "violates podsecurity"))
    return pod_security_remedy(pod_template, input.observed, refusal);
  if (has_any(refusal, limit_range_texts)) return limit_range_remedy(input, pod_template, refusal);
  const auto found = std::find_if(remedies.begin(), remedies.end(),
                                  [&](const Remedy& known) { return has(refusal, known.text); });
  return found == remedies.end() ? "" : text(*found, pod_template);
}

}  // namespace

std::optional<Cause> not_created(const StatusInput& input, const TemplateFields& pod_template,
                                 const Workload& workload) {
  if (!input.observed.deployment) return std::nullopt;
  const auto text = replica_failure(input.observed, workload);
  if (text.empty()) return std::nullopt;
  const auto said = excerpt(text, 1500);
  if (has(text, "exceeded quota"))
    return Cause{"QuotaExceeded",
                 "no room in the namespace's quota for more pods: " + said +
                     quota_remedy(input, pod_template, text),
                 "quota"};
  return Cause{"AdmissionRefused",
               "the cluster refused the pods: " + said + remedy(input, pod_template, text),
               "admission"};
}

}  // namespace gradient::diagnosis
