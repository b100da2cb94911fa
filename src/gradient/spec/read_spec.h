#pragma once

#include "gradient/spec/spec.h"
#include "json/json.h"
#include "json/problem.h"

#include <variant>

/// From a custom resource as the API server or a file has it to what the rest of the program
/// trusts. The only place that knows the fields of the documents. Every problem is found, not only
/// the first; its path begins at the object ("spec.env[2].value") and no text of it repeats a
/// value. Linear in the size of the document.
namespace gradient {

template <class Spec>
using Reading = std::variant<Spec, json::Problems>;

Reading<DeploymentSpec> read_deployment(const json::Json& object);
Reading<ModelSpec> read_model(const json::Json& object);
Reading<DatasetSpec> read_dataset(const json::Json& object);
Reading<RegistrySpec> read_registry(const json::Json& object);

/// The identity of any custom resource; what is missing is empty, a missing UID all zeros.
Parent parent(const json::Json& object);

}  // namespace gradient
