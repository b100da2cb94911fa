#pragma once

#include "gradient/spec/spec.h"
#include "json/reader.h"

namespace gradient {

/// `spec.endpoint`. Of ports the one that `spec.port` says is `listening_port`.
Exposure read_exposure(json::ObjectReader& reader, int listening_port);

}  // namespace gradient
