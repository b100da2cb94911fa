#include "sync/git/needed.h"

#include "json/json.h"
#include "sync/git/git.h"
#include "sync/git/mirror.h"
#include "sync/git/refs.h"

#include <stdexcept>

namespace content {
namespace {

void add(const json::Json& entry, bool all_refs, NeededOfMirrors& needed) {
  const auto commit = entry.at("commit").as_string();
  if (!is_commit(commit)) throw std::invalid_argument("no commit");
  auto& of_mirror = needed[mirror_name(entry.at("url").as_string())];
  of_mirror.commits.insert(commit);
  of_mirror.all_refs |= all_refs;
}

/// False when what is in the folder does not tell.
bool add_needed(const Path& folder, NeededOfMirrors& needed) {
  try {
    const auto meta = json::parse(read_regular_file(folder / checkout_meta, longest_meta));
    const bool all_refs = json::string_at(meta, {"history"}) == "full";
    auto more = needed;
    add(meta, all_refs, more);
    for (const auto& submodule : json::elements_at(meta, {"submodules"}))
      add(submodule, all_refs, more);
    needed = std::move(more);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

bool add_all(const Path& parent, NeededOfMirrors& needed) {
  bool all_tell = true;
  for (const auto& folder : true_folders_in(parent))
    all_tell &= add_needed(folder, needed);
  return all_tell;
}

}  // namespace

NeededOfMirrors needed_by_helpers(const Path& hidden) {
  NeededOfMirrors needed;
  add_all(hidden / "tmp", needed);  // most claims are no checkout's, and tell nothing
  return needed;
}

NeededOfMirrors needed_by_owner(const Path& hidden, const std::string& key) {
  NeededOfMirrors needed;
  const auto of_name = key.rfind('-', key.rfind('-') - 1);  // a UID has dashes itself
  if (of_name == std::string::npos) return needed;
  const auto uid = key.substr(0, of_name + 1);
  for (const auto& checkout : true_folders_in(hidden / "checkouts"))
    if (checkout.filename().string().starts_with(uid)) add_needed(checkout, needed);
  return needed;
}

std::optional<NeededOfMirrors> needed_in_all(const Path& hidden, NeededOfMirrors known) {
  // In this order: a helper's claim goes when there is its checkout.
  add_all(hidden / "tmp", known);
  if (!add_all(hidden / "checkouts", known)) return std::nullopt;
  return known;
}

}  // namespace content
