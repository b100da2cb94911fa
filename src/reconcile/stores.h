#pragma once

#include "kube/cache/store.h"
#include "kube/guarded.h"
#include "reconcile/dependents.h"
#include "reconcile/kinds.h"

#include <set>
#include <string>
#include <vector>

namespace reconcile {

/// The informers' caches: what the operator knows of the cluster, one Store for each kind that it
/// watches, or of which an earlier configuration may have made objects (Ingresses, HTTPRoutes).
/// Safe to share between threads.
struct Stores {
  Stores();

  kube::Store gradient_deployments, models;  ///< indexed by used_term of all that they name, and
                                             ///< deployments by the host_term of their host
  kube::Store datasets;                      ///< indexed by claim_term
  kube::Store registries;
  kube::Store deployments, services, autoscalers, budgets, ingresses, routes,
      pods;            ///< indexed by parent_term, and what has a host by host_term; pods have
                       ///< gradient::pod_facts as their summary
  kube::Store claims;  ///< those with our label

  /// Null for kinds that have no Store (Secrets, Events, ReplicaSets, Jobs).
  kube::Store* of(const kube::Kind& kind);

  /// The GradientDeployments and Models that name a Dataset, Model or ContainerRegistry of their
  /// namespace, whether that exists or not: "GradientDeployment/name", sorted.
  std::vector<std::string> users_of(const Ref& used) const;
  /// The Datasets, Models and ContainerRegistries that are named by others than at the last call.
  std::set<Ref> take_used_otherwise();

 private:
  kube::Store indexed_by_what_it_names(kube::Store::Index index);

  kube::Guarded<std::set<Ref>> used_otherwise_;
};

/// The index term of the children and pods of a GradientDeployment: "ns/name".
std::string parent_term(const kube::Key& parent);

/// The index term of those that name a Dataset, Model or ContainerRegistry: "Dataset/ns/name".
std::string used_term(const Ref& used);

/// The index term of the Datasets of a claim: "ns/name".
std::string claim_term(const kube::Key& claim);

/// The index term of the deployments that ask for a host, and of what gives it to them.
std::string host_term(const std::string& host);

}  // namespace reconcile
