#include "reconcile/namespaces.h"

#include "kube/serve/metrics.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>
#include <string_view>

namespace reconcile {
namespace {

using namespace std::chrono_literals;

constexpr auto first_pause = 1min;
constexpr std::chrono::seconds longest_pause = 1h;
constexpr auto not_ready_pause = 1min;

}  // namespace

void Namespaces::add(const std::string& name, const kube::Watch& watch) {
  all_[name].watches.push_back(&watch);
}

bool Namespaces::Namespace::have_synced() const {
  return std::all_of(watches.begin(), watches.end(),
                     [](const kube::Watch* watch) { return watch->has_synced(); });
}

bool Namespaces::Namespace::is_refused() const {
  return std::any_of(watches.begin(), watches.end(),
                     [](const kube::Watch* watch) { return watch->refused(); });
}

/// "Deployment, Service": kinds of which the cache has not synced, or is not kept up to date.
std::string Namespaces::Namespace::out_of_sync() const {
  std::set<std::string_view> kinds;
  for (const auto* watch : watches) {
    if (!watch->has_synced() || watch->refused()) kinds.insert(watch->kind().kind);
  }
  std::string text;
  for (const auto kind : kinds)
    text += (text.empty() ? "" : ", ") + std::string(kind);
  return text;
}

bool Namespaces::ready() const {
  if (is_ready_) return true;
  const bool is_in_grace = clock_.now() - begun_ < grace;
  bool is_any_synced = false;
  for (const auto& [name, state] : all_) {
    const bool is_synced = state.have_synced();
    if (!is_synced && !state.is_refused() && is_in_grace) return false;
    is_any_synced = is_any_synced || is_synced;
  }
  if (is_any_synced) is_ready_ = true;
  return is_any_synced;
}

bool Namespaces::has_synced(const std::string& name) const {
  auto found = all_.find(name);
  if (found == all_.end()) found = all_.find("");
  return found != all_.end() && found->second.is_taken;
}

std::vector<std::string> Namespaces::take_synced() {
  std::vector<std::string> names;
  for (auto& [name, state] : all_) {
    if (state.is_taken || !state.have_synced()) continue;
    state.is_taken = true;
    names.push_back(name);
  }
  return names;
}

void Namespaces::report(const std::stop_token& stop) {
  while (clock_.wait(1s, stop)) {
    if (!ready()) {
      warn_not_ready();
      continue;
    }
    for (auto& [name, state] : all_) {
      if (!name.empty()) report(name, state);
    }
  }
}

void Namespaces::warn_not_ready() {
  if (clock_.now() < warn_not_ready_at_) return;
  warn_not_ready_at_ = clock_.now() + not_ready_pause;
  std::string lists;
  for (const auto& [name, state] : all_) {
    const auto kinds = state.out_of_sync();
    if (kinds.empty()) continue;
    lists += (lists.empty() ? "" : "; ") + kinds;
    if (!name.empty()) lists += " in namespace " + name;
  }
  spdlog::warn(
      "not ready: waiting for the lists of {}; missing CRDs are installed with "
      "kubectl apply -f crds/, missing rights with the operator's Role",
      lists);
}

void Namespaces::report(const std::string& name, Namespace& state) {
  const auto kinds = state.out_of_sync();
  kube::set_namespace_served(name, kinds.empty());
  if (kinds.empty()) {
    if (state.pause > 0s) spdlog::info("the namespace is served namespace={}", name);
    state.warn_at.reset();
    state.pause = 0s;
    return;
  }
  const auto now = clock_.now();
  if (!state.warn_at) state.warn_at = now + grace;
  if (now < *state.warn_at) return;
  state.pause = std::clamp<std::chrono::seconds>(2 * state.pause, first_pause, longest_pause);
  state.warn_at = now + state.pause;
  spdlog::warn(
      "{}: {}; the others are served namespace={} lists=\"{}\"",
      state.have_synced() ? "a namespace is kept as it was seen last" : "a namespace is not served",
      state.is_refused()
          ? "its lists are refused: give the operator its Role and RoleBinding there, or "
            "take the namespace out of --namespace"
          : "its caches have not synced",
      name, kinds);
}

}  // namespace reconcile
