#include "gradient/status/support/cluster.h"

#include "gradient/status/condition.h"
#include "gradient/status/status.h"

namespace cluster {

using json::object;

gradient::Parent demo() {
  return {.kind = "GradientDeployment",
          .ns = "team",
          .name = "demo",
          .uid = "00000000-0000-0000-0000-00000000000d",
          .generation = 4,
          .sync = {}};
}

gradient::DeploymentSpec plain_spec(int replicas) {
  gradient::DeploymentSpec spec;
  spec.image = "registry.example.com/team/app:1";
  spec.resources.instance_type = "C4";
  spec.resources.replicas = replicas;
  const gradient::HealthCheck check{.action = gradient::HttpCheck{}};
  spec.health_checks = {.liveness = check, .readiness = check, .startup = check};
  return spec;
}

gradient::DeploymentSpec content_spec(int replicas) {
  auto spec = plain_spec(replicas);
  gradient::Repository code;
  code.url = "https://git.example.com/team/code.git";
  code.name = "code";
  code.ref = "main";
  spec.repositories = gradient::Repositories{};
  spec.repositories->dataset = "ds1";
  spec.repositories->items = {code};
  spec.models = {{.id = "llm", .path = "/opt/models"}};
  return spec;
}

gradient::Settings settings() {
  return gradient::default_settings();
}

Json runs() {
  return json::parse(
      R"({"ready":true,"started":true,"state":{"running":{"startedAt":"2026-01-02T10:00:10Z"}}})");
}

Json runs_unready(const char* since) {
  return object({{"ready", false},
                 {"started", true},
                 {"state", object({{"running", object({{"startedAt", since}})}})}});
}

Json waits(const std::string& reason, const std::string& message) {
  const auto waiting =
      object({{"reason", reason}, {"message", message.empty() ? Json() : Json(message)}});
  return object({{"ready", false}, {"started", false}, {"state", object({{"waiting", waiting}})}});
}

namespace {

Json termination(int exit_code, const std::string& reason, const std::string& message) {
  return object({{"terminated", object({{"exitCode", exit_code},
                                        {"reason", reason},
                                        {"message", message.empty() ? Json() : Json(message)},
                                        {"startedAt", "2026-01-02T10:02:00Z"},
                                        {"finishedAt", "2026-01-02T10:02:30Z"}})}});
}

}  // namespace

Json ended(int exit_code, const std::string& reason, const std::string& message) {
  return object({{"ready", exit_code == 0},
                 {"started", false},
                 {"state", termination(exit_code, reason, message)}});
}

Json backs_off(int exit_code, const std::string& reason, const std::string& message) {
  auto status = waits("CrashLoopBackOff",
                      "back-off 10s restarting failed container=app pod=demo-new-1_team(uid)");
  status["lastState"] = termination(exit_code, reason, message);
  status["restartCount"] = Json(1);
  return status;
}

Json runs_again(int exit_code, const std::string& reason, const std::string& message) {
  auto status = runs_unready("2026-01-02T10:03:00Z");
  status["started"] = Json::boolean(false);
  status["lastState"] = termination(exit_code, reason, message);
  status["restartCount"] = Json(1);
  return status;
}

Json cloned(const std::string& commit) {
  return ended(0, "Completed", json::text(object({{"commit", commit}, {"repository", "code"}})));
}

Pod::Pod(const std::string& name)
    : object_(json::parse(R"({
      "metadata": {"namespace": "team", "creationTimestamp": "2026-01-02T10:00:00Z"},
      "spec": {"nodeName": "node-1", "initContainers": [], "containers": [], "volumes": []},
      "status": {"phase": "Pending", "initContainerStatuses": [], "containerStatuses": [],
                 "conditions": [{"type": "PodScheduled", "status": "True"},
                                {"type": "Ready", "status": "False"}]}})")) {
  object_["metadata"]["name"] = Json(name);
  object_["metadata"]["uid"] = Json("uid-of-" + name);
  of("demo-new");
}

Pod& Pod::of(const std::string& replica_set) {
  object_["metadata"]["ownerReferences"] =
      json::array({object({{"kind", "ReplicaSet"}, {"name", replica_set}})});
  return *this;
}

Pod& Pod::created(const std::string& time) {
  object_["metadata"]["creationTimestamp"] = Json(time);
  return *this;
}

Pod& Pod::without_node(const std::string& scheduler_text) {
  object_["spec"].erase("nodeName");
  object_["status"]["conditions"][0] = object({{"type", "PodScheduled"},
                                               {"status", "False"},
                                               {"reason", "Unschedulable"},
                                               {"message", scheduler_text}});
  return *this;
}

Pod& Pod::with_claim(const std::string& claim) {
  auto& volumes = object_["spec"]["volumes"];
  volumes[volumes.size()] =
      object({{"name", "data"}, {"persistentVolumeClaim", object({{"claimName", claim}})}});
  return *this;
}

Pod& Pod::with_secret(const std::string& volume, const std::string& secret) {
  auto& volumes = object_["spec"]["volumes"];
  volumes[volumes.size()] =
      object({{"name", volume}, {"secret", object({{"secretName", secret}})}});
  return *this;
}

Pod& Pod::with_secrets(const std::string& volume, const std::map<std::string, std::string>& keys) {
  std::vector<Json> sources;
  for (const auto& [secret, key] : keys) {
    const auto items = json::array({object({{"key", key}, {"path", key}})});
    sources.push_back(object({{"secret", object({{"name", secret}, {"items", items}})}}));
  }
  auto& volumes = object_["spec"]["volumes"];
  volumes[volumes.size()] = object(
      {{"name", volume}, {"projected", object({{"sources", json::array(std::move(sources))}})}});
  return *this;
}

Json& Pod::container(const char* list, const char* statuses, const Json& spec, const Json& status) {
  auto& specs = object_["spec"][list];
  specs[specs.size()] = spec;
  auto named = status;
  named["name"] = spec.at("name");
  auto& all = object_["status"][statuses];
  return all[all.size()] = named;
}

Pod& Pod::app(const Json& status) {
  container("containers", "containerStatuses", json::parse(R"({
      "name": "app", "image": "registry.example.com/team/app:1",
      "resources": {"limits": {"memory": "16Gi"}},
      "readinessProbe": {"failureThreshold": 3, "httpGet": {"path": "/ready", "port": 80}},
      "livenessProbe": {"failureThreshold": 3, "httpGet": {"path": "/live", "port": 80}}})"),
            status);
  return *this;
}

Pod& Pod::code(const Json& status) {
  container("initContainers", "initContainerStatuses", json::parse(R"({
      "name": "clone-code", "image": "registry.example.com/sync:1",
      "resources": {"limits": {"memory": "256Mi"}}})"),
            status);
  return *this;
}

Pod& Pod::model(const Json& status, bool refreshes) {
  auto spec = json::parse(R"({
      "name": "sync-llm", "image": "registry.example.com/sync:1", "restartPolicy": "Always",
      "args": ["model", "--source", "s3://models/llm"],
      "resources": {"limits": {"memory": "256Mi"}}})");
  if (refreshes) {
    spec["args"][3] = Json("--refresh-interval");
    spec["args"][4] = Json("3600");
  }
  container("initContainers", "initContainerStatuses", spec, status);
  return *this;
}

Pod& Pod::on(const std::string& node) {
  object_["spec"]["nodeName"] = Json(node);
  return *this;
}

Pod& Pod::ready() {
  app(runs());
  object_["status"]["phase"] = Json("Running");
  object_["status"]["conditions"][1]["status"] = Json("True");
  object_["status"]["conditions"][2] = json::parse(R"({"type":"ContainersReady","status":"True"})");
  return *this;
}

Pod& Pod::lost() {
  ready();
  object_["status"]["conditions"][1]["status"] = Json("False");
  return *this;
}

Pod& Pod::failed(const std::string& reason, const std::string& message) {
  object_["status"]["phase"] = Json("Failed");
  object_["status"]["reason"] = Json(reason);
  object_["status"]["message"] = Json(message);
  return *this;
}

Pod& Pod::deleted() {
  object_["metadata"]["deletionTimestamp"] = Json("2026-01-02T10:30:00Z");
  return *this;
}

Json event(const std::string& reason, const std::string& message, const EventAt& at) {
  const auto list = at.container == "app" ? "spec.containers{" : "spec.initContainers{";
  return object(
      {{"metadata", object({{"name", at.pod + "." + reason}})},
       {"involvedObject",
        object({{"kind", "Pod"},
                {"name", at.pod},
                {"uid", at.uid.empty() ? "uid-of-" + at.pod : at.uid},
                {"fieldPath", at.container.empty() ? Json() : Json(list + at.container + "}")}})},
       {"reason", reason},
       {"message", message},
       {"count", at.count},
       {"lastTimestamp", at.time}});
}

Json deployment(const Counts& counts) {
  auto made = json::parse(R"({
      "metadata": {"name": "demo", "generation": 7},
      "spec": {"strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
               "template": {"spec": {
                 "initContainers": [
                   {"name": "sync-llm", "args": ["model", "--source", "s3://models/llm"]}],
                 "containers": [{"name": "app"}]}}},
      "status": {"observedGeneration": 7,
                 "conditions": [{"type": "Progressing", "status": "True",
                                 "message": "ReplicaSet \"demo-new\" is progressing."}]}})");
  made["spec"]["replicas"] = Json(counts.wanted);
  made["status"]["replicas"] = Json(counts.replicas);
  made["status"]["updatedReplicas"] = Json(counts.updated);
  made["status"]["readyReplicas"] = Json(counts.ready);
  made["status"]["availableReplicas"] = Json(counts.available);
  return made;
}

Json with_condition(Json deployment, const std::string& type, const std::string& status,
                    const std::string& reason, const std::string& message) {
  auto& conditions = deployment["status"]["conditions"];
  std::size_t place = 0;
  while (place < conditions.size() && json::string_at(conditions.at(place), {"type"}) != type)
    ++place;
  conditions[place] = object({{"type", type},
                              {"status", status},
                              {"reason", reason},
                              {"message", message},
                              {"lastTransitionTime", "2026-01-02T10:04:00Z"}});
  return deployment;
}

Json not_taken_up(Json deployment) {
  deployment["metadata"]["generation"] = Json(8);
  return deployment;
}

gradient::Observed observed(const Counts& counts, const std::vector<Json>& pods,
                            const std::vector<Json>& events) {
  std::map<std::string, Json> by_name;
  std::vector<gradient::NamedFacts> facts;
  for (const auto& pod : pods) {
    const auto name = json::string_at(pod, {"metadata", "name"});
    by_name[name] = pod;
    facts.push_back({name, gradient::pod_facts(pod)});
  }
  return {.deployment = deployment(counts),
          .pods = gradient::grouped(facts, [&](const auto& name) { return by_name.at(name); }),
          .events = events,
          .sync_lines = {}};
}

Json status(const gradient::DeploymentSpec& spec, const gradient::Observed& observed,
            const Json& previous) {
  return status_with({.previous = previous}, spec, observed);
}

Json status_with(const Given& given, const gradient::DeploymentSpec& spec,
                 const gradient::Observed& observed) {
  return gradient::status({.parent = demo(),
                           .spec = spec,
                           .settings = given.settings,
                           .found = given.found,
                           .urls = gradient::urls(demo(), spec.exposure, given.settings),
                           .rollout = "a new pod is ready before an old one ends",
                           .refused = given.refused,
                           .observed = observed,
                           .previous = given.previous,
                           .now = now});
}

std::string text_of(const Json& status, const std::string& type) {
  const auto& found = gradient::condition(status, type);
  return json::string_at(found, {"status"}) + " " + json::string_at(found, {"reason"}) + ": " +
         json::string_at(found, {"message"});
}

}  // namespace cluster
