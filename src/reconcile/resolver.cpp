#include "reconcile/resolver.h"

#include "base/hash.h"
#include "gradient/render/pod_template.h"
#include "gradient/spec/access_modes.h"
#include "gradient/spec/names.h"
#include "gradient/spec/parent.h"
#include "gradient/spec/placeholders.h"
#include "gradient/spec/read_dataset.h"
#include "gradient/spec/read_model.h"
#include "gradient/spec/secret_references.h"
#include "gradient/status/condition.h"
#include "kube/http/error.h"
#include "reconcile/hosts.h"
#include "reconcile/refusal.h"

#include <utility>

namespace reconcile {
namespace {

using gradient::Blocker;
using json::Json;

/// The condition Ready of one of our objects. After an edit it is that of the spec before until the
/// object's own reconcile is done, which comes back here: what is ready does not flicker.
const Json& ready_condition(const Json& object) {
  return gradient::condition(json::at(object, {"status"}), "Ready");
}

bool is_ready(const Json& object) {
  return json::string_at(ready_condition(object), {"status"}) == "True";
}

/// "Dataset ns/ds1 (spec.repositories.dataset) is not ready: ...", once it has a condition. The
/// reasons are DatasetNotReady, ModelNotReady and ContainerRegistryNotReady.
void add_not_ready(gradient::Found& found, const Json& object, const std::string& used_by) {
  const auto& condition = ready_condition(object);
  if (condition.is_null()) {
    found.is_pending = true;
    return;
  }
  const auto kind = json::string_at(object, {"kind"});
  found.blockers.push_back(
      {kind + "NotReady", kind + " " + kube::to_string(kube::key_of(object)) + " (" + used_by +
                              ") is not ready: " + json::string_at(condition, {"message"})});
}

/// The reasons are DatasetNotFound, ModelNotFound and ContainerRegistryNotFound.
Blocker not_found(std::string_view kind, const kube::Key& key, const std::string& used_by,
                  const std::string& remedy) {
  return {std::string(kind) + "NotFound", used_by + ": there is no " + std::string(kind) + " " +
                                              key.name + " in namespace " + key.ns + "; " + remedy};
}

Blocker no_secret(const gradient::SecretNeed& need, const std::string& ns) {
  return {"SecretNotFound", need.used_by + ": there is no Secret " + need.secret +
                                " in namespace " + ns + "; create it" +
                                (need.key.empty() ? "" : " with the key " + need.key)};
}

std::optional<Blocker> no_key(const gradient::SecretNeed& need, const Json& secret,
                              const std::string& ns) {
  if (need.key.empty() || !json::at(secret, {"data", need.key}).is_null()) return std::nullopt;
  return Blocker{"SecretKeyNotFound", need.used_by + ": Secret " + need.secret + " in namespace " +
                                          ns + " has no key " + need.key + "; add it"};
}

}  // namespace

struct Resolver::Lookup {
  Lookup(const Parts& parts_in, const gradient::Parent& parent, const std::stop_token& stop_in)
      : parts(parts_in), self{parent.kind, {parent.ns, parent.name}}, stop(stop_in) {}

  const Parts& parts;
  const Ref self;
  const std::stop_token& stop;
  gradient::Found found;
  std::set<Ref> refs;
  std::set<Ref> missed;  ///< found, without what is needed of them

  kube::Key key(const std::string& name) const { return {self.key.ns, name}; }
  void refer(const kube::Kind& kind, const std::string& name) { refer(kind, key(name)); }
  void refer(const kube::Kind& kind, const kube::Key& other) {
    const Ref target{std::string(kind.kind), other};
    parts.references.add(self, target);
    refs.insert(target);
  }
  void finish() {
    parts.references.replace(self, std::move(refs));
    parts.polled.set_incomplete(self, missed);
  }
};

gradient::Found Resolver::resolve(const gradient::Parent& parent,
                                  const gradient::DeploymentSpec& spec,
                                  const std::stop_token& stop) {
  Lookup lookup(parts_, parent, stop);
  const auto needs = gradient::needs(spec, parts_.settings);
  for (const auto& name : needs.datasets) {
    add_dataset(lookup, name, "spec.repositories.dataset");
  }
  for (const auto& id : needs.models)
    add_model(lookup, id);
  for (const auto& name : needs.registries) {
    const auto registry = ready_registry(lookup, name, "spec.containerRegistry");
    if (!registry) continue;
    lookup.found.pull_secret = json::string_at(*registry, {"status", "secretName"});
    for (const auto& server : json::elements_at(*registry, {"status", "servers"}))
      lookup.found.pull_servers.push_back(json::string_at(server, {}));
  }
  for (const auto& need : needs.secrets)
    add_secret(lookup, need);
  add_template_secrets(lookup, spec.pod_template);
  if (spec.restart_on_secret_change && lookup.found.blockers.empty())
    add_secrets_hash(lookup, spec);
  if (!spec.exposure.host.empty()) add_host(lookup, spec.exposure.host);
  if (parts_.settings.endpoint) add_certificate(lookup, *parts_.settings.endpoint);
  lookup.finish();
  return std::move(lookup.found);
}

gradient::Found Resolver::resolve(const gradient::Parent& parent, const gradient::ModelSpec& spec,
                                  const std::stop_token& stop) {
  Lookup lookup(parts_, parent, stop);
  gradient::FoundModel model{.spec = spec, .claim_access_modes = {}};
  add_model_references(lookup, model, "spec");
  lookup.finish();
  return std::move(lookup.found);
}

void Resolver::add_dataset(Lookup& lookup, const std::string& name, const std::string& used_by) {
  lookup.refer(datasets, name);
  const auto dataset = parts_.stores.datasets.find(lookup.key(name));
  if (!dataset) {
    lookup.found.blockers.push_back(
        not_found("Dataset", lookup.key(name), used_by, "create it or name another"));
    return;
  }
  const auto read = gradient::read_dataset(*dataset);
  const auto* spec = std::get_if<gradient::DatasetSpec>(&read);
  if (spec == nullptr || !is_ready(*dataset)) {
    add_not_ready(lookup.found, *dataset, used_by);
    return;
  }
  lookup.found.datasets[name] = {
      .claim = json::string_at(*dataset, {"status", "claimName"}),
      .access_modes = gradient::access_modes(json::at(*dataset, {"status", "accessModes"})),
      .run_as_user = spec->run_as_user,
      .run_as_group = spec->run_as_group};
}

void Resolver::add_model(Lookup& lookup, const std::string& id) {
  lookup.refer(models, id);
  const auto model = parts_.stores.models.find(lookup.key(id));
  const std::string used_by = "spec.models";
  if (!model) {
    lookup.found.blockers.push_back(
        not_found("Model", lookup.key(id), used_by, "create it or name another"));
    return;
  }
  const auto read = gradient::read_model(*model);
  const auto* spec = std::get_if<gradient::ModelSpec>(&read);
  if (spec == nullptr) {
    add_not_ready(lookup.found, *model, used_by);
    return;
  }
  if (gradient::values::is_unknown_url(spec->source.url)) {
    lookup.found.blockers.push_back(
        {"SourceIsPlaceholder", "Model " + kube::to_string(lookup.key(id)) + " (" + used_by +
                                    "): spec.source.url " + gradient::values::unknown_url_refused});
    return;
  }
  auto& found = lookup.found.models[id];
  found.spec = *spec;
  add_model_references(lookup, found, "Model " + id + ": spec");
}

void Resolver::add_model_references(Lookup& lookup, gradient::FoundModel& model,
                                    const std::string& used_by) {
  const auto& spec = model.spec;
  for (const auto& need : gradient::needs(spec, used_by))
    add_secret(lookup, need);
  if (!spec.dataset.empty()) add_dataset(lookup, spec.dataset, used_by + ".dataset");
  if (const auto& name = spec.source.container_registry; !name.empty()) {
    const auto registry = ready_registry(lookup, name, used_by + ".source.containerRegistry");
    if (registry) model.pull_secret = json::string_at(*registry, {"status", "secretName"});
  }
  if (spec.source.scheme != gradient::ModelSource::Scheme::Claim) return;
  lookup.refer(kube::claims, spec.source.claim);
  const auto claim = parts_.polled.find(kube::claims, lookup.key(spec.source.claim), lookup.stop);
  if (claim) {
    model.claim_access_modes = gradient::access_modes(json::at(*claim, {"spec", "accessModes"}));
  } else {
    lookup.found.blockers.push_back(
        {"ClaimNotFound", used_by + ".source.url: there is no PersistentVolumeClaim " +
                              spec.source.claim + " in namespace " + lookup.self.key.ns +
                              "; create it or name another"});
  }
}

json::Shared Resolver::ready_registry(Lookup& lookup, const std::string& name,
                                      const std::string& used_by) {
  lookup.refer(registries, name);
  auto registry = parts_.stores.registries.find(lookup.key(name));
  if (registry && is_ready(*registry)) return registry;
  if (registry) {
    add_not_ready(lookup.found, *registry, used_by);
  } else {
    lookup.found.blockers.push_back(
        not_found("ContainerRegistry", lookup.key(name), used_by, "create it or name another"));
  }
  return std::nullopt;
}

void Resolver::add_secret(Lookup& lookup, const gradient::SecretNeed& need) {
  auto why = lack(lookup, need, parts_.settings.labelled_secrets_only);
  if (why) lookup.found.blockers.push_back(*std::move(why));
}

/// One that does not exist yet could be made by anybody later, for pods that exist by then.
void Resolver::add_template_secrets(Lookup& lookup, const gradient::PodTemplate& pod_template) {
  if (!parts_.settings.labelled_secrets_only) return;
  for (auto& reference : gradient::secret_references(pod_template.spec, "spec.podTemplate.spec"))
    add_secret(
        lookup,
        {.secret = std::move(reference.secret), .key = {}, .used_by = std::move(reference.path)});
}

/// What does not exist is as good a value as another: Kubernetes lets some of it be optional.
void Resolver::add_secrets_hash(Lookup& lookup, const gradient::DeploymentSpec& spec) {
  std::vector<Json> values;
  for (const auto& reference : gradient::environment_secrets(
           spec, gradient::effective_template(spec, parts_.settings), parts_.settings)) {
    const auto secret = find_secret(lookup, reference.secret);
    const auto& data = secret ? json::at(*secret, {"data"}) : json::null();
    values.push_back(json::array({Json(reference.secret), Json(reference.key),
                                  reference.key.empty() ? data : json::at(data, {reference.key})}));
  }
  if (values.empty()) return;
  try {
    constexpr std::size_t digits = 32;
    const auto key = parts_.hash_key.get(lookup.stop);
    lookup.found.secrets_hash =
        base::hmac_sha256_hex(key, json::text(json::array(std::move(values)))).substr(0, digits);
  } catch (const kube::ApiError& error) {
    const auto refused = refusal(error, "Secret");
    if (!refused) throw;
    lookup.found.blockers.push_back(
        {.reason = "HashKeyUnavailable",
         .message = "spec.restartOnSecretChange: the operator can neither read nor create the "
                    "Secret " +
                    std::string(HashKey::secret_name) + ": " + error.what() +
                    "; let it get that Secret, and create Secrets, in its own namespace",
         .needs_retry = refused->needs_retry});
  }
}

json::Shared Resolver::find_secret(Lookup& lookup, const std::string& name) {
  lookup.refer(kube::secrets, name);
  return parts_.polled.find(kube::secrets, lookup.key(name), lookup.stop);
}

/// Whoever has the host brings the deployment back by a change. Of other namespaces nothing is
/// told.
void Resolver::add_host(Lookup& lookup, const std::string& host) {
  const auto look = [&] { return holder_of(host, parts_.stores, parts_.settings); };
  auto holder = look();
  while (holder && *holder != lookup.self.key &&
         !lookup.refs.contains({std::string(gradient_deployments.kind), *holder})) {
    lookup.refer(gradient_deployments, *holder);
    holder = look();
  }
  if (!holder || *holder == lookup.self.key) return;
  const auto who = holder->ns == lookup.self.key.ns ? "GradientDeployment " + holder->name
                                                    : std::string("another GradientDeployment");
  lookup.found.host = {gradient::host_taken, "spec.endpoint.host: " + who + " has " + host +
                                                 "; choose another host, or remove it there"};
}

/// An ingress controller says nothing to the user.
void Resolver::add_certificate(Lookup& lookup, const gradient::Endpoint& endpoint) {
  for (const auto& need : gradient::needs(endpoint)) {
    auto why = lack(lookup, need, false);
    if (!why) continue;
    why->message += "; until then the ingress controller shows a certificate of its own, or none";
    lookup.found.certificate = std::move(why);
    return;
  }
}

std::optional<Blocker> Resolver::lack(Lookup& lookup, const gradient::SecretNeed& need,
                                      bool needs_label) {
  const auto secret = find_secret(lookup, need.secret);
  const auto& ns = lookup.self.key.ns;
  if (!secret) return no_secret(need, ns);
  auto why = no_key(need, *secret, ns);
  if (!why && needs_label) why = gradient::unlabelled(need, *secret);
  if (why) lookup.missed.insert({std::string(kube::secrets.kind), lookup.key(need.secret)});
  return why;
}

}  // namespace reconcile
