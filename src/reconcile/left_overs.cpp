#include "reconcile/left_overs.h"

#include "kube/http/error.h"

#include <spdlog/spdlog.h>

namespace reconcile {

void LeftOvers::find(const std::function<bool(const std::string& ns)>& is_served,
                     const std::stop_token& stop) {
  constexpr std::chrono::minutes try_again{1};
  if (clock_.now() < due_) return;
  std::erase_if(places_,
                [&](const auto& place) { return is_served(place.ns) && list(place, stop); });
  due_ = clock_.now() + try_again;
}

/// Whether it need not be listed again.
bool LeftOvers::list(const kube::WatchOptions& place, const std::stop_token& stop) {
  try {
    for (const auto& object : client_.list(place.kind, place.ns, place.selector, stop)) {
      stores_.of(place.kind)->put(object);
      on_found_(kube::key_of(object), object);
    }
    return true;
  } catch (const kube::ApiError& error) {
    if (error.kind_not_served()) return true;
    spdlog::warn("cannot look for what an earlier configuration made kind={} error=\"{}\"",
                 place.kind.kind, error.what());
    return error.forbidden();  // nor could it have been made
  } catch (const std::exception& error) {
    spdlog::debug("cannot look for what an earlier configuration made kind={} error=\"{}\"",
                  place.kind.kind, error.what());
    return false;
  }
}

}  // namespace reconcile
