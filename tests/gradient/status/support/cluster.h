#pragma once

#include "gradient/spec/found.h"
#include "gradient/spec/parent.h"
#include "gradient/spec/settings.h"
#include "gradient/status/observed.h"

#include <map>
#include <string>
#include <vector>

/// A small cluster in JSON: the GradientDeployment "demo" in namespace "team", whose ReplicaSet of
/// the newest revision is "demo-new". Pods are made at 10:00, the last status at 11:00, and the
/// time is 12:00.
namespace cluster {

using json::Json;

inline constexpr const char* now = "2026-01-02T12:00:00Z";
inline constexpr const char* before = "2026-01-02T11:00:00Z";

gradient::Parent demo();
/// With all three health checks.
gradient::DeploymentSpec plain_spec(int replicas = 1);
/// With the repository "code" and the model "llm".
gradient::DeploymentSpec content_spec(int replicas = 1);
gradient::Settings settings();

/// Statuses of one container, without its name.
Json runs();                                                    ///< and is ready
Json runs_unready(const char* since = "2026-01-02T10:00:10Z");  ///< since when it runs
Json waits(const std::string& reason, const std::string& message = "");
Json ended(int exit_code, const std::string& reason, const std::string& message = "");
/// Ended like that, and waits for its next attempt.
Json backs_off(int exit_code, const std::string& reason, const std::string& message = "");
/// Ended like that, and runs again.
Json runs_again(int exit_code, const std::string& reason, const std::string& message = "");
/// A clone that is done.
Json cloned(const std::string& commit);

class Pod {
 public:
  explicit Pod(const std::string& name = "demo-new-1");

  Pod& of(const std::string& replica_set);
  Pod& created(const std::string& time);
  Pod& without_node(const std::string& scheduler_text);
  Pod& with_claim(const std::string& claim);
  Pod& with_secret(const std::string& volume, const std::string& secret);
  /// One key of each Secret, in one volume.
  Pod& with_secrets(const std::string& volume, const std::map<std::string, std::string>& keys);
  Pod& app(const Json& status);
  Pod& code(const Json& status);  ///< of the container that clones the repository
  Pod& model(const Json& status, bool refreshes = false);
  Pod& on(const std::string& node);
  Pod& ready();  ///< its app runs and the pod is ready
  Pod& lost();   ///< it was ready, and its node does not report any more
  Pod& failed(const std::string& reason, const std::string& message);
  Pod& deleted();

  operator Json() const { return object_; }

 private:
  Json& container(const char* list, const char* statuses, const Json& spec, const Json& status);
  Json object_;
};

struct EventAt {
  std::string pod = "demo-new-1";
  std::string uid = {};  ///< empty: that of the pod
  std::string container = {};
  std::string time = "2026-01-02T10:05:00Z";
  int count = 1;
};
Json event(const std::string& reason, const std::string& message, const EventAt& at = {});

struct Counts {
  int wanted = 1, replicas = 1, updated = 1, ready = 0, available = 0;
};
Json deployment(const Counts& counts);
/// With a condition more, that has lasted since 10:04.
Json with_condition(Json deployment, const std::string& type, const std::string& status,
                    const std::string& reason, const std::string& message);
/// As long as its controller has not looked at the newest spec.
Json not_taken_up(Json deployment);

gradient::Observed observed(const Counts& counts, const std::vector<Json>& pods,
                            const std::vector<Json>& events = {});

Json status(const gradient::DeploymentSpec& spec, const gradient::Observed& observed,
            const Json& previous = {});

/// What is the same in most tests.
struct Given {
  gradient::Settings settings = cluster::settings();
  gradient::Found found = {};
  std::vector<gradient::Blocker> refused = {};
  Json previous = {};
};
Json status_with(const Given& given, const gradient::DeploymentSpec& spec,
                 const gradient::Observed& observed);

/// "False CrashLoop: pod ...": one condition on one line.
std::string text_of(const Json& status, const std::string& type = "Ready");

}  // namespace cluster
