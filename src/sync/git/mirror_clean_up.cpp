#include "sync/git/mirror_clean_up.h"

#include "sync/git/git.h"
#include "sync/git/large_files.h"
#include "sync/git/mirror.h"

#include <sys/stat.h>

namespace content {
namespace {

namespace fs = std::filesystem;

class GitInMirror {
 public:
  GitInMirror(const Path& mirror, const std::stop_token& stop)
      : git_(mirror, stop), mirror_(mirror) {}

  std::string operator()(std::vector<std::string> command, const std::string& input = "") const {
    command.insert(command.begin(), {"-C", mirror_.string()});
    return git_.with_input(std::move(command), input);
  }
  std::vector<std::string> refs() const {
    return lines_of((*this)({"for-each-ref", "--format=%(refname)", "refs/gradient/"}));
  }
  const Path& mirror() const { return mirror_; }

 private:
  Git git_;
  Path mirror_;
};

/// The commit that a ref keeps; empty for a branch or a tag of the server.
std::string kept_commit(const std::string& ref) {
  const auto name = ref.substr(std::string_view("refs/gradient/").size());
  return is_commit(name) ? name : "";
}

bool is_needed(const std::string& ref, const Needed& needed) {
  const auto commit = kept_commit(ref);
  return commit.empty() ? needed.all_refs : needed.commits.contains(commit);
}

void delete_refs(const GitInMirror& git, const Needed& needed) {
  std::string commands;
  for (const auto& ref : git.refs())
    if (!is_needed(ref, needed)) commands += "delete " + ref + "\n";
  if (!commands.empty()) git({"update-ref", "--stdin"}, commands);
}

/// What the disk would get back: a file of several names is a checkout's, too.
std::int64_t own_bytes(const Path& folder) {
  std::int64_t bytes = 0;
  std::error_code error;
  for (auto entry = fs::recursive_directory_iterator(folder, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    struct stat status {};
    if (lstat(entry->path().c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
        status.st_nlink == 1) {
      bytes += std::int64_t{status.st_blocks} * 512;
    }
  }
  return bytes;
}

struct Packs {
  std::int64_t count = 0, bytes = 0;  ///< of their objects
};

Packs packs_of(const Path& mirror) {
  constexpr std::int64_t around_objects = 32;  // gitformat-pack(5), with SHA-1
  Packs packs;
  for (const auto& file : fs::directory_iterator(mirror / "objects" / "pack")) {
    if (file.path().extension() != ".pack") continue;
    ++packs.count;
    packs.bytes += static_cast<std::int64_t>(file.file_size()) - around_objects;
  }
  return packs;
}

/// All that stays is written anew: of a large mirror not for a few bytes, as often as something is
/// collected.
bool is_worth_a_repack(const Packs& packs, std::int64_t needed_bytes) {
  constexpr std::int64_t small = std::int64_t{100} << 20;
  constexpr std::int64_t many = 50;     // gc.autoPackLimit
  constexpr std::int64_t of_hash = 12;  // more around the objects, with SHA-256
  const auto unneeded = packs.bytes - needed_bytes - of_hash * packs.count;
  if (packs.count > many) return true;
  return unneeded > 0 && (packs.bytes < small || 20 * unneeded >= packs.bytes);
}

/// In this order, as it may be killed: a shallow file that names what is not there any more stops a
/// later fetch of the whole history (fetch-pack.c, "unshallow").
void repack(const GitInMirror& git, const Claim& claim) {
  const auto needed_bytes = std::stoll(git({"rev-list", "--objects", "--all", "--disk-usage"}));
  if (!is_worth_a_repack(packs_of(git.mirror()), needed_bytes)) return;
  require_space(git.mirror(), git.mirror().string() + ": a pack of what is needed",
                {needed_bytes + needed_bytes / 10, 3});
  claim.require_ours();
  git({"prune", "--expire=now"});
  claim.require_ours();
  git({"repack", "-a", "-d", "-n", "--quiet", "--no-write-bitmap-index"});
}

}  // namespace

void remove_large_files(const Path& mirror, const Needed& needed, Removal& removal,
                        const std::stop_token& stop) {
  const LargeFileStore store(mirror / "lfs");
  if (!is_true_folder(store.path())) return;
  const GitInMirror git(mirror, stop);
  std::set<std::string> wanted;
  for (const auto& ref : git.refs()) {
    const auto commit = kept_commit(ref);
    if (!needed.commits.contains(commit)) continue;
    // "HASH * PATH", also of what looks like a pointer and is none by its attributes.
    for (const auto& line : lines_of(git({"lfs", "ls-files", "--long", commit})))
      wanted.insert(line.substr(0, line.find(' ')));
  }
  store.keep_only(wanted, removal, stop);
}

void remove_commits(const Path& mirror, const Needed& needed, const Claim& claim, Removal& removal,
                    const std::stop_token& stop) {
  const GitInMirror git(mirror, stop);
  const auto objects = mirror / "objects";
  const auto before = own_bytes(objects);
  const auto end = [&] {
    if (claim.is_ours()) remove_leftovers(mirror);
    removal.bytes += before - own_bytes(objects);
  };
  try {
    claim.require_ours();
    remove_leftovers(mirror);
    delete_refs(git, needed);
    repack(git, claim);
  } catch (...) {
    end();
    throw;
  }
  end();
}

}  // namespace content
