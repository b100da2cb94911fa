#include "sync/git/repository.h"

#include "base/ascii.h"
#include "base/files.h"
#include "sync/git/checkout.h"
#include "sync/report/failure.h"
#include "sync/report/retry.h"
#include "sync/volume/claim.h"
#include "sync/volume/wait_lines.h"

#include <algorithm>
#include <cerrno>

namespace content {
namespace {

namespace fs = std::filesystem;
using json::Json;

constexpr const char* meta_name = "meta.json";

/// An empty or a foreign name could mean more than it says. git and we have folders of our own,
/// which volumes may know in any letter case; and "..NAME" is for links that are replaced at once.
void check_name(const std::string& name) {
  const auto is_in_the_way = [](char c) {
    return c == '/' || static_cast<unsigned char>(c) < ' ' || c == '\x7f';
  };
  const auto folded = base::lower(name);
  if (!name.empty() && name != "." && !name.starts_with("..") && folded != ".git" &&
      folded != ".gradient" && std::none_of(name.begin(), name.end(), is_in_the_way)) {
    return;
  }
  throw Failure("SyncFailed",
                "--name must be the name of one folder, such as app or .github: without '/' and "
                "control characters, not begun with '..', and not '.', .git or .gradient");
}

/// Whether nothing has this name; anything but a regular file or a folder counts as nothing. Throws
/// Failure when the volume does not tell.
bool is_missing(const Path& path, fs::file_type wanted) {
  std::error_code error;
  const auto status = fs::symlink_status(path, error);
  if (status.type() == fs::file_type::not_found || !error) return status.type() != wanted;
  errno = error.value();
  volume_trouble(path);
}

/// What an earlier run published under this key; null when none did, or when what is there is not
/// whole. Writes the time of the checkout, which says when a pod last began to use it: a clean-up
/// leaves those that are young. Throws Failure.
Json find_published(const Path& checkout) {
  touch(checkout);  // as far as that is allowed
  if (is_missing(checkout, fs::file_type::directory) ||
      is_missing(checkout / "tree", fs::file_type::directory) ||
      is_missing(checkout / meta_name, fs::file_type::regular)) {
    return {};
  }
  const auto text = base::read_file(checkout / meta_name, 64U << 10U);
  try {
    auto meta = json::parse(text);
    if (is_commit(json::string_at(meta, {"commit"}))) return meta;
  } catch (const std::exception&) {  // it is none of ours
  }
  return {};
}

/// For the report: the submodules are for those who look into meta.json.
Json without_submodules(Json meta) {
  if (meta.has_field("submodules")) meta.erase("submodules");
  return meta;
}

Json to_json(const std::vector<Submodule>& submodules) {
  std::vector<Json> entries;
  for (const auto& [path, url, commit] : submodules)
    entries.push_back(json::object({{"path", path}, {"url", url}, {"commit", commit}}));
  return json::array_or_null(std::move(entries));
}

/// What is at a checkout's place and is not whole was never published, or has been damaged since,
/// and no pod can be started with it.
void set_aside(const Path& checkout, const Claim& claim) {
  std::error_code nothing;
  fs::rename(checkout, claim.path() / unique_name("not-whole-"), nothing);
}

Json make_checkout(const RepositoryOptions& options, const Git& git, Mirrors& mirrors,
                   const Path& name, const Claim& claim) {
  const auto resolved = resolve(git, options.ref);
  const auto checkout = claim.path() / "checkout";
  fs::remove_all(checkout);
  fs::create_directory(checkout);
  const auto submodules = check_out(git, mirrors, checkout / "tree", resolved);
  const auto meta = json::object({{"commit", resolved.commit},
                                  {"ref", resolved.name},
                                  {"url", options.remote.url},
                                  {"revision", options.revision},
                                  {"submodules", to_json(submodules)}});
  write_file(checkout / meta_name, json::text(meta) + "\n");
  claim.require_ours();
  if (find_published(name).is_null()) set_aside(name, claim);
  if (publish(checkout, name)) return meta;
  const auto others = find_published(name);
  if (!others.is_null()) return others;
  throw Failure("SyncFailed", name.string() + " was published by another helper and is gone again",
                Failure::Kind::Transient);
}

/// Gives what is published then, by this helper or by one that it has waited for.
Json publish_or_wait(const RepositoryOptions& options, const Path& hidden, const Path& checkout,
                     Reporter& report, const std::stop_token& stop) {
  const auto claims = own_folder(hidden, "tmp");
  WaitLines waits(report);
  Json published;
  const auto is_done = [&] {
    published = find_published(checkout);
    return !published.is_null();
  };
  const auto ours = claim(claims / ("checkout-" + options.key),
                          {.stop = stop, .is_done = is_done, .on_wait = [&](const Owner& owner) {
                             waits(options.remote.url, owner);
                           }});
  if (!ours) return published;
  remove_left(*ours, stop);
  const BackgroundSweeper sweeper(claims, {""});
  Mirrors mirrors(own_folder(hidden, "git"), claims, options.full_history, stop, waits);
  ProgressLines lines(report);
  const Git git(options.remote, options.program, stop, [&](const Json& fields) {
    lines(fields);
    ours->tell_progress(fields);
    mirrors.tell_progress(fields);
  });
  return make_checkout(options, git, mirrors, checkout, *ours);
}

}  // namespace

void sync_repository(const RepositoryOptions& options, Reporter& report,
                     const std::stop_token& stop) {
  check_name(options.name);
  const auto hidden = own_folder(options.volume, ".gradient");
  const auto checkout = own_folder(hidden, "checkouts") / options.key;
  auto meta = find_published(checkout);
  if (meta.is_null()) {
    meta = with_retries(report, stop, [&] {
      return on_volume(hidden,
                       [&] { return publish_or_wait(options, hidden, checkout, report, stop); });
    });
  }
  report.succeeded(without_submodules(std::move(meta)));
}

}  // namespace content
