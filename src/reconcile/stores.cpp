#include "reconcile/stores.h"

#include "gradient/spec/names.h"

namespace reconcile {
namespace {

std::vector<std::string> parents(const json::Json& object) {
  const auto name = kube::label_of(object, gradient::names::deployment_label);
  if (name.empty()) return {};
  return {parent_term({kube::key_of(object).ns, name})};
}

}  // namespace

Stores::Stores()
    : deployments(parents),
      services(parents),
      autoscalers(parents),
      budgets(parents),
      pods(parents) {}

kube::Store* Stores::of(const kube::Kind& kind) {
  if (kind == kube::deployments) return &deployments;
  if (kind == kube::services) return &services;
  if (kind == kube::autoscalers) return &autoscalers;
  if (kind == kube::budgets) return &budgets;
  if (kind == kube::claims) return &claims;
  if (kind == kube::pods) return &pods;
  if (kind == reconcile::gradient_deployments) return &gradient_deployments;
  if (kind == reconcile::models) return &models;
  if (kind == reconcile::datasets) return &datasets;
  if (kind == reconcile::registries) return &registries;
  return nullptr;
}

std::string parent_term(const kube::Key& parent) {
  return kube::to_string(parent);
}

}  // namespace reconcile
