#include "reconcile/refusal.h"

namespace reconcile {
namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

gradient::Blocker without_event(const std::string& reason, const std::string& message) {
  return {.reason = reason, .message = message, .needs_retry = true};
}

}  // namespace

bool fits_no_schema(const kube::ApiError& error) {
  const std::string text = error.what();
  return has(text, "failed to create typed patch object") ||
         has(text, "failed to convert new object");
}

std::optional<gradient::Blocker> refusal(const kube::ApiError& error, const std::string& what) {
  const std::string text = error.what();
  if (error.namespace_terminating()) return std::nullopt;  // nobody is left to read it
  if (error.forbidden() && has(text, "exceeded quota")) {
    return without_event("QuotaExceeded", what + " was refused: " + text);
  }
  if (error.forbidden() && has(text, " cannot ")) {
    return without_event("Forbidden", "the operator lacks a right: " + text);
  }
  if (error.kind_not_served()) {  // the watch of HTTPRoutes notices when the CRDs are installed
    return gradient::Blocker{
        "GatewayAPIMissing",
        what +
            " cannot be made: no matches for kind; install the CRDs of "
            "the Gateway API, or give endpoint.ingressClass in the operator's configuration"};
  }
  // What etcd or the server's own limits say (the first as 500).
  if (error.code == 413 || has(text, "request is too large") ||
      has(text, "trying to send message larger than max")) {
    return without_event("AdmissionRefused",
                         what + " is too large for the cluster (" + text +
                             "); shorten spec.env and spec.command, or move data into a "
                             "repository or model");
  }
  const bool by_webhook = has(text, "denied the request") || has(text, "failed calling webhook");
  if (fits_no_schema(error) || by_webhook || error.forbidden() || error.invalid() ||
      error.code == 400) {
    return without_event("AdmissionRefused", what + " was refused: " + text);
  }
  return std::nullopt;
}

gradient::Blocker name_conflict(const std::string& what, const json::Json& live,
                                const gradient::Parent& parent) {
  const auto& controller = kube::controller_of(live);
  const auto owner =
      json::string_at(controller, {"kind"}) + " " + json::string_at(controller, {"name"});
  if (owner == parent.kind + " " + parent.name) {
    return without_event("NameConflict",
                         what + " exists and belongs to an earlier " + owner +
                             " that was deleted; this one is applied when it is gone");
  }
  return without_event("NameConflict", what + " exists and " +
                                           (controller.is_null() ? "is not managed by this operator"
                                                                 : "belongs to " + owner) +
                                           "; it is left alone: delete or rename one of the two");
}

}  // namespace reconcile
