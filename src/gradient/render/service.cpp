#include "gradient/render/service.h"

#include "gradient/render/labels.h"
#include "gradient/spec/names.h"

namespace gradient {

using json::array;
using json::Json;
using json::object;

Json service(const Parent& parent) {
  const auto port = object({{"name", names::app_port},
                            {"port", service_port},
                            {"targetPort", names::app_port},
                            {"protocol", "TCP"}});
  return object({
      {"apiVersion", "v1"},
      {"kind", "Service"},
      {"metadata", object({{"name", parent.name}})},
      {"spec", object({{"selector", match_labels(parent)}, {"ports", array({port})}})},
  });
}

}  // namespace gradient
