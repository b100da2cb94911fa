#pragma once

#include "sync/git/large_files.h"
#include "sync/report/failure.h"

namespace content {

/// What git-lfs means when it could not bring some of `files`: names one of them, and what the
/// server says of it, where git-lfs tells. The same for each try that fails alike. `output` holds
/// no secret, and `url` bears no credential.
Failure large_file_failure(std::string_view output, const std::string& url,
                           const std::vector<LargeFile>& files);

}  // namespace content
