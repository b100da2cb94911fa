#include "reconcile/stores.h"

#include "gradient/render/ingress.h"
#include "gradient/spec/names.h"
#include "gradient/status/pod_group.h"
#include "reconcile/object_metrics.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace reconcile {
namespace {

std::vector<std::string> parents(const json::Json& object) {
  const auto name = kube::label_of(object, gradient::names::deployment_label);
  if (name.empty()) return {};
  return {parent_term({kube::key_of(object).ns, name})};
}

/// The terms of what an object names, each once.
class Used {
 public:
  explicit Used(const json::Json& object) : ns_(kube::key_of(object).ns) {}
  void add(const kube::Kind& kind, const std::string& name) {
    if (!name.empty()) terms_.insert(used_term({std::string(kind.kind), {ns_, name}}));
  }
  std::vector<std::string> terms() const { return {terms_.begin(), terms_.end()}; }

 private:
  std::string ns_;
  std::set<std::string> terms_;
};

std::vector<std::string> used_by_deployment(const json::Json& deployment) {
  Used used(deployment);
  used.add(datasets, json::string_at(deployment, {"spec", "repositories", "dataset"}));
  used.add(registries, json::string_at(deployment, {"spec", "containerRegistry"}));
  for (const auto& model : json::elements_at(deployment, {"spec", "models"}))
    used.add(models, json::string_at(model, {"id"}));
  auto terms = used.terms();
  const auto host = json::string_at(deployment, {"spec", "endpoint", "host"});
  if (!host.empty()) terms.push_back(host_term(host));
  return terms;
}

std::vector<std::string> used_by_model(const json::Json& model) {
  Used used(model);
  used.add(datasets, json::string_at(model, {"spec", "dataset"}));
  used.add(registries, json::string_at(model, {"spec", "source", "containerRegistry"}));
  return used.terms();
}

std::vector<std::string> parent_and_hosts(const json::Json& ingress_or_route) {
  auto terms = parents(ingress_or_route);
  for (const auto& host : gradient::hosts_of(ingress_or_route))
    terms.push_back(host_term(host));
  return terms;
}

/// Nothing for a host_term.
std::optional<Ref> used_in(const std::string& term) {
  const auto ns = term.find('/');
  if (ns == std::string::npos) return std::nullopt;
  const auto name = term.find('/', ns + 1);
  return Ref{term.substr(0, ns), {term.substr(ns + 1, name - ns - 1), term.substr(name + 1)}};
}

std::vector<std::string> claim_of(const json::Json& dataset) {
  auto key = kube::key_of(dataset);
  const auto given = json::string_at(dataset, {"spec", "claimName"});
  if (!given.empty()) key.name = given;
  return {claim_term(key)};
}

}  // namespace

Stores::Stores()
    : gradient_deployments(indexed_by_what_it_names(used_by_deployment)),
      models(indexed_by_what_it_names(used_by_model)),
      datasets(claim_of, {}, facts_of),
      registries({}, {}, facts_of),
      deployments(parents),
      services(parents),
      autoscalers(parents),
      budgets(parents),
      ingresses(parent_and_hosts),
      routes(parent_and_hosts),
      pods(parents, {}, gradient::pod_facts) {}

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

kube::Store Stores::indexed_by_what_it_names(kube::Store::Index index) {
  const auto on_terms = [this](const std::vector<std::string>& terms) {
    used_otherwise_.with([&](auto& used) {
      for (const auto& term : terms)
        if (auto named = used_in(term)) used.insert(*std::move(named));
    });
  };
  return kube::Store(std::move(index), on_terms, facts_of);
}

std::vector<std::string> Stores::users_of(const Ref& used) const {
  const auto term = used_term(used);
  std::vector<std::string> users;
  for (const auto& key : gradient_deployments.indexed_keys(term))
    users.push_back(std::string(reconcile::gradient_deployments.kind) + "/" + key.name);
  for (const auto& key : models.indexed_keys(term))
    users.push_back(std::string(reconcile::models.kind) + "/" + key.name);
  std::sort(users.begin(), users.end());
  return users;
}

std::set<Ref> Stores::take_used_otherwise() {
  return used_otherwise_.with([](auto& used) { return std::exchange(used, {}); });
}

std::string parent_term(const kube::Key& parent) {
  return kube::to_string(parent);
}

std::string used_term(const Ref& used) {
  return used.kind + "/" + kube::to_string(used.key);
}

std::string host_term(const std::string& host) {
  return "host:" + host;  // a namespace's name has no colon
}

std::string claim_term(const kube::Key& claim) {
  return kube::to_string(claim);
}

}  // namespace reconcile
