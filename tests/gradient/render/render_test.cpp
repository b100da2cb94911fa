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

TEST_CASE("a host that somebody else has gives no Ingress and no URL") {
  gradient::Found found;
  found.host = {"HostTaken", "another GradientDeployment has it"};
  const auto rendered = render(found);
  CHECK_FALSE(has_ingress(rendered));
  CHECK(rendered.urls.external.empty());
  CHECK(rendered.objects.size() == 2);
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

namespace {

/// What a podTemplate with this PodSpec makes of the pods of a deployment.
json::Json pod_with(const std::string& pod_spec, const gradient::Settings& settings) {
  gradient::DeploymentSpec spec;
  spec.image = "example.com/app:1";
  spec.resources.instance_type = "C4";
  spec.pod_template.spec = json::parse(pod_spec);
  return json::at(gradient::render({}, spec, {}, settings).objects.at(1),
                  {"spec", "template", "spec"});
}

}  // namespace

TEST_CASE("a podTemplate sets how long a pod has to end, and the drain is cut to fit") {
  const auto settings = gradient::default_settings();
  const auto ends = [&](const std::string& pod_spec) {
    const auto pod = pod_with(pod_spec, settings);
    const auto& app = json::at(pod, {"containers"}).at(0);
    return json::text(json::at(pod, {"terminationGracePeriodSeconds"})) + " " +
           json::text(json::at(app, {"lifecycle", "preStop"}));
  };
  CHECK(ends("{}") == R"(35 {"sleep":{"seconds":5}})");
  CHECK(ends(R"({"terminationGracePeriodSeconds":120})") == R"(120 {"sleep":{"seconds":5}})");
  CHECK(ends(R"({"terminationGracePeriodSeconds":8})") == R"(8 {"sleep":{"seconds":4}})");
  CHECK(ends(R"({"terminationGracePeriodSeconds":1})") == "1 null");
  CHECK(
      ends(R"({"containers":[{"name":"app","lifecycle":{"preStop":{"sleep":{"seconds":60}}}}]})") ==
      R"(90 {"sleep":{"seconds":60}})");
  CHECK(
      ends(
          R"({"containers":[{"name":"app","lifecycle":{"preStop":{"exec":{"command":["x"]}}}}]})") ==
      R"(35 {"exec":{"command":["x"]}})");
}

TEST_CASE("a podTemplate that wants a service account's token has it mounted into the app alone") {
  auto settings = gradient::default_settings();
  const auto mounts = [&](const std::string& pod_spec) {
    const auto pod = pod_with(pod_spec, settings);
    CHECK_FALSE(json::at(pod, {"automountServiceAccountToken"}).as_bool());
    std::string result;
    for (const auto& container : json::elements_at(pod, {"containers"}))
      result += json::string_at(container, {"name"}) +
                (json::at(container, {"volumeMounts"}).is_null() ? "- " : "+ ");
    return result;
  };
  const std::string side = R"("containers":[{"name":"side","image":"s"}])";
  CHECK(mounts("{" + side + "}") == "app- side- ");
  CHECK(mounts(R"({"automountServiceAccountToken":true,)" + side + "}") == "app+ side- ");
  settings.automount_service_account_token = true;
  CHECK(mounts("{" + side + "}") == "app+ side- ");
  CHECK(mounts(R"({"automountServiceAccountToken":false,)" + side + "}") == "app- side- ");
}
