#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// What a fuzz target consists of. The same target runs under libFuzzer (FUZZERS=ON, clang) and
/// under driver.cpp, which needs no special compiler and always tries the same inputs.

/// Aborts when something is promised and does not hold.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace fuzz {

/// Inputs to begin with.
std::vector<std::string> seeds();

/// Pieces that mean something to the reader.
std::vector<std::string> tokens();

/// Ends the process, naming the promise, when `holds` is false.
void require(bool holds, const char* promise);

}  // namespace fuzz
