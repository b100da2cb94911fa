#include "sync/git/repository.h"

#include "base/ascii.h"
#include "base/files.h"
#include "sync/git/checkout.h"
#include "sync/report/failure.h"
#include "sync/report/retry.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

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

/// The pod mounts the checkout over this folder, so it must exist and hide nothing of the team's.
void make_mount_point(const RepositoryOptions& options) {
  const auto path = options.volume / options.name;
  if (mkdir(path.c_str(), 0777) == 0) return;
  if (errno != EEXIST) volume_trouble(path);
  const bool is_folder = is_true_folder(path);
  if (is_folder && fs::is_empty(path)) return;
  throw Failure("NameTaken", "the dataset has " + std::string(is_folder ? "files in" : "a file") +
                                 " \"" + options.name +
                                 "\" already; move that away or give the repository another name");
}

/// What an earlier run published under this key; null when none did. Writes the time of the
/// checkout, which says when a pod last began to use it: a clean-up leaves those that are young.
Json find_published(const Path& checkout) {
  touch(checkout);  // as far as that is allowed
  if (!fs::exists(fs::symlink_status(checkout))) return {};
  try {
    auto meta = json::parse(base::read_file(checkout / "meta.json", 64U << 10U));
    if (is_commit(json::string_at(meta, {"commit"})) && fs::is_directory(checkout / "tree"))
      return meta;
  } catch (const std::exception&) {  // the Failure below says so, without the content
  }
  throw Failure("SyncFailed", checkout.string() +
                                  " is not what was published there; remove this folder to have "
                                  "the repository fetched again");
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

Json make_checkout(const RepositoryOptions& options, const Git& git, Mirrors& mirrors,
                   const Path& name, const Path& work) {
  const auto resolved = resolve(git, options.ref);
  const auto checkout = work / "checkout";
  fs::remove_all(checkout);
  fs::create_directory(checkout);
  const auto submodules = check_out(git, mirrors, checkout / "tree", resolved);
  const auto meta = json::object({{"commit", resolved.commit},
                                  {"ref", resolved.name},
                                  {"url", options.remote.url},
                                  {"revision", options.revision},
                                  {"submodules", to_json(submodules)}});
  write_file(checkout / "meta.json", json::text(meta) + "\n");
  if (publish(checkout, name)) return meta;
  const auto others = find_published(name);
  if (!others.is_null()) return others;
  throw Failure("SyncFailed", name.string() + " was published by another helper and is gone again",
                Failure::Kind::Transient);
}

}  // namespace

void sync_repository(const RepositoryOptions& options, Reporter& report,
                     const std::stop_token& stop) {
  check_name(options.name);
  make_mount_point(options);
  const auto hidden = own_folder(options.volume, ".gradient");
  const auto checkout = own_folder(hidden, "checkouts") / options.key;
  auto meta = find_published(checkout);
  if (meta.is_null()) {
    const WorkFolder work(own_folder(hidden, "tmp"));
    const auto on_wait = [&](const std::string& url) {
      report.log("info", "waiting",
                 json::object({{"message", "waiting for another helper that fetches " + url}}));
    };
    Mirrors mirrors(own_folder(hidden, "git"), work.path(), options.full_history, stop, on_wait);
    mirrors.lock(options.remote.url, patience_with_others);
    const Git git(options.remote, options.program, stop, ProgressLines(report));
    meta = with_retries(report, stop, [&] {
      return on_volume(work.path(), [&] {
        auto found = find_published(checkout);  // by the helper that we waited for
        return found.is_null() ? make_checkout(options, git, mirrors, checkout, work.path())
                               : found;
      });
    });
  }
  report.succeeded(without_submodules(std::move(meta)));
}

}  // namespace content
