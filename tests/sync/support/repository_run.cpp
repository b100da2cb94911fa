#include "sync/support/repository_run.h"

#include "support/folder.h"
#include "sync/git/repository.h"

using namespace content;

std::string publish_repository(const GitRemote& remote) {
  const Folder volume;
  Reporter report(volume / "termination", 4096, json::object({{"repository", "app"}}));
  try {
    sync_repository({.volume = volume / "",
                     .key = "key",
                     .name = "app",
                     .ref = "",
                     .revision = "1",
                     .remote = remote,
                     .program = GRADIENT_SYNC},
                    report, {});
    return "published";
  } catch (const Failure& failure) {
    return failure.reason + ": " + failure.what();
  }
}
