#include "reconcile/informers.h"

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

namespace reconcile {

void Informers::add(const kube::WatchOptions& options, kube::Watch::OnChange on_change) {
  const auto& watch = watches_.emplace_back(client_, *stores_.of(options.kind), clock_, options,
                                            std::move(on_change));
  namespaces_.add(options.ns, watch);
}

void Informers::run(const std::stop_token& stop) {
  std::vector<std::jthread> threads;
  for (auto& watch : watches_)
    threads.emplace_back([&] { watch.run(stop); });
  namespaces_.report(stop);
}

bool Informers::take_installed() {
  const bool is_absent = std::any_of(watches_.begin(), watches_.end(),
                                     [](const kube::Watch& watch) { return watch.absent(); });
  return std::exchange(was_absent_, is_absent) && !is_absent;
}

}  // namespace reconcile
