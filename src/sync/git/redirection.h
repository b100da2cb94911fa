#pragma once

#include <string>

namespace content {

/// Where the server of `url` has led a discovery of refs to last, by git's log of its requests
/// (GIT_TRACE_CURL); empty when that is no other path of the same server.
std::string redirection_within_server(const std::string& log, const std::string& url);

}  // namespace content
