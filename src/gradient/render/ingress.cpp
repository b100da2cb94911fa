#include "gradient/render/ingress.h"

#include "gradient/spec/exposure_rules.h"
#include "gradient/spec/names.h"
#include "gradient/spec/urls.h"

namespace gradient {
namespace {

using json::array;
using json::Json;
using json::object;

/// What the configuration says, the deployment's own over it, and what cert-manager acts on.
Json annotations(const Exposure& exposure, const Endpoint& endpoint) {
  auto all = exposure.annotations;
  all.insert(endpoint.annotations.begin(), endpoint.annotations.end());
  if (!endpoint.issuer.empty()) all[endpoint.issuer_annotation] = endpoint.issuer;
  if (all.empty()) return {};
  auto result = Json::object();
  for (const auto& [key, value] : all)
    result[key] = Json(value);
  return result;
}

Json metadata(const Parent& parent, const Exposure& exposure, const Endpoint& endpoint) {
  return object({{"name", parent.name}, {"annotations", annotations(exposure, endpoint)}});
}

/// Null without a Secret: then whatever stands before the Ingress sees to https, or the
/// controller's own certificate does.
Json tls(const Parent& parent, const Endpoint& endpoint, const std::string& host) {
  const auto secret = endpoint.issuer.empty() ? endpoint.tls_secret : parent.name + "-tls";
  if (secret.empty()) return {};
  return array({object({{"hosts", json::strings({host})}, {"secretName", secret}})});
}

Json ingress(const Parent& parent, const Exposure& exposure, const Endpoint& endpoint) {
  const auto host = gradient::host(parent, exposure, endpoint);
  const auto service =
      object({{"name", parent.name}, {"port", object({{"name", names::app_port}})}});
  const auto path =
      object({{"path", "/"}, {"pathType", "Prefix"}, {"backend", object({{"service", service}})}});
  const auto rule = object({{"host", host}, {"http", object({{"paths", array({path})}})}});
  return object({
      {"apiVersion", "networking.k8s.io/v1"},
      {"kind", "Ingress"},
      {"metadata", metadata(parent, exposure, endpoint)},
      {"spec", object({{"ingressClassName", endpoint.ingress_class},
                       {"rules", array({rule})},
                       {"tls", tls(parent, endpoint, host)}})},
  });
}

Json route(const Parent& parent, const Exposure& exposure, const Endpoint& endpoint) {
  const auto host = gradient::host(parent, exposure, endpoint);
  const auto gateway = object({{"namespace", endpoint.gateway_namespace},
                               {"name", endpoint.gateway_name},
                               {"sectionName", json::text_or_null(endpoint.gateway_section)}});
  const auto backend = object({{"name", parent.name}, {"port", service_port}});
  return object({
      {"apiVersion", "gateway.networking.k8s.io/v1"},
      {"kind", "HTTPRoute"},
      {"metadata", metadata(parent, exposure, endpoint)},
      {"spec", object({{"parentRefs", array({gateway})},
                       {"hostnames", json::strings({host})},
                       {"rules", array({object({{"backendRefs", array({backend})}})})}})},
  });
}

}  // namespace

Json ingress_or_route(const Parent& parent, const Exposure& exposure, const Endpoint& endpoint) {
  return endpoint.by_ingress() ? ingress(parent, exposure, endpoint)
                               : route(parent, exposure, endpoint);
}

std::vector<std::string> hosts_of(const Json& ingress_or_route) {
  std::vector<std::string> hosts;
  for (const auto& rule : json::elements_at(ingress_or_route, {"spec", "rules"}))
    if (auto host = json::string_at(rule, {"host"}); !host.empty())
      hosts.push_back(std::move(host));
  for (const auto& host : json::elements_at(ingress_or_route, {"spec", "hostnames"}))
    hosts.push_back(json::string_at(host, {}));
  return hosts;
}

}  // namespace gradient
