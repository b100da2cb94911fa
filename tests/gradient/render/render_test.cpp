#include "gradient/render/render.h"

#include "gradient/spec/found.h"
#include "gradient/spec/settings.h"

#include <catch2/catch.hpp>

#include <algorithm>

namespace {

gradient::Settings by_ingress() {
  auto settings = gradient::default_settings();
  settings.endpoint = gradient::Endpoint{.domain = "apps.example.com", .ingress_class = "nginx"};
  return settings;
}

bool has_ingress(const gradient::Rendered& rendered) {
  return std::any_of(
      rendered.objects.begin(), rendered.objects.end(),
      [](const json::Json& object) { return json::string_at(object, {"kind"}) == "Ingress"; });
}

gradient::Rendered render(const gradient::Found& found) {
  gradient::DeploymentSpec spec;
  spec.image = "example.com/app:1";
  spec.resources.instance_type = "C4";
  gradient::Parent parent;
  parent.ns = "team";
  parent.name = "demo";
  return gradient::render(parent, spec, found, by_ingress());
}

}  // namespace

TEST_CASE("an endpoint has its URL with its Ingress") {
  const auto rendered = render({});
  CHECK(has_ingress(rendered));
  CHECK(rendered.urls.external == "http://demo-team.apps.example.com");
}

TEST_CASE("a port that is written has a readiness check of its own unless the spec has one") {
  gradient::DeploymentSpec spec;
  spec.image = "example.com/app:1";
  spec.resources.instance_type = "C4";
  auto settings = gradient::default_settings();
  const auto readiness = [&] {
    const auto objects = gradient::render({}, spec, {}, settings).objects;
    const auto& containers = json::at(objects.at(1), {"spec", "template", "spec", "containers"});
    return json::text(json::at(containers.at(0), {"readinessProbe"}));
  };
  CHECK(readiness() == "null");
  spec.port = 8000;
  CHECK(readiness() == R"({"periodSeconds":5,"tcpSocket":{"port":8000}})");
  settings.default_readiness = false;
  CHECK(readiness() == "null");
  settings.default_readiness = true;
  spec.health_checks.readiness =
      gradient::HealthCheck{.action = gradient::HttpCheck{"/", {}, {}, {}}};
  CHECK(readiness().find("httpGet") != std::string::npos);
}
