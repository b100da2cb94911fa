#include "base/stop_on_signal.h"
#include "sync/model/model.h"

#include <filesystem>
#include <iostream>
#include <sys/stat.h>

// usage: model_in_ranges URL TARGET [ENDPOINT CREDENTIALS]
//
// gradient-sync model, for which files of a few KiB are large ones already.

int main(int argc, char** argv) {
  using namespace content;
  if (argc < 3) return 2;
  Source source{.url = argv[1]};
  if (argc > 4) {
    source.endpoint = argv[3];
    source.path_style = true;
    source.credentials = argv[4];
  }
  umask(0002);
  Reporter report(std::filesystem::path(argv[2]).parent_path() / "told", 4096,
                  json::object({{"model", "llm"}}));
  const base::StopOnSignal signals;
  try {
    sync_model({.source = source,
                .target = argv[2],
                .refresh_interval = {},
                .grace = {},
                .large = {.from = 4096, .range = 65536, .noted = 1}},
               report, signals.token());
  } catch (const Failure& failure) {
    report.failed(failure);
    return 1;
  } catch (const Stopped&) {
  }
  return 0;
}
