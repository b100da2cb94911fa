#pragma once

#include "json/json.h"

#include <string>

namespace gradient {

/// "1.2 GiB of 5.0 GiB (24 %), 85.0 MiB/s, 45 s left" of a helper's log line, as far as it says;
/// empty when its event is not "progress".
std::string progress_text(const json::Json& line);

}  // namespace gradient
