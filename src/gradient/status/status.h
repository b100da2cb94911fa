#pragma once

#include "gradient/spec/found.h"
#include "gradient/spec/parent.h"
#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"
#include "gradient/spec/urls.h"
#include "gradient/status/observed.h"
#include "json/json.h"

#include <string>
#include <vector>

namespace gradient {

/// What a status is made of. Arguments of status(), valid during that call only.
struct StatusInput {
  const Parent& parent;
  const DeploymentSpec& spec;
  const Settings& settings;
  const Found& found;
  const Urls& urls;                     ///< as render says
  const std::string& rollout;           ///< Rollout::reason, as render says
  const std::vector<Blocker>& refused;  ///< children that could not be applied, and why
  const Observed& observed;
  const json::Json& previous;  ///< the live status; null when there is none
  std::string now;             ///< RFC 3339, UTC
};

/// The status of a GradientDeployment whose children were applied. Conditions keep their
/// lastTransitionTime unless their status changes, and content of the previous status that is still
/// true stays. Equal input, equal bytes.
///
/// Ready is about the spec as it is now, Available about the users of the service:
///  * False when something keeps the spec from being fulfilled: a refused child, a pod of
///    the newest revision that cannot come up (even while pods of the old one serve: Available
///    stays True then), content that is on its way, or too few pods.
///  * Unknown while a change rolls out, nothing is wrong and enough pods serve.
///  * True when all is done; also with 0 replicas (Disabled), and with autoscaling by
///    requestDuration that the operator's configuration provides no metric for: SpecValid is then
///    False with MetricNotConfigured, which Ready repeats as its reason, but the pods serve. With
///    an autoscaler that gets no metrics Available and Ready are True with ScalingInactive.
/// Its reason and message are those of the condition that decides, in the order of the list.
///
/// ScaledByOthers is there, and True, only while an autoscaler of others aims at the Deployment.
///
/// content: {"repositories": [{name, url, ref, commit}], "models": [{id, source, revision,
/// bytes}]}, in the order of the spec; what is not known yet is left out.
json::Json status(const StatusInput& input);

}  // namespace gradient
