#include "reconcile/informers.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace reconcile {

void Informers::add(const kube::WatchOptions& options, kube::Watch::OnChange on_change) {
  auto& watch = watches_.emplace_back(client_, *stores_.of(options.kind), clock_, options,
                                      std::move(on_change));
  runner_.add(watch);
  namespaces_.add(options.ns, watch);
}

void Informers::run(const std::stop_token& stop) {
  const std::jthread watching([&] { runner_.run(stop); });
  namespaces_.report(stop);
}

bool Informers::take_installed() {
  const bool is_absent = std::any_of(watches_.begin(), watches_.end(),
                                     [](const kube::Watch& watch) { return watch.absent(); });
  return std::exchange(was_absent_, is_absent) && !is_absent;
}

}  // namespace reconcile
