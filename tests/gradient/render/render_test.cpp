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

TEST_CASE("an endpoint has its URL with its Ingress, and neither while its host is another's") {
  const auto own = render({});
  CHECK(has_ingress(own));
  CHECK(own.urls.external == "http://demo-team.apps.example.com");

  gradient::Found found;
  found.host_owner = "other/demo";
  const auto lost = render(found);
  CHECK_FALSE(has_ingress(lost));
  CHECK(lost.urls.external.empty());
  CHECK(lost.urls.in_cluster == own.urls.in_cluster);
}
