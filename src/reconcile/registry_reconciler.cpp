#include "reconcile/registry_reconciler.h"

#include "base/base64.h"
#include "gradient/render/pull_secret.h"
#include "gradient/spec/parent.h"
#include "gradient/spec/pull_credentials.h"
#include "gradient/spec/read_registry.h"
#include "gradient/status/simple_status.h"

namespace reconcile {
namespace {

constexpr std::chrono::minutes requeue_interval{1};
constexpr const char* pull_secret_type = "kubernetes.io/dockerconfigjson";
constexpr std::size_t most_servers = 64;  // maxItems of the CRD

std::string creation(const gradient::Parent& parent, const gradient::SecretNeed& need) {
  return "kubectl create secret docker-registry " + need.secret + " -n " + parent.ns +
         " --docker-server=HOST --docker-username=USER --docker-password=PASSWORD";
}

Ref secret(const std::string& ns, const std::string& name) {
  return {std::string(kube::secrets.kind), {ns, name}};
}

}  // namespace

kube::Outcome RegistryReconciler::reconcile(const kube::Key& key, const std::stop_token& stop) {
  const auto object = parts_.stores.registries.find(key);
  const Ref self{std::string(registries.kind), key};
  if (!object || kube::is_being_deleted(*object)) {
    parts_.references.remove(self);
    return kube::Outcome::done();
  }
  const auto read = gradient::read_registry(*object);
  if (const auto* problems = std::get_if<json::Problems>(&read)) {
    publish_blocked(*object, {"InvalidSpec", json::text(*problems)}, stop);
    return kube::Outcome::done();  // its next edit brings it back
  }
  const auto& spec = std::get<gradient::RegistrySpec>(read);
  const auto source = secret(key.ns, gradient::need(spec, parts_.settings).secret);
  const auto pull_secret = secret(key.ns, gradient::pull_secret_name(key.name, spec));
  parts_.references.replace(self, {source, pull_secret});

  const auto ensured = ensure(gradient::parent(*object), spec, stop);
  const auto* blocker = std::get_if<gradient::Blocker>(&ensured);
  const bool is_of_secret = blocker != nullptr && blocker->reason.starts_with("Secret");
  parts_.polled.set_incomplete(self, is_of_secret ? std::set<Ref>{source} : std::set<Ref>{});
  if (blocker != nullptr) {
    publish_blocked(*object, *blocker, stop);
    return {.requeue_after = requeue_interval, .is_refused = true};
  }
  publish_ready(*object, spec, std::get<Servers>(ensured), stop);
  return kube::Outcome::done();
}

json::Json RegistryReconciler::used_by(const json::Json& object) const {
  return gradient::used_by(
      parts_.stores.users_of({std::string(registries.kind), kube::key_of(object)}));
}

void RegistryReconciler::publish_blocked(const json::Json& object, const gradient::Blocker& blocker,
                                         const std::stop_token& stop) {
  const auto parent = gradient::parent(object);
  const auto status = gradient::simple_status({.parent = parent,
                                               .is_ready = false,
                                               .reason = blocker.reason,
                                               .message = blocker.message,
                                               .used_by = used_by(object),
                                               .previous = json::at(object, {"status"}),
                                               .now = parts_.publisher.now()});
  parts_.publisher.publish(registries, object, status, stop);
}

void RegistryReconciler::publish_ready(const json::Json& object, const gradient::RegistrySpec& spec,
                                       const Servers& servers, const std::stop_token& stop) {
  const auto parent = gradient::parent(object);
  const auto name = gradient::pull_secret_name(parent.name, spec);
  const auto listed = servers.size() > most_servers ? json::Json() : json::strings(servers);
  const auto status = gradient::simple_status(
      {.parent = parent,
       .is_ready = true,
       .reason = "Ready",
       .message = "pods pull with Secret " + name + " from " + gradient::pull::text(servers),
       .fields = json::object({{"secretName", name}, {"servers", listed}}),
       .used_by = used_by(object),
       .previous = json::at(object, {"status"}),
       .now = parts_.publisher.now()});
  parts_.publisher.publish(registries, object, status, stop);
}

std::variant<RegistryReconciler::Servers, gradient::Blocker> RegistryReconciler::ensure(
    const gradient::Parent& parent, const gradient::RegistrySpec& spec,
    const std::stop_token& stop) {
  const auto need = gradient::need(spec, parts_.settings);
  const bool exists = !spec.secret_name.empty();
  const auto secret = parts_.polled.read(kube::secrets, {parent.ns, need.secret}, stop);
  if (!secret) {
    return gradient::Blocker{
        "SecretNotFound", need.used_by + ": there is no Secret " + need.secret + " in namespace " +
                              parent.ns + "; create it with " +
                              (exists ? creation(parent, need) : "the key " + need.key)};
  }
  if (parts_.settings.labelled_secrets_only) {
    if (auto why = gradient::unlabelled(need, *secret)) return *std::move(why);
  }
  if (!exists) return make(parent, spec, need, *secret, stop);
  parts_.applier.remove_pull_secret(parent, spec.secret_name, stop);
  return check_existing(parent, need, *secret);
}

std::variant<RegistryReconciler::Servers, gradient::Blocker> RegistryReconciler::check_existing(
    const gradient::Parent& parent, const gradient::SecretNeed& need, const json::Json& secret) {
  if (json::string_at(secret, {"type"}) != pull_secret_type) {
    return gradient::Blocker{"SecretTypeMismatch", need.used_by + ": Secret " + need.secret +
                                                       " must be of type " + pull_secret_type +
                                                       "; delete it and create it with " +
                                                       creation(parent, need)};
  }
  const auto text = base::base64_decode(json::string_at(secret, {"data", need.key}));
  auto contents = gradient::pull::read(text.value_or(""));
  if (contents.problem.empty()) return std::move(contents.servers);
  return gradient::Blocker{"SecretUnusable", need.used_by + ": nodes cannot pull with Secret " +
                                                 need.secret + " of namespace " + parent.ns +
                                                 ": its key " + need.key + ": " + contents.problem +
                                                 "; create it anew with " + creation(parent, need)};
}

std::variant<RegistryReconciler::Servers, gradient::Blocker> RegistryReconciler::make(
    const gradient::Parent& parent, const gradient::RegistrySpec& spec,
    const gradient::SecretNeed& need, const json::Json& secret, const std::stop_token& stop) {
  const auto where = need.used_by + ": Secret " + need.secret + " in namespace " + parent.ns;
  const auto password = base::base64_decode(json::string_at(secret, {"data", need.key}));
  if (!password || json::at(secret, {"data", need.key}).is_null()) {
    return gradient::Blocker{"SecretKeyNotFound", where + " has no key " + need.key + "; add it"};
  }
  const auto problem =
      gradient::pull::login_problem(spec.username, gradient::pull::without_line_end(*password));
  if (!problem.empty()) {
    return gradient::Blocker{"SecretUnusable", where + ", key " + need.key + ": " + problem +
                                                   "; put the password alone into it"};
  }
  auto refused =
      parts_.applier.apply(parent, {gradient::render_pull_secret(parent, spec, *password)}, stop);
  if (!refused.empty()) return std::move(refused.front());
  Servers servers;
  for (const auto& key : gradient::pull::keys(spec.server))
    servers.push_back(gradient::pull::server_of(key));
  return servers;
}

}  // namespace reconcile
