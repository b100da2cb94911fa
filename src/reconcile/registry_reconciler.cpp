#include "reconcile/registry_reconciler.h"

#include "base/base64.h"
#include "gradient/render/pull_secret.h"
#include "gradient/spec/parent.h"
#include "gradient/spec/pull_credentials.h"
#include "gradient/spec/read_registry.h"
#include "gradient/status/simple_status.h"

namespace reconcile {
namespace {

constexpr std::chrono::minutes retry_refused{1};
constexpr const char* pull_secret_type = "kubernetes.io/dockerconfigjson";
constexpr std::size_t most_servers = 64;  // as in the definition

std::string creation(const gradient::Parent& parent, const gradient::SecretNeed& need) {
  return "kubectl create secret docker-registry " + need.secret + " -n " + parent.ns +
         " --docker-server=HOST --docker-username=USER --docker-password=PASSWORD";
}

}  // namespace

kube::Outcome RegistryReconciler::reconcile(const kube::Key& key, const std::stop_token& stop) {
  const auto object = parts_.stores.registries.find(key);
  const Ref self{std::string(registries.kind), key};
  if (!object || kube::is_being_deleted(*object)) {
    parts_.references.remove(self);
    return kube::Outcome::done();
  }
  const auto parent = gradient::parent(*object);
  const auto publish = [&](bool ready, const std::string& reason, const std::string& message,
                           const json::Json& fields) {
    parts_.publisher.publish(
        registries, *object,
        gradient::simple_status(parent, ready, reason, message, fields,
                                json::at(*object, {"status"}), parts_.publisher.now()),
        stop);
  };
  const auto read = gradient::read_registry(*object);
  if (const auto* problems = std::get_if<json::Problems>(&read)) {
    publish(false, "InvalidSpec", json::text(*problems), {});
    return kube::Outcome::done();
  }
  const auto& spec = std::get<gradient::RegistrySpec>(read);
  const auto source = gradient::need(spec, parts_.settings).secret;
  const auto name = gradient::pull_secret_name(key.name, spec);
  const std::string secret_kind(kube::secrets.kind);
  parts_.references.replace(self, {{secret_kind, {key.ns, source}}, {secret_kind, {key.ns, name}}});

  const auto made = ensure(parent, spec, stop);
  const auto* missing = std::get_if<gradient::Blocker>(&made);
  const bool is_of_secret = missing != nullptr && missing->reason.starts_with("Secret");
  parts_.polled.set_incomplete(
      self, is_of_secret ? std::set<Ref>{{secret_kind, {key.ns, source}}} : std::set<Ref>{});
  if (missing != nullptr) {
    publish(false, missing->reason, missing->message, {});
    return {.requeue_after = retry_refused};
  }
  const auto& servers = std::get<Servers>(made);
  publish(true, "Ready", "pods pull with Secret " + name + " from " + gradient::pull::text(servers),
          json::object({{"secretName", name},
                        {"servers",
                         servers.size() > most_servers ? json::Json() : json::strings(servers)}}));
  return kube::Outcome::done();
}

std::variant<RegistryReconciler::Servers, gradient::Blocker> RegistryReconciler::ensure(
    const gradient::Parent& parent, const gradient::RegistrySpec& spec,
    const std::stop_token& stop) {
  const auto need = gradient::need(spec, parts_.settings);
  const bool exists = !spec.secret_name.empty();
  const auto secret = parts_.polled.find(kube::secrets, {parent.ns, need.secret}, stop);
  if (!secret) {
    return gradient::Blocker{
        "SecretNotFound", need.used_by + ": there is no Secret " + need.secret + " in namespace " +
                              parent.ns + "; create it with " +
                              (exists ? creation(parent, need) : "the key " + need.key)};
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
