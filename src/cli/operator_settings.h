#pragma once

#include "gradient/spec/settings.h"
#include "kube/http/client.h"

#include <optional>

namespace cli {

/// The configuration of the operator in the cluster, from the ConfigMap of the chart. As shipped
/// where it cannot be known; why is then on standard error. Empty where it is wrong. Throws
/// TransportError.
std::optional<gradient::Settings> operator_settings(kube::Client& client);

}  // namespace cli
