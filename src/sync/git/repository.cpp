#include "sync/git/repository.h"

#include "base/ascii.h"
#include "base/files.h"
#include "sync/git/checkout.h"
#include "sync/git/needed.h"
#include "sync/git/refs.h"
#include "sync/report/failure.h"
#include "sync/report/retry.h"
#include "sync/volume/claim.h"
#include "sync/volume/wait_lines.h"

#include <algorithm>
#include <cerrno>
#include <memory>

namespace content {
namespace {

namespace fs = std::filesystem;
using json::Json;

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
      is_missing(checkout / checkout_meta, fs::file_type::regular)) {
    return {};
  }
  try {
    auto meta = json::parse(base::read_file(checkout / checkout_meta, longest_meta));
    if (is_commit(json::string_at(meta, {"commit"}))) return meta;
  } catch (const std::exception&) {  // it is none of ours, or nobody can read it
  }
  return {};
}

/// Of meta.json, what is not only for those who look into it.
Json for_report(Json meta) {
  for (const char* field : {"submodules", "history"})
    if (meta.has_field(field)) meta.erase(field);
  return meta;
}

Json to_json(const std::vector<Submodule>& submodules) {
  std::vector<Json> entries;
  for (const auto& [path, url, commit] : submodules)
    entries.push_back(json::object({{"path", path}, {"url", url}, {"commit", commit}}));
  return json::array_or_null(std::move(entries));
}

Json history(const RepositoryOptions& options) {
  return options.full_history ? Json("full") : Json();
}

/// Tells a clean-up what the checkout that is being made needs of the mirrors: what was fetched of
/// them comes only once, also when this helper has to begin anew.
void tell_needs(Mirrors& mirrors, const RepositoryOptions& options, Claim& claim) {
  const auto all = std::make_shared<std::vector<Submodule>>();
  mirrors.on_use([=, &options, &claim](const std::string& url, const std::string& commit) {
    all->push_back({"", url, commit});
    const auto& top = all->front();
    claim.write(checkout_meta, json::text(json::object({{"url", top.url},
                                                        {"commit", top.commit},
                                                        {"history", history(options)},
                                                        {"submodules", to_json(*all)}})));
  });
}

/// A deployment gets from the mirrors without asking the server what it has in a checkout already.
void ask_for_leave(Mirrors& mirrors, const Path& hidden, const std::string& key) {
  const auto given = std::make_shared<NeededOfMirrors>(needed_by_owner(hidden, key));
  mirrors.ask_unless([given](const std::string& url, const std::string& commit) {
    const auto found = given->find(mirror_name(url));
    return found != given->end() && found->second.commits.contains(commit);
  });
}

/// What is at a checkout's place and is not whole was never published, or has been damaged since,
/// and no pod can be started with it.
void set_aside(const Path& checkout, const Path& work) {
  std::error_code nothing;
  fs::rename(checkout, work / unique_name("not-whole-"), nothing);
}

Json make_checkout(const RepositoryOptions& options, const Git& git, const Resolved& resolved,
                   Mirrors& mirrors, const Path& name, Claim& claim) {
  const auto work = claim.work();
  const auto checkout = work / "checkout";
  fs::remove_all(checkout);
  fs::create_directory(checkout);
  const auto made = check_out(git, mirrors, checkout / "tree", resolved,
                              {.access = options.read_only ? Access::ReadOnly : Access::Writable,
                               .parts = options.parts,
                               .limits = options.limits});
  const auto meta = json::object({{"commit", made.commit},
                                  {"ref", resolved.name},
                                  {"url", options.remote.url},
                                  {"revision", options.revision},
                                  {"history", history(options)},
                                  {"submodules", to_json(made.submodules)}});
  write_file(checkout / checkout_meta, json::text(meta) + "\n");
  claim.require_ours();
  if (find_published(name).is_null()) set_aside(name, work);
  if (publish(checkout, name)) return meta;
  const auto others = find_published(name);
  if (!others.is_null()) return others;
  throw Failure("SyncFailed", name.string() + " was published by another helper and is gone again",
                Failure::Kind::Transient);
}

/// Gives what is published then, by this helper or by one that it has waited for.
Json publish_or_wait(const RepositoryOptions& options, RefOfTries& ref, const Path& hidden,
                     const Path& checkout, Reporter& report, const std::stop_token& stop) {
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
  const auto mirror = mirror_claim(claims, mirror_name(options.remote.url)).filename();
  const BackgroundSweeper sweeper(claims, {""}, mirror);
  Mirrors mirrors(own_folder(hidden, "git"), claims, options.full_history, stop, waits);
  tell_needs(mirrors, options, *ours);
  ask_for_leave(mirrors, hidden, options.key);
  ProgressLines lines(report);
  const Git git(options.remote, options.program, stop, [&](const Json& fields) {
    lines(fields);
    ours->tell_progress(fields);
    mirrors.tell_progress(fields);
  });
  try {
    return ref.use(git, [&](const Resolved& resolved) {
      return make_checkout(options, git, resolved, mirrors, checkout, *ours);
    });
  } catch (const Failure&) {
    ours->require_ours();  // else it says nothing of the repository
    throw;
  }
}

}  // namespace

void sync_repository(const RepositoryOptions& options, Reporter& report,
                     const std::stop_token& stop) {
  check_name(options.name);
  const auto hidden = own_folder(options.volume, ".gradient");
  const auto checkout = own_folder(hidden, "checkouts") / options.key;
  auto meta = find_published(checkout);
  if (meta.is_null()) {
    RefOfTries ref(options.ref);
    meta = with_retries(report, stop, [&] {
      return on_volume(
          hidden, [&] { return publish_or_wait(options, ref, hidden, checkout, report, stop); });
    });
  }
  const auto published = for_report(std::move(meta));
  report.log("info", "published", published);
  report.succeeded(published);
}

}  // namespace content
