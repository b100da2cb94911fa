#include "kube/control/lease_state.h"

#include "base/rfc3339.h"

namespace kube {
namespace {

std::chrono::seconds duration_of(const Json& lease) {
  return std::chrono::seconds(json::integer_at(lease, {"spec", "leaseDurationSeconds"}, 15));
}

std::string text_or(const Json& lease, std::string_view field, const std::string& otherwise) {
  const auto text = json::string_at(lease, {"spec", field});
  return text.empty() ? otherwise : text;
}

}  // namespace

void LeaseState::observe(std::optional<Json> lease, Clock::TimePoint now) {
  const bool is_same =
      lease && lease_ && json::equal(json::at(*lease, {"spec"}), json::at(*lease_, {"spec"}));
  if (!is_same) changed_ = now;
  lease_ = std::move(lease);
}

std::string LeaseState::holder() const {
  return lease_ ? json::string_at(*lease_, {"spec", "holderIdentity"}) : std::string();
}

LeaseState::Step LeaseState::decide(Clock::TimePoint now) const {
  if (!lease_) return Step::Create;
  if (is_leader()) return Step::Renew;
  if (holder().empty()) return Step::TakeOver;
  return now - changed_ > duration_of(*lease_) ? Step::TakeOver : Step::Wait;
}

Json LeaseState::claimed(const Key& key, std::chrono::milliseconds duration,
                         std::chrono::system_clock::time_point wall) const {
  const auto now = base::rfc3339_micro(wall);
  const auto transitions = lease_ ? json::integer_at(*lease_, {"spec", "leaseTransitions"}) : 0;
  const auto version = lease_ ? resource_version_of(*lease_) : std::string();
  return json::object(
      {{"apiVersion", std::string(leases.api_version)},
       {"kind", std::string(leases.kind)},
       {"metadata", json::object({{"name", key.name},
                                  {"namespace", key.ns},
                                  {"resourceVersion", json::text_or_null(version)}})},
       {"spec",
        json::object(
            {{"holderIdentity", identity_},
             {"leaseDurationSeconds", std::chrono::ceil<std::chrono::seconds>(duration).count()},
             {"acquireTime", is_leader() ? text_or(*lease_, "acquireTime", now) : now},
             {"renewTime", now},
             {"leaseTransitions", is_leader() || !lease_ ? transitions : transitions + 1}})}});
}

Json LeaseState::released(std::chrono::system_clock::time_point wall) const {
  auto lease = claimed(key_of(*lease_), std::chrono::seconds(1), wall);
  lease["spec"]["holderIdentity"] = Json("");
  return lease;
}

}  // namespace kube
