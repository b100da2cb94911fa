#pragma once

#include "gradient/spec/spec.h"
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

/// A pod with its containers in the order in which they start. Refers to the API object.
class Pod {
 public:
  Pod(const json::Json& object, const DeploymentSpec& spec);

  const json::Json& object() const { return *object_; }
  std::string name() const;
  std::string uid() const;
  std::string created() const;
  /// Name of the ReplicaSet; empty when it has none.
  std::string replica_set() const;
  bool is_deleted() const;
  bool is_failed() const;
  bool is_ready() const;
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
  const json::Json* object_;
  std::vector<Container> containers_;
};

}  // namespace gradient::diagnosis
