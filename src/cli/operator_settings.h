#pragma once

#include "gradient/spec/settings.h"
#include "kube/http/client.h"

#include <optional>

namespace cli {

/// The configuration of the operator in the cluster, from the ConfigMap of the chart. As shipped
/// where it cannot be known; why is then on standard error, unless there is no API server, which
/// the next request tells. Empty where it is wrong.
std::optional<gradient::Settings> operator_settings(kube::Client& client);

}  // namespace cli
