#pragma once

#include "gradient/spec/spec.h"
#include "json/reader.h"

#include <vector>

namespace gradient {

/// The list `credentials` of `repositories`, none when there is no such field.
std::vector<HostCredential> read_credentials(json::ObjectReader& repositories);

}  // namespace gradient
