#include "sync/volume/owner.h"

#include <algorithm>

namespace content {
namespace {

/// So that it can be written over in place where a full volume takes no new file.
constexpr std::size_t smallest_text = 512;

}  // namespace

std::string text_of(const Owner& owner) {
  auto fields = json::object({{"id", owner.id},
                              {"process", owner.process},
                              {"counter", owner.counter},
                              {"renewal", static_cast<std::int64_t>(owner.renewal.count())}});
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) fields[name] = json::Json(value);
  };
  add("pod", owner.pod);
  add("uid", owner.uid);
  add("container", owner.container);
  add("node", owner.node);
  add("boot", owner.boot);
  if (owner.bytes >= 0) fields["bytes"] = json::Json(owner.bytes);
  if (owner.total >= 0) fields["total"] = json::Json(owner.total);
  if (owner.has_ended) fields["ended"] = json::Json(true);
  auto text = json::text(fields);
  text.resize(std::max(text.size(), smallest_text - 1), ' ');
  return text + "\n";
}

std::optional<Owner> read_owner(std::string_view text) {
  try {
    const auto fields = json::parse(std::string(text));
    Owner owner;
    owner.id = json::string_at(fields, {"id"});
    if (owner.id.empty()) return {};
    owner.process = json::string_at(fields, {"process"});
    owner.counter = json::integer_at(fields, {"counter"});
    owner.renewal = std::chrono::milliseconds(
        std::clamp<std::int64_t>(json::integer_at(fields, {"renewal"}), 1, 60'000));
    owner.pod = json::string_at(fields, {"pod"});
    owner.uid = json::string_at(fields, {"uid"});
    owner.container = json::string_at(fields, {"container"});
    owner.node = json::string_at(fields, {"node"});
    owner.boot = json::string_at(fields, {"boot"});
    if (fields.has_field("bytes")) owner.bytes = json::integer_at(fields, {"bytes"});
    if (fields.has_field("total")) owner.total = json::integer_at(fields, {"total"});
    owner.has_ended = fields.has_field("ended");
    return owner;
  } catch (const std::exception&) {
    return {};
  }
}

bool Observation::is_dead_at_once(const Owner& found) const {
  if (found.has_ended) return true;
  if (found.process == looker_.process) return false;
  return !found.uid.empty() && found.uid == looker_.uid && found.container == looker_.container;
}

int Observation::patience(const std::optional<Owner>& found) const {
  const bool is_former_boot = found && !found->node.empty() && found->node == looker_.node &&
                              !found->boot.empty() && !looker_.boot.empty() &&
                              found->boot != looker_.boot;
  return is_former_boot ? renewals_after_boot : renewals_when_dead;
}

Life Observation::look(const std::optional<Owner>& found, Time begun, std::optional<Time> ended) {
  if (found && is_dead_at_once(*found)) return Life::Dead;
  const auto renewal = found ? found->renewal : looker_.renewal;
  const bool is_same_claim = found && seen_ && found->id == seen_->id;
  const bool stands_still = is_same_claim ? found->counter == seen_->counter : !found && !seen_;
  // A looker that slept, or whose own write hung, has seen nothing of the time between.
  const auto longest_pause = 3 * std::max(renewal, looker_.renewal);
  const bool has_watched =
      ended && begun - last_ <= longest_pause && *ended - begun <= longest_pause;
  is_alive_ = is_same_claim && (is_alive_ || !stands_still);
  if (!stands_still || !has_watched || !since_) since_ = ended;
  seen_ = found;
  last_ = ended.value_or(begun);
  if (since_ && last_ - *since_ >= patience(found) * renewal) return Life::Dead;
  return is_alive_ ? Life::Alive : Life::Unknown;
}

}  // namespace content
