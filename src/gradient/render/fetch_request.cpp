#include "gradient/render/fetch_request.h"

#include "gradient/render/labels.h"
#include "gradient/spec/names.h"

namespace gradient {
namespace {

using json::Json;
using json::object;

constexpr const char* key = "sync";

std::string name_of(const std::string& model) {
  return names::container("sync-", model);
}

}  // namespace

Json fetch_request(const Parent& model) {
  const auto request = object({
      {"apiVersion", "v1"},
      {"kind", "ConfigMap"},
      {"metadata", object({{"name", name_of(model.name)}})},
      {"data", object({{key, model.sync}})},
  });
  return stamped(request, model, kind_labels(names::model_label, model), Owner::Parent);
}

Json fetch_request_volume(const std::string& model) {
  return object({{"name", names::container("request-", model)},
                 {"configMap", object({{"name", name_of(model)}, {"optional", true}})}});
}

}  // namespace gradient
