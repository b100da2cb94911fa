#pragma once

#include "sync/volume/volume.h"

#include <map>
#include <optional>
#include <set>
#include <string>

/// What the checkouts of a volume need of its mirrors, so that others that want the same find it.
namespace content {

/// In a checkout, and in the claim of a helper that makes one: what it is of.
///
///     {"url": ..., "commit": ..., "history": "full", "submodules": [{"url": ..., "commit": ...}]}
inline constexpr const char* checkout_meta = "meta.json";
inline constexpr std::size_t longest_meta = 1U << 20U;  ///< bytes

struct Needed {
  std::set<std::string> commits = {};
  bool all_refs = false;  ///< the server's branches and tags: something has the whole history
};
using NeededOfMirrors = std::map<std::string, Needed>;  ///< by the mirror's name

/// By helpers that make a checkout, also by those that have died and were not removed yet: they may
/// be started again. `hidden`: the volume's .gradient.
NeededOfMirrors needed_by_helpers(const Path& hidden);

/// By the checkouts of one deployment, whose keys begin with its UID. `key`: one of them,
/// UID-NAME-REVISION.
NeededOfMirrors needed_by_owner(const Path& hidden, const std::string& key);

/// By the checkouts of a volume and by helpers that make one, besides what is known to be. Nothing
/// when a checkout does not tell: it could need anything. A helper writes what it needs before it
/// asks for a mirror's claim, so whoever has that claim misses nobody who was in the mirror before.
std::optional<NeededOfMirrors> needed_in_all(const Path& hidden, NeededOfMirrors known);

}  // namespace content
