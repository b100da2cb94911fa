#pragma once

#include "json/json.h"

#include <cstddef>
#include <string>

namespace content {

/// A progress bar: the line {"event":"progress", ...} of the log for a person at a terminal, at
/// most `columns` wide:
///
///     llm  [########--------] 50%  4.9 GiB of 9.8 GiB  120.0 MiB/s  0:41 left
///
/// Without "total" there is no bar, and what is not known is left out.
std::string progress_bar(const json::Json& line, std::size_t columns);

}  // namespace content
