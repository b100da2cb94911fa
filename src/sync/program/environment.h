#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

/// What git, rclone and ssh find when they are started.
namespace content {

/// A server that sends nothing for so long counts as dead; a busy one may be silent for minutes.
inline constexpr auto longest_silence = std::chrono::seconds(300);

/// The variables of our own environment that programs may see, as "NAME=value": where programs and
/// temporary files are, proxies, and trusted certificates. No others: git, rclone and ssh are
/// configured by variables, and a pod's may be meant for the app. `more`: names of others.
std::vector<std::string> environment_for_programs(const std::vector<std::string>& more = {});

/// Adds variables to such an environment; one that is there gets the new value.
void set_variables(std::vector<std::string>& environment,
                   const std::vector<std::string>& variables);

/// TMPDIR, else /tmp: a volume of the pod's own, for what is to be on no shared one. Throws
/// Failure, which names it, when it is not there.
std::filesystem::path temporary_folder();

}  // namespace content
