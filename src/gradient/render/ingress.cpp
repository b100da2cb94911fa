#include "gradient/render/ingress.h"

#include "gradient/render/service.h"
#include "gradient/spec/names.h"

namespace gradient {
namespace {

using json::array;
using json::Json;
using json::object;

/// What the configuration says, and what cert-manager acts on.
Json annotations(const Endpoint& endpoint) {
  auto result = endpoint.annotations;
  if (endpoint.issuer.empty()) return result;
  if (result.is_null()) result = Json::object();
  result[endpoint.issuer_annotation] = Json(endpoint.issuer);
  return result;
}

Json metadata(const Parent& parent, const Endpoint& endpoint) {
  return object({{"name", parent.name}, {"annotations", annotations(endpoint)}});
}

/// Null without a Secret: then whatever stands before the Ingress sees to https, or the
/// controller's own certificate does.
Json tls(const Parent& parent, const Endpoint& endpoint) {
  const auto secret = endpoint.issuer.empty() ? endpoint.tls_secret : parent.name + "-tls";
  if (secret.empty()) return {};
  return array({object(
      {{"hosts", json::strings({names::host(parent, endpoint.domain)})}, {"secretName", secret}})});
}

Json ingress(const Parent& parent, const Endpoint& endpoint) {
  const auto service =
      object({{"name", parent.name}, {"port", object({{"name", names::app_port}})}});
  const auto path =
      object({{"path", "/"}, {"pathType", "Prefix"}, {"backend", object({{"service", service}})}});
  const auto rule = object({{"host", names::host(parent, endpoint.domain)},
                            {"http", object({{"paths", array({path})}})}});
  return object({
      {"apiVersion", "networking.k8s.io/v1"},
      {"kind", "Ingress"},
      {"metadata", metadata(parent, endpoint)},
      {"spec", object({{"ingressClassName", endpoint.ingress_class},
                       {"rules", array({rule})},
                       {"tls", tls(parent, endpoint)}})},
  });
}

Json route(const Parent& parent, const Endpoint& endpoint) {
  const auto gateway = object({{"namespace", endpoint.gateway_namespace},
                               {"name", endpoint.gateway_name},
                               {"sectionName", json::text_or_null(endpoint.gateway_section)}});
  const auto backend = object({{"name", parent.name}, {"port", service_port}});
  return object({
      {"apiVersion", "gateway.networking.k8s.io/v1"},
      {"kind", "HTTPRoute"},
      {"metadata", metadata(parent, endpoint)},
      {"spec", object({{"parentRefs", array({gateway})},
                       {"hostnames", json::strings({names::host(parent, endpoint.domain)})},
                       {"rules", array({object({{"backendRefs", array({backend})}})})}})},
  });
}

}  // namespace

Json ingress_or_route(const Parent& parent, const Endpoint& endpoint) {
  return endpoint.by_ingress() ? ingress(parent, endpoint) : route(parent, endpoint);
}

}  // namespace gradient
