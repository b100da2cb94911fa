#pragma once

#include "gradient/spec/spec.h"
#include "gradient/status/pod_group.h"
#include "json/json.h"

#include <cstdint>
#include <string>
#include <vector>

namespace gradient::diagnosis {

/// One container of a pod: its spec beside its status. Refers to the pod.
struct Container {
  enum class Role { Clone, Sync, App, Foreign };  ///< Foreign: a webhook added it

  std::string name;
  Role role = Role::Foreign;
  std::string item;     ///< the repository's or model's name
  std::string subject;  ///< in the user's terms: "repository code", "model llm", "container app"
  const json::Json* spec = nullptr;
  const json::Json* status = nullptr;

  bool is_helper() const { return role == Role::Clone || role == Role::Sync; }
  std::string image() const;
  std::string waiting_reason() const;
  std::string waiting_message() const;
  bool is_running() const;
  std::string running_since() const;  ///< empty when it does not run
  /// An init container that ended well.
  bool is_completed() const;
  /// Nothing more is expected of it before the next container may start.
  bool is_up() const;
  /// How it ended, if that is why it is not up: now, or before the attempt that is under way.
  /// Null otherwise.
  const json::Json& failure() const;
  bool has_begun() const;
};

/// The name of a pod's ReplicaSet; empty when it has none.
std::string replica_set_of(const json::Json& pod);
bool is_deleted(const json::Json& pod);  ///< it is on its way out
bool is_ready(const json::Json& pod);

/// A pod with its containers in the order in which they start, for all pods of its group. Refers to
/// the group.
class Pod {
 public:
  Pod(const PodGroup& group, const DeploymentSpec& spec);

  const json::Json& object() const { return *group_->pod; }
  const std::vector<PodFacts>& all() const { return group_->pods; }
  std::size_t count() const { return all().size(); }
  std::string first_created() const;
  std::string last_created() const;
  std::string name() const;
  std::string replica_set() const { return replica_set_of(object()); }
  bool is_deleted() const { return diagnosis::is_deleted(object()); }
  bool is_failed() const;
  bool is_ready() const { return diagnosis::is_ready(object()); }
  bool is_scheduled() const;
  /// Some container has run: every volume is mounted.
  bool has_begun() const;
  /// Whether it has repositories or models that are not complete yet.
  bool is_fetching() const;
  const std::vector<Container>& containers() const { return containers_; }
  const Container* container(const std::string& name) const;
  /// The condition of that type; null when there is none.
  const json::Json& condition(const std::string& type) const;

 private:
  const PodGroup* group_;
  std::vector<Container> containers_;
};

}  // namespace gradient::diagnosis
