#pragma once

#include "json/json.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace gradient {

/// What is read of each pod, however many there are.
struct PodFacts {
  std::string name, uid = {};
  std::string created = {};  ///< RFC 3339
  std::string node = {};     ///< empty: none yet
  /// When each init container that runs (a sync sidecar) began, RFC 3339, by its name.
  std::map<std::string, std::string> running_since = {};
};

/// Pods of which the status tells the same: of one ReplicaSet and in one state. A deployment of a
/// thousand pods has a few groups, so that an event costs it no more than one of ten.
struct PodGroup {
  json::Shared pod;             ///< the first of them, whole; never null
  std::vector<PodFacts> pods;   ///< never empty; by name
  bool is_looked_into = false;  ///< a single one, whose events are worth reading
};

/// What a pod adds to a group, as a text that is short and independent of the pods around it.
std::string pod_facts(const json::Json& pod);

struct NamedFacts {
  std::string pod;    ///< its name
  std::string facts;  ///< as pod_facts() gives them
};

/// Null when the pod of that name has gone meanwhile.
using WholePod = std::function<json::Shared(const std::string& name)>;

/// The groups of a deployment's pods: first the five youngest that are not ready, each by itself,
/// enough to tell why; then the others by their state. `whole` is asked for one pod of each group.
std::vector<PodGroup> grouped(const std::vector<NamedFacts>& facts, const WholePod& whole);

}  // namespace gradient
