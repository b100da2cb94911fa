#include "gradient/spec/documents.h"

#include "gradient/spec/read_dataset.h"
#include "gradient/spec/read_deployment.h"
#include "gradient/spec/read_model.h"
#include "gradient/spec/read_registry.h"

#include <stdexcept>

namespace documents {

json::Json document(std::string_view yaml) {
  auto value = json::parse_single_yaml(yaml, "test");
  if (value.is_null()) throw std::invalid_argument("no document");
  return value;
}

json::Json resource(std::string_view kind, std::string_view spec_yaml) {
  return json::object({
      {"apiVersion", "gradient-operator.dev/v1alpha1"},
      {"kind", std::string(kind)},
      {"metadata", json::object({{"name", "demo"}, {"namespace", "team"}})},
      {"spec", document(spec_yaml)},
  });
}

json::Json deployment(std::string_view more) {
  return resource("GradientDeployment",
                  "image: app\nresources: {instanceType: C4}\n" + std::string(more));
}

std::vector<std::string> problems(const json::Json& resource) {
  const auto kind = json::string_at(resource, {"kind"});
  if (kind == "GradientDeployment") return problems(gradient::read_deployment(resource));
  if (kind == "Model") return problems(gradient::read_model(resource));
  if (kind == "Dataset") return problems(gradient::read_dataset(resource));
  if (kind == "ContainerRegistry") return problems(gradient::read_registry(resource));
  throw std::invalid_argument("unknown kind " + kind);
}

}  // namespace documents
