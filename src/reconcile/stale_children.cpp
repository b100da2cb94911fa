#include "reconcile/stale_children.h"

#include "kube/http/error.h"

#include <spdlog/spdlog.h>

namespace reconcile {

void StaleChildren::find(const std::function<bool(const std::string& ns)>& has_synced,
                         const std::stop_token& stop) {
  constexpr std::chrono::minutes retry_interval{1};
  if (clock_.now() < due_) return;
  std::erase_if(lists_, [&](const kube::WatchOptions& options) {
    return has_synced(options.ns) && list(options, stop);
  });
  due_ = clock_.now() + retry_interval;
}

/// Whether it need not be listed again.
bool StaleChildren::list(const kube::WatchOptions& options, const std::stop_token& stop) {
  try {
    for (const auto& object : client_.list(options.kind, options.ns, options.selector, stop)) {
      stores_.of(options.kind)->put(object);
      on_found_(kube::key_of(object), object);
    }
    return true;
  } catch (const kube::ApiError& error) {
    if (error.kind_not_served()) return true;
    spdlog::warn("cannot look for what an earlier configuration made kind={} error=\"{}\"",
                 options.kind.kind, error.what());
    return error.forbidden();  // nor could it have been made
  } catch (const std::exception& error) {
    spdlog::debug("cannot look for what an earlier configuration made kind={} error=\"{}\"",
                  options.kind.kind, error.what());
    return false;
  }
}

}  // namespace reconcile
