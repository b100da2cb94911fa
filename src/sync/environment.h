#pragma once

#include <string>
#include <vector>

namespace content {

/// What of our own environment the programs we run may see, as "NAME=value": where programs and
/// temporary files are, proxies, and trusted certificates.
std::vector<std::string> environment_for_programs();

}  // namespace content
