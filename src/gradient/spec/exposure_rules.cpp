#include "gradient/spec/exposure_rules.h"

#include "gradient/spec/names.h"
#include "gradient/spec/values.h"

#include <algorithm>

namespace gradient {
namespace {

constexpr const char* any = "*";

/// "chat" of "chat.apps.example.com"; empty when it is not below the domain.
std::string_view name_below(std::string_view host, const std::string& domain) {
  const auto end = "." + domain;
  if (host.size() <= end.size() || !host.ends_with(end)) return {};
  return host.substr(0, host.size() - end.size());
}

bool is_allowed(std::string_view name, const std::string& ns, const Endpoint& endpoint) {
  const auto has = [&](const std::string& key) {
    const auto found = endpoint.allowed_hosts.find(key);
    return found != endpoint.allowed_hosts.end() &&
           std::any_of(found->second.begin(), found->second.end(),
                       [&](const std::string& one) { return one == any || one == name; });
  };
  return has(ns) || has(any);
}

std::string host_problem(const std::string& host, const std::string& ns, const Endpoint& endpoint) {
  const auto& domain = endpoint.domain;
  const auto name = name_below(host, domain);
  if (name.empty())
    return "must be below " + domain +
           ", the endpoint.domain of the operator's configuration, such as chat." + domain;
  if (const auto problem = chosen_name_problem(name); !problem.empty()) return std::string(problem);
  if (is_allowed(name, ns, endpoint)) return {};
  return "is not among the hosts that endpoint.allowedHosts in the operator's configuration allows "
         "to namespace " +
         ns + "; remove it, or ask the cluster's owner";
}

bool is_allowed(std::string_view annotation, const Endpoint& endpoint) {
  const auto& allowed = endpoint.allowed_annotations;
  return std::any_of(allowed.begin(), allowed.end(), [&](std::string_view one) {
    return one.ends_with(any) ? annotation.starts_with(one.substr(0, one.size() - 1))
                              : annotation == one;
  });
}

std::string refusal(std::string_view annotation, const Endpoint& endpoint) {
  if (is_of_issuer(annotation))
    return "is for endpoint.tls of the operator's configuration to say; remove it";
  if (is_allowed(annotation, endpoint)) return {};
  return "is not among the annotations that endpoint.allowedAnnotations in the operator's "
         "configuration allows; remove it, or ask the cluster's owner";
}

}  // namespace

json::Problems exposure_problems(const Exposure& exposure, const std::string& ns,
                                 const Settings& settings) {
  json::Report report;
  const json::Path root;
  const auto spec = root.member("spec");
  const auto path = spec.member("endpoint");
  const auto host = path.member("host");
  const auto annotations = path.member("annotations");
  if (!settings.endpoint) {
    const std::string no_effect =
        "has no effect, as the operator's configuration has no endpoint; remove it, or have "
        "endpoint set there";
    if (!exposure.host.empty()) report.add(host, no_effect);
    if (!exposure.annotations.empty()) report.add(annotations, no_effect);
    return std::move(report).take();
  }
  if (!exposure.host.empty()) {
    auto problem = host_problem(exposure.host, ns, *settings.endpoint);
    if (!problem.empty()) report.add(host, std::move(problem));
  }
  for (const auto& [key, value] : exposure.annotations) {
    auto problem = refusal(key, *settings.endpoint);
    if (!problem.empty()) report.add(annotations.member(key), std::move(problem));
  }
  return std::move(report).take();
}

std::string_view chosen_name_problem(std::string_view name) {
  const bool is_one_label = name.find('.') == std::string_view::npos;
  return is_one_label && name.find('-') != std::string_view::npos
             ? "is of the form that the hosts of deployments without one have, one label with a "
               "dash; write it without a dash, or as several labels, such as chat.team"
             : "";
}

std::string annotation_problem(std::string_view key) {
  if (!values::is_qualified_name(key))
    return "is no annotation; write one such as nginx.ingress.kubernetes.io/proxy-body-size";
  return names::is_of_group(key) ? "is the operator's own; remove it" : "";
}

bool is_of_issuer(std::string_view annotation) {
  return annotation == "cert-manager.io/issuer" || annotation == "cert-manager.io/cluster-issuer";
}

}  // namespace gradient
