#include "gradient/spec/read_endpoint.h"

#include "gradient/spec/characters.h"
#include "gradient/spec/exposure_rules.h"
#include "gradient/spec/fields.h"
#include "gradient/spec/names.h"
#include "gradient/spec/references.h"
#include "gradient/spec/values.h"

namespace gradient {
namespace {

/// A host has a label of up to 63 characters and a dot before the domain, and 253 in all.
constexpr std::size_t longest_domain = 253 - 63 - 1;

constexpr std::int64_t most_allowed = 256;  ///< entries of a list

std::string_view domain_problem(std::string_view domain) {
  return values::is_dns_subdomain(domain) ? ""
                                          : "must be a DNS domain of lower-case letters, digits, "
                                            "'-' and '.', such as apps.example.com";
}

std::string_view namespace_problem(std::string_view name) {
  return values::is_dns_label(name) ? "" : "must be the name of a namespace, such as infra";
}

void read_annotations(json::ObjectReader& reader, Endpoint& endpoint) {
  endpoint.annotations =
      fields::texts(reader, "annotations", [&](const std::string& key) -> std::string {
        if (key == endpoint.issuer_annotation)
          return "is what endpoint.tls says already; remove it";
        return annotation_problem(key);
      });
}

/// Of an annotation, or of how annotations begin with a '*' behind it.
std::string allowed_annotation_problem(const std::string& text) {
  if (is_of_issuer(text)) return "is for endpoint.tls to say; remove it";
  if (names::is_of_group(text)) return "is the operator's own; remove it";
  const bool is_prefix =
      text.ends_with('*') &&
      values::all(std::string_view(text).substr(0, text.size() - 1), [](char c) {
        return values::is_alphanumeric(c) || c == '-' || c == '_' || c == '.' || c == '/';
      });
  return is_prefix || values::is_qualified_name(text)
             ? ""
             : "must be an annotation, or how annotations begin and '*', such as "
               "nginx.ingress.kubernetes.io/proxy-*";
}

void read_allowed_annotations(json::ObjectReader& reader, Endpoint& endpoint) {
  const json::Text rule{.longest = 317, .example = "nginx.ingress.kubernetes.io/proxy-*"};
  reader.elements("allowedAnnotations", {0, most_allowed},
                  [&](const json::Json& value, const json::Path& path) {
                    auto key = json::text_of(value, path, rule, reader.report());
                    if (!key) return;
                    auto problem = allowed_annotation_problem(*key);
                    if (!problem.empty()) reader.report().add(path, std::move(problem));
                    endpoint.allowed_annotations.push_back(*std::move(key));
                  });
}

/// Of a name below the domain.
std::string allowed_host_problem(const std::string& name, const std::string& domain) {
  if (name == "*") return {};
  if (!values::is_dns_name(name))
    return "must be the name of a host without the domain, such as chat or chat.team, or \"*\" for "
           "any";
  if (!domain.empty() && !values::is_dns_name(name + "." + domain))
    return "is too long for a host below the domain";
  return std::string(chosen_name_problem(name));
}

std::vector<std::string> read_allowed_names(json::ObjectReader& of_namespaces,
                                            const std::string& ns, const std::string& domain) {
  std::vector<std::string> names;
  const json::Text rule{.example = "chat"};
  of_namespaces.elements(ns, {0, most_allowed},
                         [&](const json::Json& value, const json::Path& path) {
                           auto name = json::text_of(value, path, rule, of_namespaces.report());
                           if (!name) return;
                           auto problem = allowed_host_problem(*name, domain);
                           if (!problem.empty())
                             of_namespaces.report().add(path, std::move(problem));
                           names.push_back(*std::move(name));
                         });
  return names;
}

void read_allowed_hosts(json::ObjectReader& reader, Endpoint& endpoint) {
  const auto* by_namespace = reader.find("allowedHosts");
  if (by_namespace == nullptr) return;
  fields::inside(reader, "allowedHosts", [&](json::ObjectReader& of_namespaces) {
    if (!by_namespace->is_object()) return;
    for (const auto& [ns, names] : by_namespace->as_object()) {
      if (ns != "*" && !values::is_dns_label(ns))
        of_namespaces.problem(ns, "must be the name of a namespace, or \"*\" for all");
      endpoint.allowed_hosts[ns] = read_allowed_names(of_namespaces, ns, endpoint.domain);
    }
  });
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
    read_allowed_hosts(inner, endpoint);
    read_allowed_annotations(inner, endpoint);
    read_scheme(inner, endpoint);
    check_way(inner);
  });
}

}  // namespace gradient
