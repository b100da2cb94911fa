#pragma once

#include "gradient/spec/settings.h"
#include "json/reader.h"

namespace gradient {

/// `endpoint` of the configuration. Refuses what would have no effect.
void read_endpoint(json::ObjectReader& reader, Settings& settings);

}  // namespace gradient
