#pragma once

#include "kube/cache/store.h"
#include "reconcile/kinds.h"

namespace reconcile {

/// The informers' caches: what the operator knows of the cluster, one Store for each kind that it
/// watches, or of which an earlier configuration may have made objects (Ingresses, HTTPRoutes).
/// Safe to share between threads.
struct Stores {
  Stores();

  kube::Store gradient_deployments, models;  ///< indexed by dataset_term, where they name one
  kube::Store datasets;                      ///< indexed by claim_term
  kube::Store registries;
  kube::Store deployments, services, autoscalers, budgets, ingresses, routes,
      pods;            ///< indexed by parent_term
  kube::Store claims;  ///< those with our label

  /// Null for kinds that have no Store (Secrets, Events, ReplicaSets, Jobs).
  kube::Store* of(const kube::Kind& kind);
};

/// The index term of the children and pods of a GradientDeployment: "ns/name".
std::string parent_term(const kube::Key& parent);

/// The index terms of the users of a Dataset, and of the Datasets of a claim: "ns/name".
std::string dataset_term(const kube::Key& dataset);
std::string claim_term(const kube::Key& claim);

}  // namespace reconcile
