#pragma once

#include "base/process.h"

#include <chrono>
#include <stop_token>

/// Waiting that a stop ends.
namespace content {

using base::Stopped;

/// Lets `time` pass. Throws Stopped as soon as there is a stop.
void wait(std::chrono::milliseconds time, const std::stop_token& stop);

}  // namespace content
