#pragma once

#include "kube/exchange.h"

#include <string>
#include <string_view>
#include <vector>

namespace kube {

/// Seconds in a Retry-After header, at most an hour; 0 when it is a date or nonsense.
int retry_after_seconds(std::string_view header);

/// The texts in a Warning header ("299 - \"text\", 299 - \"text\"").
std::vector<std::string> warning_texts(std::string_view header);

/// What cpprest's exception means: its text names the stage, its number is an errno, sometimes.
/// `distrust` is why the last TLS handshake failed, empty when it did not.
Failure transfer_failure(std::string_view text, int number, const std::string& distrust);

}  // namespace kube
