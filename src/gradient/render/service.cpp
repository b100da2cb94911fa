#include "gradient/render/service.h"

#include "gradient/render/labels.h"

namespace gradient {

using json::array;
using json::Json;
using json::object;

Json service(const Parent& parent) {
  const auto port = object({{"name", port_name},
                            {"port", service_port},
                            {"targetPort", port_name},
                            {"protocol", "TCP"}});
  return object({
      {"apiVersion", "v1"},
      {"kind", "Service"},
      {"metadata", object({{"name", parent.name}})},
      {"spec", object({{"selector", match_labels(parent)}, {"ports", array({port})}})},
  });
}

}  // namespace gradient
