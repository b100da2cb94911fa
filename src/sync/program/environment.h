#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace content {

/// A server that sends nothing for so long counts as dead; a busy one may be silent for minutes.
inline constexpr auto longest_silence = std::chrono::seconds(300);

/// What of our own environment the programs we run may see, as "NAME=value": where programs and
/// temporary files are, proxies, and trusted certificates.
std::vector<std::string> environment_for_programs();

/// The pod's own folder for what is for no volume: TMPDIR, else /tmp. Throws Failure, which names
/// it, when there is none.
std::filesystem::path temporary_folder();

}  // namespace content
