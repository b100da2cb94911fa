#pragma once

#include "sync/report/failure.h"

#include <stop_token>
#include <string>
#include <vector>

/// Why a server's certificate is refused.
namespace content {

/// What is wrong with the certificate of an https server, when `failure` only says that something
/// is: git's library for TLS on Debian tells no more, rclone's does. Sends no credential. Gives
/// `failure` where nothing more can be said. `more_environment`: of rclone. Throws Stopped.
Failure with_certificate_problem(const Failure& failure, const std::string& url,
                                 const std::vector<std::string>& more_environment,
                                 const std::stop_token& stop);

}  // namespace content
