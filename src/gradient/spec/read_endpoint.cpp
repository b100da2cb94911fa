#include "gradient/spec/read_endpoint.h"

#include "gradient/spec/fields.h"
#include "gradient/spec/names.h"
#include "gradient/spec/references.h"
#include "gradient/spec/values.h"

#include <algorithm>

namespace gradient {
namespace {

/// A host has a label of up to 63 characters and a dot before the domain, and 253 in all.
constexpr std::size_t longest_domain = 253 - 63 - 1;

std::string_view domain_problem(std::string_view domain) {
  return values::is_dns_subdomain(domain) ? ""
                                          : "must be a DNS domain of lower-case letters, digits, "
                                            "'-' and '.', such as apps.example.com";
}

std::string_view namespace_problem(std::string_view name) {
  return values::is_dns_label(name) ? "" : "must be the name of a namespace, such as infra";
}

/// The parts of an annotation's key: an optional domain and a slash, then the name.
bool is_annotation(std::string_view key) {
  const auto slash = key.find('/');
  const auto name = key.substr(slash == key.npos ? 0 : slash + 1);
  const bool right_domain = slash == key.npos || values::is_dns_subdomain(key.substr(0, slash));
  const auto is_end = [](char c) { return c != '-' && c != '_' && c != '.'; };
  return right_domain && name.size() <= 63 && values::is_secret_key(name) && is_end(name.front()) &&
         is_end(name.back());
}

void read_annotations(json::ObjectReader& reader, Endpoint& endpoint) {
  const auto* annotations = reader.find("annotations");
  if (annotations == nullptr) return;
  if (!annotations->is_object()) {
    reader.problem("annotations", "must be a mapping of annotations to strings");
    return;
  }
  const auto path = reader.path("annotations");
  for (const auto& [key, value] : annotations->as_object()) {
    const auto place = path.member(key);
    if (!is_annotation(key)) {
      reader.report().add(place,
                          "is no annotation; write one such as "
                          "nginx.ingress.kubernetes.io/proxy-body-size");
    } else if (key.starts_with(names::group)) {
      reader.report().add(place, "is the operator's own; remove it");
    } else if (key == endpoint.issuer_annotation) {
      reader.report().add(place, "is what endpoint.tls says already; remove it");
    } else if (!value.is_string()) {
      reader.report().add(place, "must be a string; put it in quotes");
    }
  }
  endpoint.annotations = *annotations;
}

void read_gateway(json::ObjectReader& reader, Endpoint& endpoint) {
  fields::inside(reader, "gateway", [&](json::ObjectReader& gateway) {
    endpoint.gateway_namespace = gateway.required_string(
        "namespace", {.longest = 63, .example = "infra", .check = namespace_problem});
    gateway.require("name", "public");
    endpoint.gateway_name = fields::object_name(gateway, "name", "Gateway", "public");
    endpoint.gateway_section =
        fields::object_name(gateway, "sectionName", "listener of the Gateway", "https");
  });
}

void read_tls(json::ObjectReader& reader, Endpoint& endpoint) {
  fields::inside(reader, "tls", [&](json::ObjectReader& tls) {
    endpoint.tls_secret = fields::object_name(tls, "secretName", "Secret", "wildcard-apps");
    const auto cluster_issuer =
        fields::object_name(tls, "clusterIssuer", "ClusterIssuer", "letsencrypt");
    const auto issuer = fields::object_name(tls, "issuer", "Issuer", "letsencrypt");
    endpoint.issuer = cluster_issuer.empty() ? issuer : cluster_issuer;
    if (!endpoint.issuer.empty()) {
      endpoint.issuer_annotation =
          cluster_issuer.empty() ? "cert-manager.io/issuer" : "cert-manager.io/cluster-issuer";
    }
    const auto given = static_cast<int>(tls.find("secretName") != nullptr) +
                       static_cast<int>(tls.find("clusterIssuer") != nullptr) +
                       static_cast<int>(tls.find("issuer") != nullptr);
    if (given != 1) tls.problem_here("must have exactly one of secretName, clusterIssuer, issuer");
  });
}

/// Exactly one way in, and only with what it makes use of.
void check_way(json::ObjectReader& reader) {
  const bool by_gateway = reader.find("gateway") != nullptr;
  if (by_gateway == (reader.find("ingressClass") != nullptr)) {
    reader.problem_here("must have exactly one of ingressClass and gateway");
  } else if (by_gateway && reader.find("tls") != nullptr) {
    reader.problem("tls",
                   "has no effect with gateway, whose listeners have the certificates; "
                   "remove it");
  }
}

void read_scheme(json::ObjectReader& reader, Endpoint& endpoint) {
  const bool has_tls = reader.find("tls") != nullptr;
  const auto scheme = reader.choice("scheme", {"http", "https"});
  endpoint.https = scheme ? *scheme == 1 : has_tls || reader.find("gateway") != nullptr;
  if (scheme && !endpoint.https && has_tls)
    reader.problem("scheme", "is https with tls; remove one of the two");
}

}  // namespace

void read_endpoint(json::ObjectReader& reader, Settings& settings) {
  fields::inside(reader, "endpoint", [&](json::ObjectReader& inner) {
    auto& endpoint = settings.endpoint.emplace();
    endpoint.domain = inner.required_string(
        "domain",
        {.longest = longest_domain, .example = "apps.example.com", .check = domain_problem});
    endpoint.ingress_class = fields::object_name(inner, "ingressClass", "IngressClass", "nginx");
    read_gateway(inner, endpoint);
    read_tls(inner, endpoint);
    read_annotations(inner, endpoint);
    read_scheme(inner, endpoint);
    check_way(inner);
  });
}

}  // namespace gradient
