#include "reconcile/stores.h"

#include "gradient/spec/names.h"

namespace reconcile {
namespace {

std::vector<std::string> parents(const json::Json& object) {
  const auto name = kube::label_of(object, gradient::names::deployment_label);
  if (name.empty()) return {};
  return {parent_term({kube::key_of(object).ns, name})};
}

std::vector<std::string> users(const json::Json& object, const std::string& dataset) {
  if (dataset.empty()) return {};
  return {dataset_term({kube::key_of(object).ns, dataset})};
}

std::vector<std::string> users_by_code(const json::Json& deployment) {
  return users(deployment, json::string_at(deployment, {"spec", "repositories", "dataset"}));
}

std::vector<std::string> users_by_model(const json::Json& model) {
  return users(model, json::string_at(model, {"spec", "dataset"}));
}

std::vector<std::string> claim_of(const json::Json& dataset) {
  auto key = kube::key_of(dataset);
  const auto given = json::string_at(dataset, {"spec", "claimName"});
  if (!given.empty()) key.name = given;
  return {claim_term(key)};
}

}  // namespace

Stores::Stores()
    : gradient_deployments(users_by_code),
      models(users_by_model),
      datasets(claim_of),
      deployments(parents),
      services(parents),
      autoscalers(parents),
      budgets(parents),
      ingresses(parents),
      routes(parents),
      pods(parents) {}

kube::Store* Stores::of(const kube::Kind& kind) {
  if (kind == kube::deployments) return &deployments;
  if (kind == kube::services) return &services;
  if (kind == kube::autoscalers) return &autoscalers;
  if (kind == kube::budgets) return &budgets;
  if (kind == kube::ingresses) return &ingresses;
  if (kind == kube::routes) return &routes;
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

std::string dataset_term(const kube::Key& dataset) {
  return kube::to_string(dataset);
}

std::string claim_term(const kube::Key& claim) {
  return kube::to_string(claim);
}

}  // namespace reconcile
