#include "reconcile/model_reconciler.h"

#include "gradient/spec/parent.h"
#include "gradient/spec/read_model.h"
#include "gradient/status/simple_status.h"

namespace reconcile {

kube::Outcome ModelReconciler::reconcile(const kube::Key& key, const std::stop_token& stop) {
  const auto object = stores_.models.find(key);
  if (!object || kube::is_being_deleted(*object)) {
    references_.remove({std::string(models.kind), key});
    return kube::Outcome::done();
  }
  const auto parent = gradient::parent(*object);
  const auto publish = [&](bool is_ready, const std::string& reason, const std::string& message) {
    const auto status = gradient::simple_status({.parent = parent,
                                                 .is_ready = is_ready,
                                                 .reason = reason,
                                                 .message = message,
                                                 .previous = json::at(*object, {"status"}),
                                                 .now = publisher_.now()});
    publisher_.publish(models, *object, status, stop);
    return kube::Outcome::done();
  };
  const auto read = gradient::read_model(*object);
  if (const auto* problems = std::get_if<json::Problems>(&read)) {
    return publish(false, "InvalidSpec", json::text(*problems));
  }
  const auto found = resolver_.resolve(parent, std::get<gradient::ModelSpec>(read), stop);
  if (!found.blockers.empty())
    return publish(false, found.blockers.front().reason, found.blockers.front().message);
  if (found.is_pending) return kube::Outcome::done();
  return publish(true, "Ready", "can be used by deployments of this namespace");
}

}  // namespace reconcile
