#include "sync/support/sidecar.h"

#include "sync/report/failure.h"

using namespace content;

Sidecar::Sidecar(Source source, const Path& target, std::chrono::seconds refresh_interval,
                 const std::string& digest)
    : options_{.source = std::move(source),
               .digest = digest,
               .target = target,
               .refresh_interval = refresh_interval,
               .program = GRADIENT_SYNC},
      report_(folder_ / "termination", 4096, json::object({{"model", "llm"}})),
      work_(std::async(std::launch::async, [this] { return run(); })) {}

std::string Sidecar::run() {
  try {
    sync_model(options_, report_, stop_.get_token());
  } catch (const Failure& failure) {
    return failure.reason + ": " + failure.what();
  } catch (const Stopped&) {
  }
  return "stopped";
}
