#include "reconcile/registry_reconciler.h"

#include "base/base64.h"
#include "gradient/render/render.h"
#include "gradient/spec/read_spec.h"
#include "gradient/status/status.h"

namespace reconcile {
namespace {

constexpr std::chrono::minutes retry_refused{1};
constexpr const char* pull_secret_type = "kubernetes.io/dockerconfigjson";

}  // namespace

kube::Outcome RegistryReconciler::reconcile(const kube::Key& key, const std::stop_token& stop) {
  const auto object = context_.stores.registries.find(key);
  const Ref self{std::string(registries.kind), key};
  if (!object || kube::is_being_deleted(*object)) {
    context_.dependents.set(self, {});
    return kube::Outcome::done();
  }
  const auto parent = gradient::parent(*object);
  const auto publish = [&](bool ready, const std::string& reason, const std::string& message,
                           const json::Json& fields) {
    publisher_.publish(registries, *object,
                       gradient::simple_status(parent, ready, reason, message, fields,
                                               json::at(*object, {"status"}), publisher_.now()),
                       stop);
  };
  const auto read = gradient::read_registry(*object);
  if (const auto* problems = std::get_if<json::Problems>(&read)) {
    publish(false, "InvalidSpec", json::text(*problems), {});
    return kube::Outcome::done();
  }
  const auto& spec = std::get<gradient::RegistrySpec>(read);
  const auto source = gradient::need(spec, context_.settings).secret;
  const auto name = gradient::pull_secret_name(key.name, spec);
  const std::string secret_kind(kube::secrets.kind);
  refer_only(context_, self, {{secret_kind, {key.ns, source}}, {secret_kind, {key.ns, name}}});

  if (const auto missing = ensure(parent, spec, stop)) {
    publish(false, missing->reason, missing->message, {});
    return kube::Outcome::again_in(retry_refused);
  }
  publish(true, "Ready", "pods pull with Secret " + name, json::object({{"secretName", name}}));
  return kube::Outcome::done();
}

std::optional<gradient::Missing> RegistryReconciler::ensure(const gradient::Parent& parent,
                                                            const gradient::RegistrySpec& spec,
                                                            const std::stop_token& stop) {
  const auto need = gradient::need(spec, context_.settings);
  const auto secret = context_.polled.find(kube::secrets, {parent.ns, need.secret}, stop);
  if (!secret) {
    return gradient::Missing{
        "SecretNotFound", need.used_by + ": there is no Secret " + need.secret + " in namespace " +
                              parent.ns + "; create it" +
                              (need.key.empty() ? " of type " + std::string(pull_secret_type)
                                                : " with the key " + need.key)};
  }
  if (!spec.secret_name.empty()) {
    applier_.remove_pull_secret(parent, spec.secret_name, stop);
    if (json::string_at(*secret, {"type"}) == pull_secret_type) return std::nullopt;
    return gradient::Missing{"SecretTypeMismatch", need.used_by + ": Secret " + need.secret +
                                                       " must be of type " + pull_secret_type +
                                                       "; make it with kubectl create secret "
                                                       "docker-registry"};
  }
  const auto password = base::base64_decode(json::string_at(*secret, {"data", need.key}));
  if (!password || password->empty()) {
    return gradient::Missing{"SecretKeyNotFound", need.used_by + ": Secret " + need.secret +
                                                      " in namespace " + parent.ns +
                                                      " has no key " + need.key + "; add it"};
  }
  const auto refused =
      applier_.apply(parent, {gradient::render_pull_secret(parent, spec, *password)}, stop);
  if (refused.empty()) return std::nullopt;
  return refused.front();
}

}  // namespace reconcile
