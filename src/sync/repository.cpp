#include "sync/repository.h"

#include "base/files.h"
#include "base/hash.h"
#include "sync/failure.h"
#include "sync/retry.h"

#include <cerrno>
#include <fstream>
#include <sys/stat.h>

namespace content {
namespace {

namespace fs = std::filesystem;
using json::Json;

/// The pod mounts the checkout over this folder, so it must exist and hide nothing of the team's.
void make_mount_point(const RepositoryOptions& options) {
  const auto path = options.volume / options.name;
  if (mkdir(path.c_str(), 0777) == 0) return;
  if (errno != EEXIST) volume_trouble(path);
  const bool is_folder = fs::is_directory(fs::symlink_status(path));
  if (is_folder && fs::is_empty(path)) return;
  throw Failure("NameTaken", "the dataset has " + std::string(is_folder ? "files in" : "a file") +
                                 " \"" + options.name +
                                 "\" already; move that away or give the repository another name");
}

/// What an earlier run published under this key; null when none did.
Json published(const Path& checkout) {
  if (!fs::exists(fs::symlink_status(checkout))) return {};
  try {
    auto meta = json::parse(base::read_file(checkout / "meta.json", 64U << 10U));
    if (is_commit(json::string_at(meta, {"commit"})) && fs::is_directory(checkout / "tree"))
      return meta;
  } catch (const std::exception&) {  // told below, without the content
  }
  throw Failure("SyncFailed", checkout.string() +
                                  " is not what was published there; remove this folder to have "
                                  "the repository fetched again");
}

bool is_abbreviated(const std::string& ref) {
  return ref.size() >= 4 && ref.find_first_not_of("0123456789abcdef") == std::string::npos;
}

Resolved resolve(const Git& git, const std::string& ref) {
  if (is_commit(ref)) return {ref, ref};
  std::vector<std::string> command = {"ls-remote", "--symref", "--", git.url()};
  if (ref.empty() || ref == "HEAD") {
    command.emplace_back("HEAD");
  } else {
    for (const auto& name : {"refs/heads/" + ref, "refs/tags/" + ref, ref})
      command.insert(command.end(), {name, name + "^{}"});
  }
  if (auto found = choose(git(command), ref)) return *found;
  if (ref.empty() || ref == "HEAD") {
    throw Failure("GitReferenceNotFound",
                  git.url() + ": the repository has no default branch; push one or name a ref");
  }
  throw Failure("GitReferenceNotFound",
                git.url() + ": there is no branch or tag \"" + ref + "\"" +
                    (is_abbreviated(ref) ? "; a commit must be written with all its digits" : ""));
}

constexpr const char* all_branches = "refs/heads/*:refs/gradient/of/refs/heads/*";
constexpr const char* all_tags = "refs/tags/*:refs/gradient/of/refs/tags/*";

std::string kept(const Resolved& wanted) {
  return "refs/gradient/" + wanted.commit;
}

bool has_commit(const Git& git, const Path& bare, const Resolved& wanted) {
  try {
    git({"-C", bare.string(), "cat-file", "-e", wanted.commit + "^{commit}"});
    return true;
  } catch (const Failure&) {
    return false;
  }
}

void keep(const Git& git, const Path& bare, const Resolved& wanted) {
  if (!has_commit(git, bare, wanted)) {
    throw Failure("GitReferenceNotFound", git.url() + ": no branch or tag of the repository has " +
                                              wanted.commit + "; name one that exists");
  }
  git({"-C", bare.string(), "update-ref", kept(wanted), wanted.commit});
}

void fetch_refs(const Git& git, const Path& bare, std::vector<std::string> what) {
  what.insert(what.begin(), {"-C", bare.string(), "fetch", "--progress", "--no-tags",
                             "--no-write-fetch-head", "--force"});
  git(what);
}

/// False when the server gives no commits that it does not name (an old one, or a setting).
bool fetch_by_commit(const Git& git, const Path& bare, std::vector<std::string> what) {
  try {
    fetch_refs(git, bare, std::move(what));
    return true;
  } catch (const Failure& failure) {
    if (failure.reason != "GitReferenceNotFound") throw;
    return false;
  }
}

/// Brings the commit into a bare repository: alone where the server can, else with its branch, else
/// with everything.
void fetch_commit(const Git& git, const Path& bare, const Resolved& wanted) {
  if (has_commit(git, bare, wanted)) return keep(git, bare, wanted);
  if (fetch_by_commit(git, bare,
                      {"--depth=1", "--", git.url(), wanted.commit + ":" + kept(wanted)})) {
    return;
  }
  if (wanted.name.rfind("refs/", 0) == 0) {
    fetch_refs(git, bare, {"--", git.url(), wanted.name + ":refs/gradient/of/" + wanted.name});
    if (has_commit(git, bare, wanted)) return keep(git, bare, wanted);
  }
  fetch_refs(git, bare, {"--", git.url(), all_branches, all_tags});
  keep(git, bare, wanted);
}

/// Brings in everything, also what earlier fetches of single commits left out.
void fetch_all(const Git& git, const Path& bare, const Resolved& wanted) {
  constexpr const char* infinite = "--depth=2147483647";  // git's own word for it
  if (fetch_by_commit(git, bare,
                      {infinite, "--prune", "--", git.url(), wanted.commit + ":" + kept(wanted),
                       all_branches, all_tags})) {
    return;
  }
  fetch_refs(git, bare, {infinite, "--prune", "--", git.url(), all_branches, all_tags});
  keep(git, bare, wanted);
}

void make_bare(const Git& git, const Path& bare) {
  git({"init", "--quiet", "--bare", "--template=", "--", bare.string()});
  git({"-C", bare.string(), "config", "uploadpack.allowAnySHA1InWant", "true"});
}

/// Fetches into the mirror that the deployments of a dataset share, and gives its place. Without a
/// lock, or when the mirror turns out to be damaged, into a new one in `work`.
Path fetch_into_mirror(const Git& git, const Path& mirror, const Path& work, bool may_share,
                       const Resolved& wanted, bool full_history) {
  const auto fetch = full_history ? fetch_all : fetch_commit;
  if (may_share && fs::exists(mirror)) {
    try {
      fetch(git, mirror, wanted);
      return mirror;
    } catch (const Failure& failure) {
      if (failure.reason != "SyncFailed") throw;
      fs::rename(mirror, work / "damaged");
    }
  }
  const auto fresh = work / "mirror";
  fs::remove_all(fresh);  // of an attempt that failed
  make_bare(git, fresh);
  fetch(git, fresh, wanted);
  return may_share && publish(fresh, mirror) ? mirror : fresh;
}

/// A repository of its own, complete for this commit, that remembers the URL and no path of ours.
/// With the whole history it has the branches and tags that a clone would have.
void check_out(const Git& git, const Path& mirror, const Path& tree, const std::string& commit,
               bool full_history) {
  const auto in_tree = [&](std::vector<std::string> command) {
    command.insert(command.begin(), {"-C", tree.string()});
    git(command);
  };
  git({"init", "--quiet", "--template=", "--", tree.string()});
  std::vector<std::string> fetch = {"-c",
                                    "protocol.file.allow=always",
                                    "fetch",
                                    "--quiet",
                                    "--no-tags",
                                    "--no-write-fetch-head",
                                    "--upload-pack=git upload-pack"};
  if (!full_history) fetch.emplace_back("--depth=1");
  fetch.insert(fetch.end(), {"--", "file://" + mirror.string(), commit});
  if (full_history) {
    fetch.insert(fetch.end(), {"refs/gradient/of/refs/heads/*:refs/remotes/origin/*",
                               "refs/gradient/of/refs/tags/*:refs/tags/*"});
  }
  in_tree(fetch);
  in_tree({"remote", "add", "origin", git.url()});
  in_tree({"checkout", "--quiet", "--detach", commit});
}

Json make_checkout(const RepositoryOptions& options, const Git& git, const Path& hidden,
                   const Path& folder, bool locked) {
  const auto resolved = resolve(git, options.ref);
  const auto mirrors = own_folder(options.volume, ".gradient/git");
  const auto mirror = fetch_into_mirror(git, mirrors / base::short_hash(options.remote.url), folder,
                                        locked, resolved, options.full_history);
  const auto checkout = folder / "checkout";
  fs::remove_all(checkout);
  fs::create_directory(checkout);
  check_out(git, mirror, checkout / "tree", resolved.commit, options.full_history);
  auto meta = json::object({{"commit", resolved.commit},
                            {"ref", resolved.name},
                            {"url", options.remote.url},
                            {"revision", options.revision}});
  std::ofstream file(checkout / "meta.json");
  file << json::text(meta) << "\n";
  if (!file.flush()) volume_trouble(checkout / "meta.json");
  file.close();
  const auto name = hidden / "checkouts" / options.key;
  return publish(checkout, name) ? meta : published(name);
}

}  // namespace

void sync_repository(const RepositoryOptions& options, Report& report,
                     const std::stop_token& stop) {
  make_mount_point(options);
  const auto hidden = own_folder(options.volume, ".gradient");
  const auto checkout = own_folder(hidden, "checkouts") / options.key;
  auto meta = published(checkout);
  if (meta.is_null()) {
    const auto mirrors = own_folder(hidden, "git");
    const Lock lock(mirrors / (base::short_hash(options.remote.url) + ".lock"), stop);
    const WorkFolder work(own_folder(hidden, "tmp"));
    const Git git(options.remote, options.program, stop, ProgressLines(report));
    meta = with_retries(report, stop, [&] {
      auto found = published(checkout);  // by whom we waited for
      return found.is_null() ? make_checkout(options, git, hidden, work.path(), lock.held())
                             : found;
    });
  }
  report.succeeded(meta);
}

}  // namespace content
