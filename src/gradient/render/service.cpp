#include "gradient/render/service.h"

#include "gradient/render/labels.h"
#include "gradient/spec/exposure_rules.h"
#include "gradient/spec/names.h"

namespace gradient {
namespace {

using json::array;
using json::Json;
using json::object;

/// It leads to the container's port by name, so that pods of before and after a change of the
/// number both answer.
Json port(const std::string& name, int number, const std::string& app_protocol) {
  return object({{"name", name},
                 {"port", number},
                 {"targetPort", name},
                 {"protocol", "TCP"},
                 {"appProtocol", json::text_or_null(app_protocol)}});
}

}  // namespace

Json service(const Parent& parent, const Exposure& exposure) {
  std::vector<Json> ports{port(names::app_port, service_port, exposure.app_protocol)};
  for (const auto& more : exposure.ports)
    ports.push_back(port(more.name, more.number, more.app_protocol));
  return object({
      {"apiVersion", "v1"},
      {"kind", "Service"},
      {"metadata", object({{"name", parent.name}})},
      {"spec", object({{"selector", match_labels(parent)}, {"ports", array(std::move(ports))}})},
  });
}

}  // namespace gradient
