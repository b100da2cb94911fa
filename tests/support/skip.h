#pragma once

#include <string>

namespace support {

/// Says why the rest of this test cannot run here. Without a failure the test then ends with
/// `skipped_exit_code`, by which ctest counts it as skipped and not as passed.
void skip(const std::string& reason);

inline constexpr int skipped_exit_code = 77;  ///< as automake and ctest's users have it

}  // namespace support
