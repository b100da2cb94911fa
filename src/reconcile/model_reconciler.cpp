#include "reconcile/model_reconciler.h"

#include "gradient/render/fetch_request.h"
#include "gradient/spec/names.h"
#include "gradient/spec/parent.h"
#include "gradient/spec/placeholders.h"
#include "gradient/spec/read_model.h"
#include "gradient/status/simple_status.h"

namespace reconcile {
namespace {

/// Why there is nothing to fetch at once; "" where there is.
std::string nothing_to_fetch(const gradient::ModelSpec& spec) {
  if (spec.source.scheme == gradient::ModelSource::Scheme::Claim)
    return "a pvc:// source is mounted as it is";
  if (!spec.source.digest.empty())
    return "spec.source.digest names the files; change it to have others";
  return "";
}

}  // namespace

kube::Outcome ModelReconciler::reconcile(const kube::Key& key, const std::stop_token& stop) {
  const auto object = stores_.models.find(key);
  const Ref self{std::string(models.kind), key};
  if (!object || kube::is_being_deleted(*object)) {
    references_.remove(self);
    return kube::Outcome::done();
  }
  const auto parent = gradient::parent(*object);
  const auto used_by = gradient::used_by(stores_.users_of(self));
  const auto publish = [&](bool is_ready, const std::string& reason, const std::string& message) {
    const auto status = gradient::simple_status({.parent = parent,
                                                 .is_ready = is_ready,
                                                 .reason = reason,
                                                 .message = message,
                                                 .used_by = used_by,
                                                 .previous = json::at(*object, {"status"}),
                                                 .now = publisher_.now()});
    publisher_.publish(models, *object, status, stop);
    return kube::Outcome::done();
  };
  const auto read = gradient::read_model(*object);
  if (const auto* problems = std::get_if<json::Problems>(&read)) {
    return publish(false, "InvalidSpec", json::text(*problems));
  }
  const auto& spec = std::get<gradient::ModelSpec>(read);
  if (gradient::values::is_unknown_url(spec.source.url)) {
    references_.remove(self);
    return publish(false, "SourceIsPlaceholder",
                   std::string("spec.source.url ") + gradient::values::unknown_url_refused);
  }
  const auto found = resolver_.resolve(parent, spec, stop);
  if (!found.blockers.empty())
    return publish(false, found.blockers.front().reason, found.blockers.front().message);
  if (found.is_pending) return kube::Outcome::done();
  std::string message = "can be used by deployments of this namespace";
  for (const auto& doubt : gradient::doubtful_fields(spec))
    message += "; " + doubt.path + " " + doubt.message;
  const auto problem = request_fetch(parent, spec, stop);
  if (!problem.empty())
    message += std::string("; the annotation ") + gradient::names::sync_annotation +
               " has no effect: " + problem;
  return publish(true, "Ready", message);
}

std::string ModelReconciler::request_fetch(const gradient::Parent& parent,
                                           const gradient::ModelSpec& spec,
                                           const std::stop_token& stop) {
  if (parent.sync.empty()) return "";
  auto problem = nothing_to_fetch(spec);
  if (!problem.empty()) return problem;
  const auto refused = applier_.apply(parent, {gradient::fetch_request(parent)}, stop);
  return refused.empty() ? "" : refused.front().message;
}

}  // namespace reconcile
