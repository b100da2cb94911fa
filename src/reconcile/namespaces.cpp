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
constexpr auto remind_again = 1min;

}  // namespace

void Namespaces::add(const std::string& name, const kube::Watch& watch) {
  all_[name].watches.push_back(&watch);
}

bool Namespaces::Namespace::is_complete() const {
  return std::all_of(watches.begin(), watches.end(),
                     [](const kube::Watch* watch) { return watch->synced(); });
}

bool Namespaces::Namespace::is_refused() const {
  return std::any_of(watches.begin(), watches.end(),
                     [](const kube::Watch* watch) { return watch->refused(); });
}

/// "Deployment, Service": what is not listed, or not any more.
std::string Namespaces::Namespace::missing() const {
  std::set<std::string_view> kinds;
  for (const auto* watch : watches) {
    if (!watch->synced() || watch->refused()) kinds.insert(watch->kind().kind);
  }
  std::string text;
  for (const auto kind : kinds)
    text += (text.empty() ? "" : ", ") + std::string(kind);
  return text;
}

bool Namespaces::ready() const {
  if (is_ready_) return true;
  const bool is_patient = clock_.now() - begun_ < grace;
  bool is_any_complete = false;
  for (const auto& [name, state] : all_) {
    const bool is_complete = state.is_complete();
    if (!is_complete && !state.is_refused() && is_patient) return false;
    is_any_complete = is_any_complete || is_complete;
  }
  if (is_any_complete) is_ready_ = true;
  return is_any_complete;
}

bool Namespaces::serves(const std::string& name) const {
  auto found = all_.find(name);
  if (found == all_.end()) found = all_.find("");
  return found != all_.end() && found->second.is_served;
}

std::vector<std::string> Namespaces::serve_complete() {
  std::vector<std::string> names;
  for (auto& [name, state] : all_) {
    if (state.is_served || !state.is_complete()) continue;
    state.is_served = true;
    names.push_back(name);
  }
  return names;
}

void Namespaces::watch_over(const std::stop_token& stop) {
  while (clock_.wait(1s, stop)) {
    if (!ready()) {
      remind();
      continue;
    }
    for (auto& [name, state] : all_) {
      if (!name.empty()) look_at(name, state);
    }
  }
}

void Namespaces::remind() {
  if (clock_.now() < remind_at_) return;
  remind_at_ = clock_.now() + remind_again;
  std::string lists;
  for (const auto& [name, state] : all_) {
    const auto missing = state.missing();
    if (missing.empty()) continue;
    lists += (lists.empty() ? "" : "; ") + missing;
    if (!name.empty()) lists += " in namespace " + name;
  }
  spdlog::warn(
      "not ready: waiting for the lists of {}; missing CRDs are installed with "
      "kubectl apply -f crds/, missing rights with the operator's Role",
      lists);
}

void Namespaces::look_at(const std::string& name, Namespace& state) {
  const auto missing = state.missing();
  const bool is_complete = state.is_complete();
  kube::set_namespace_served(name, missing.empty());
  if (missing.empty()) {
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
      is_complete ? "a namespace is kept as it was seen last" : "a namespace is not served",
      state.is_refused()
          ? "its lists are refused: give the operator its Role and RoleBinding there, or "
            "take the namespace out of --namespace"
          : "its lists do not come",
      name, missing);
}

}  // namespace reconcile
