#include "gradient/spec/documents.h"
#include "gradient/spec/exposure_rules.h"
#include "gradient/spec/read_deployment.h"
#include "gradient/spec/read_settings.h"
#include "gradient/spec/urls.h"

#include <catch2/catch.hpp>

using Lines = std::vector<std::string>;

namespace {

/// Of a deployment with this endpoint, whose problems all begin with "spec.endpoint".
Lines problems(const std::string& fields) {
  auto lines = documents::problems(documents::deployment("endpoint: {" + fields + "}"));
  for (auto& line : lines) {
    REQUIRE(line.starts_with("spec.endpoint"));
    line.erase(0, std::string("spec.endpoint").size());
  }
  return lines;
}

gradient::Settings settings(const std::string& configuration) {
  return std::get<gradient::Settings>(gradient::read_settings(documents::document(configuration)));
}

/// Of one of the namespace `ns`, with this endpoint in the configuration.
Lines problems(const std::string& fields, const std::string& configuration,
               const std::string& ns = "team") {
  auto object = documents::deployment("endpoint: {" + fields + "}");
  object["metadata"]["namespace"] = json::Json(ns);
  return documents::problems(gradient::read_deployment(object, settings(configuration)));
}

std::string with(const std::string& keys) {
  return "endpoint: {domain: apps.example.com, ingressClass: c, " + keys + "}";
}

}  // namespace

TEST_CASE("an endpoint is read as it is written, and null is absent") {
  const auto read = [](const std::string& fields) {
    return std::get<gradient::DeploymentSpec>(
               gradient::read_deployment(documents::deployment("endpoint: " + fields)))
        .exposure;
  };
  const auto exposure = read(
      "{host: chat.apps.example.com, annotations: {a.example/b: c, gone: null}, appProtocol: "
      "kubernetes.io/h2c, ports: [{name: grpc, port: 9000, appProtocol: grpc}, {name: 1-a, port: "
      "9001}]}");
  CHECK(exposure.host == "chat.apps.example.com");
  CHECK(exposure.annotations == std::map<std::string, std::string>{{"a.example/b", "c"}});
  CHECK(exposure.app_protocol == "kubernetes.io/h2c");
  CHECK(exposure.ports == std::vector<gradient::Port>{{"grpc", 9000, "grpc"}, {"1-a", 9001}});
  for (const auto* nothing :
       {"null", "{}", "{host: null, annotations: null, appProtocol: null, ports: null}",
        "{ports: []}"})
    CHECK(read(nothing) == gradient::Exposure{});
}

TEST_CASE("what an endpoint cannot have is refused with what would be right") {
  const auto [fields, expected] = GENERATE(table<std::string, Lines>({
      {"hosts: a", {".hosts: unknown field; did you mean host?"}},
      {"host: chat",
       {".host: must be a DNS name of lower-case letters, digits, '-' and '.', written in full, "
        "such as chat.apps.example.com"}},
      {"host: '*.apps.example.com'",
       {".host: must be a DNS name of lower-case letters, digits, '-' and '.', written in full, "
        "such as chat.apps.example.com"}},
      {"annotations: {'a b': x, gradient-operator.dev/applied: x, a.example/n: 1}",
       {".annotations[\"a b\"]: is no annotation; write one such as "
        "nginx.ingress.kubernetes.io/proxy-body-size",
        ".annotations[\"a.example/n\"]: must be a string, not a number; put it in quotes",
        ".annotations[\"gradient-operator.dev/applied\"]: is the operator's own; remove it"}},
      {"appProtocol: 'h2c '",
       {".appProtocol: must be the name of a protocol, such as http or kubernetes.io/h2c"}},
      {"ports: [{}, {name: http, port: 0}, {name: a--b, port: '9000'}, {name: '1', port: 1}]",
       {".ports[0].name: is required; write it, such as grpc",
        ".ports[0].port: is required; write it, such as 9000",
        ".ports[1].name: is the name of the port that spec.port says; choose another",
        ".ports[1].port: must be a whole number from 1 to 65535",
        ".ports[2].name: must consist of at most 15 lower-case letters, digits and single '-', "
        "with a letter among them, such as grpc",
        ".ports[2].port: must be a whole number from 1 to 65535, not a string; remove the quotes",
        ".ports[3].name: must consist of at most 15 lower-case letters, digits and single '-', "
        "with a letter among them, such as grpc"}},
      {"ports: [{name: a, port: 9000}, {name: b, port: 9000}, {name: a, port: 9001}]",
       {".ports[1].port: is that of an earlier entry too; keep one of them",
        ".ports[2].name: is the name of an earlier entry too; keep one of them"}},
  }));
  INFO(fields);
  CHECK(problems(fields) == expected);
}

TEST_CASE("a port besides spec.port is neither that one nor the Service's own") {
  const auto of = [](const std::string& port) {
    return documents::problems(
        documents::deployment(port + "endpoint: {ports: [{name: a, port: 80}]}"));
  };
  CHECK(of("") == Lines{"spec.endpoint.ports[0].port: is that of spec.port, which needs no entry; "
                        "remove it"});
  CHECK(of("port: 8080\n") ==
        Lines{"spec.endpoint.ports[0].port: is the one at which the Service takes requests for "
              "spec.port; have the app listen at another"});
}

TEST_CASE("a host is allowed to namespaces by the configuration, by its name below the domain") {
  const auto configuration = with("allowedHosts: {team: [chat, api.team], '*': [all], lab: ['*']}");
  const auto is_allowed = [&](const std::string& name, const std::string& ns) {
    return problems("host: " + name + ".apps.example.com", configuration, ns).empty();
  };
  CHECK(is_allowed("chat", "team"));
  CHECK(is_allowed("api.team", "team"));
  CHECK(is_allowed("all", "team"));
  CHECK(is_allowed("all", "other"));
  CHECK(is_allowed("what.ever", "lab"));
  CHECK_FALSE(is_allowed("chat", "other"));
  CHECK_FALSE(is_allowed("x.chat", "team"));
  CHECK_FALSE(is_allowed("xchat", "team"));
  CHECK(problems("host: api.apps.example.com", configuration) ==
        Lines{"spec.endpoint.host: is not among the hosts that endpoint.allowedHosts in the "
              "operator's configuration allows to namespace team; remove it, or ask the cluster's "
              "owner"});
  for (const auto* host : {"chat.example.com", "chatapps.example.com", "apps.example.com"})
    CHECK(problems(std::string("host: ") + host, configuration) ==
          Lines{"spec.endpoint.host: must be below apps.example.com, the endpoint.domain of the "
                "operator's configuration, such as chat.apps.example.com"});
}

TEST_CASE("no chosen host is one that a name and a namespace make") {
  const auto configuration = with("allowedHosts: {'*': ['*']}");
  gradient::Parent parent;
  parent.name = "demo";
  for (const auto* ns : {"team", "team-a", "a-very-long-namespace-that-makes-the-label-too-long"}) {
    parent.ns = ns;
    const auto host = gradient::host(parent, {}, *settings(configuration).endpoint);
    CHECK(problems("host: " + host, configuration) ==
          Lines{"spec.endpoint.host: is of the form that the hosts of deployments without one "
                "have, one label with a dash; write it without a dash, or as several labels, such "
                "as chat.team"});
  }
  CHECK(problems("host: demo-team.a.apps.example.com", configuration).empty());
}

TEST_CASE("annotations are those that the configuration allows, and never the issuer's") {
  const auto configuration = with(
      "tls: {issuer: i}, allowedAnnotations: [a.example/one, b.example/two-*, "
      "'cert-manager.io/*']");
  CHECK(problems("annotations: {a.example/one: x, b.example/two-3: x, "
                 "cert-manager.io/duration: x}",
                 configuration)
            .empty());
  const std::string refused =
      "is not among the annotations that endpoint.allowedAnnotations in the operator's "
      "configuration allows; remove it, or ask the cluster's owner";
  const std::string of_tls =
      "is for endpoint.tls of the operator's configuration to say; remove it";
  CHECK(problems("annotations: {a.example/one-more: x, b.example/two: x, cert-manager.io/issuer: "
                 "x, cert-manager.io/cluster-issuer: x}",
                 configuration) ==
        Lines{"spec.endpoint.annotations[\"a.example/one-more\"]: " + refused,
              "spec.endpoint.annotations[\"b.example/two\"]: " + refused,
              "spec.endpoint.annotations[\"cert-manager.io/cluster-issuer\"]: " + of_tls,
              "spec.endpoint.annotations[\"cert-manager.io/issuer\"]: " + of_tls});
  CHECK(problems("annotations: {a.example/one: x}", with("scheme: http")).size() == 1);
}

TEST_CASE("without an endpoint in the configuration, host and annotations have no effect") {
  const std::string no_effect =
      ": has no effect, as the operator's configuration has no endpoint; remove it, or have "
      "endpoint set there";
  CHECK(problems("host: a.example.com, annotations: {a: b}", "{}") ==
        Lines{"spec.endpoint.host" + no_effect, "spec.endpoint.annotations" + no_effect});
  CHECK(problems("appProtocol: grpc, ports: [{name: a, port: 1}]", "{}").empty());
}

TEST_CASE("the URL has the host that the spec chooses") {
  gradient::Parent parent;
  parent.name = "demo";
  parent.ns = "team";
  gradient::Exposure exposure;
  const auto configuration = settings(with("scheme: https"));
  CHECK(gradient::urls(parent, exposure, configuration).external ==
        "https://demo-team.apps.example.com");
  exposure.host = "chat.apps.example.com";
  CHECK(gradient::urls(parent, exposure, configuration).external ==
        "https://chat.apps.example.com");
}
