#include "sync/git/certificate.h"

#include "base/process.h"
#include "sync/program/environment.h"
#include "sync/rclone/rclone_remote.h"

namespace content {

Failure with_certificate_problem(const Failure& failure, const std::string& url,
                                 const std::vector<std::string>& more_environment,
                                 const std::stop_token& stop) {
  constexpr std::string_view scheme = "https://";
  if (failure.reason != "TLSVerificationFailed" || !url.starts_with(scheme)) return failure;
  const auto origin = url.substr(0, url.find('/', scheme.size()));
  auto environment = environment_for_programs();
  set_variables(environment, more_environment);
  try {
    const auto finished = base::run(
        {.arguments = {"rclone", "lsjson", "source:", "--remotes", "/proc/self/fd/3", "--retries=1",
                       "--low-level-retries=1", "--contimeout=5s", "--timeout=5s"},
         .environment = std::move(environment),
         .secret_file = rclone_configuration({{"type", "http"}, {"url", origin + "/"}}),
         .limit = std::chrono::seconds(20)},
        stop);
    auto explained = rclone_failure(finished.errors, url);
    return explained.reason == failure.reason ? explained : failure;
  } catch (const base::ProcessError&) {
    return failure;
  }
}

}  // namespace content
