#include "sync/collect/collect.h"

#include "sync/git/mirror.h"
#include "sync/git/mirror_clean_up.h"
#include "sync/git/needed.h"
#include "sync/volume/claim.h"
#include "sync/volume/tree.h"

#include <algorithm>
#include <functional>
#include <optional>

namespace content {
namespace {

namespace fs = std::filesystem;

/// Of what is on its way out, in .gradient: it has no owner, so the next clean-up goes on with it
/// when its remover has died.
constexpr const char* going_prefix = "going-";
/// At most by so much the lister's clock is thought to be ahead of the volume's.
constexpr auto clock_difference = std::chrono::minutes(30);

bool is_lack_of_room(const Failure& failure) {
  return failure.reason == "VolumeFull" || failure.reason == "VolumeOutOfInodes" ||
         failure.reason == "VolumeQuotaExceeded";
}

class Collection {
 public:
  Collection(const CollectOptions& options, Reporter& report, std::stop_token stop)
      : options_(options),
        report_(report),
        stop_(std::move(stop)),
        hidden_(own_folder(options.volume, ".gradient")),
        checkouts_(folder_if_there("checkouts")),
        models_(folder_if_there("models")),
        mirrors_(folder_if_there("git")),
        claims_(folder_if_there("tmp")) {}

  void run() {
    look_at_clock();
    needed_before_ = needed_by_helpers(hidden_);
    remove_dead();
    for (const auto& checkout : true_folders_in(checkouts_)) {
      if (may_go(checkout.filename())) remove_unused(checkout);
    }
    for (const auto& model : true_folders_in(models_)) {
      if (options_.models.contains(model.filename())) remove_unused(model);
    }
    remove_mirrors();
    clean_up_mirrors();
    tell();
  }

 private:
  /// A folder of ours below .gradient. Nothing is made: a volume that is full has no room for it.
  Path folder_if_there(const char* name) const {
    const auto path = hidden_ / name;
    if (fs::exists(fs::symlink_status(path))) own_folder(hidden_, name);
    return path;
  }

  /// Ages are differences of times of files, so the clock must be the volume's and not this host's.
  void look_at_clock() {
    if (!touch(hidden_)) volume_trouble(hidden_);
    spared_since_ = fs::last_write_time(hidden_) - options_.grace;
    if (!options_.listed_at) return;
    const auto listed = fs::file_time_type::clock::from_sys(*options_.listed_at);
    spared_since_ = std::min<fs::file_time_type>(spared_since_, listed - clock_difference);
  }

  /// What dead helpers have left. Looks at it until it is known who lives.
  void remove_dead() {
    Sweeper of_helpers(claims_, {""});
    Sweeper of_collections(hidden_, {going_prefix});
    // Where nobody may write, it is never known.
    const auto end =
        std::chrono::steady_clock::now() + 2 * renewals_when_dead * this_process().renewal;
    while (of_helpers.look(removal_, stop_).unknown + of_collections.look(removal_, stop_).unknown >
               0 &&
           std::chrono::steady_clock::now() < end) {
      wait(look_interval(), stop_);
    }
  }

  bool may_go(const std::string& key) const {
    const auto is_owner = [&](const auto& uid) { return key.starts_with(uid + "-"); };
    return !options_.keep.contains(key) &&
           std::any_of(options_.owners.begin(), options_.owners.end(), is_owner);
  }

  bool is_young(const Path& folder) const {
    std::error_code gone;
    const auto written = fs::last_write_time(folder, gone);
    return gone || written > spared_since_;
  }

  /// A pod that begins to use a folder writes its time first. So one that was in time is seen after
  /// the rename, and one that was late does not find the folder any more.
  void remove_unused(const Path& folder) {
    if (is_young(folder)) return spare(folder);
    const auto moved = move_away(folder);
    if (!moved) return;
    if (is_young(*moved)) {
      std::error_code taken;  // the name: it was fetched anew, and nobody uses this one
      fs::rename(*moved, folder, taken);
      if (!taken) return spare(folder);
    }
    remove_moved(*moved, folder);
  }

  void spare(const Path& folder) {
    ++young_;
    unused_.add(folder, stop_);
  }

  std::optional<Path> move_away(const Path& folder) {
    auto moved = hidden_ / unique_name(going_prefix);
    std::error_code error;
    fs::rename(folder, moved, error);
    if (!error) return moved;
    if (error != std::errc::no_such_file_or_directory)
      fail("cannot rename " + folder.string() + ": " + error.message());
    return std::nullopt;
  }

  void fail(const std::string& problem) {
    if (++removal_.failed == 1) removal_.problem = problem;
  }

  void remove_moved(const Path& moved, const Path& was) {
    const auto before = removal_;
    remove_tree(moved, removal_, stop_);
    if (before.failed == 0 && removal_.failed > 0)
      removal_.problem = "cannot remove all of " + was.string() + ": " + removal_.problem;
    ++removed_;
    report_.log("info", "removed",
                json::object({{"path", was.lexically_relative(options_.volume).string()},
                              {"bytes", removal_.bytes - before.bytes}}));
  }

  bool has_claim(const std::string& mirror) const {
    return fs::exists(fs::symlink_status(mirror_claim(claims_, mirror)));
  }

  /// Whoever fetches into a mirror has its claim. Nothing is made: a volume that is full has no
  /// room for it, and who begins to fetch meanwhile fails and tries again.
  void remove_mirrors() {
    const auto needed = needed_in_all(hidden_, needed_before_);
    if (!needed) return;
    for (const auto& mirror : true_folders_in(mirrors_)) {
      if (needed->contains(mirror.filename()) || has_claim(mirror.filename())) continue;
      if (const auto moved = move_away(mirror)) remove_moved(*moved, mirror);
    }
  }

  /// First what needs no room, in all of them.
  void clean_up_mirrors() {
    const auto large_files = [this](const Path& mirror, const Needed& needed, const Claim*) {
      remove_large_files(mirror, needed, removal_, stop_);
    };
    const auto commits = [this](const Path& mirror, const Needed& needed, const Claim* ours) {
      remove_commits(mirror, needed, *ours, removal_, stop_);
    };
    std::set<std::string> left;
    for (const auto& mirror : true_folders_in(mirrors_)) {
      const auto name = mirror.filename().string();
      auto state = claim_and_clean_up(name, large_files);
      if (state == State::NoRoom && !has_claim(name)) state = clean_up(name, large_files, nullptr);
      if (state == State::InUse) left.insert(name);
    }
    for (const auto& mirror : true_folders_in(mirrors_)) {
      const auto name = mirror.filename().string();
      if (!left.contains(name) && claim_and_clean_up(name, commits) != State::Done)
        left.insert(name);
    }
    young_ += static_cast<int>(left.size());
  }

  using CleanUp = std::function<void(const Path& mirror, const Needed&, const Claim*)>;
  enum class State { Done, InUse, NoRoom };

  /// Who fetches into the mirror is hardly waited for.
  State claim_and_clean_up(const std::string& mirror, const CleanUp& work) {
    const auto end = std::chrono::steady_clock::now() + look_interval();
    const auto is_late = [&] { return std::chrono::steady_clock::now() > end; };
    std::unique_ptr<Claim> ours;
    try {
      ours = claim(mirror_claim(own_folder(hidden_, "tmp"), mirror),
                   {.stop = stop_, .is_done = is_late});
    } catch (const Failure& failure) {
      return state_after(mirror, failure);
    }
    return ours ? clean_up(mirror, work, ours.get()) : State::InUse;
  }

  State clean_up(const std::string& name, const CleanUp& work, const Claim* ours) {
    const auto mirror = mirrors_ / name;
    const auto needed = needed_in_all(hidden_, needed_before_);
    if (!needed || !is_true_folder(mirror)) return State::Done;
    const auto of_mirror = needed->find(name);
    try {
      work(mirror, of_mirror == needed->end() ? Needed() : of_mirror->second, ours);
    } catch (const std::exception& error) {
      const auto failure = as_failure(error);
      if (ours != nullptr && !ours->is_ours()) return State::InUse;
      if (failure.kind != Failure::Kind::Damage) return state_after(name, failure);
      // Who fetches next makes it anew.
      if (const auto moved = move_away(mirror)) remove_moved(*moved, mirror);
    }
    return State::Done;
  }

  State state_after(const std::string& mirror, const Failure& failure) {
    if (is_lack_of_room(failure)) return State::NoRoom;
    fail("cannot clean up " + (mirrors_ / mirror).string() + ": " + failure.what());
    return State::Done;
  }

  void tell() {
    DiskUse use;
    const auto more = [&](const std::set<Path>& folders, const std::set<Path>& without = {}) {
      const auto before = use.bytes();
      for (const auto& folder : folders)
        use.add(folder, stop_, without);
      return use.bytes() - before;
    };
    std::set<Path> stores;
    for (const auto& mirror : true_folders_in(mirrors_))
      stores.insert(mirror / "lfs");
    const auto large_files = more(stores);
    const auto mirrors = more({mirrors_}, stores);
    const auto checkouts = more({checkouts_});
    const auto models = more({models_});
    auto result = json::object({{"checkoutsBytes", checkouts},
                                {"mirrorsBytes", mirrors},
                                {"largeFilesBytes", large_files},
                                {"modelsBytes", models},
                                {"unusedBytes", unused_.bytes()},
                                {"freedBytes", std::max<std::int64_t>(removal_.bytes, 0)},
                                {"removed", removed_},
                                {"young", young_},
                                {"failed", removal_.failed}});
    if (removal_.failed > 0) result["message"] = json::Json(removal_.problem);
    report_.log("info", "collected", result);
    report_.succeeded(result);
  }

  const CollectOptions& options_;
  Reporter& report_;
  std::stop_token stop_;
  Path hidden_, checkouts_, models_, mirrors_, claims_;
  fs::file_time_type spared_since_;  ///< what was written later is in use
  NeededOfMirrors needed_before_;
  Removal removal_;
  DiskUse unused_;
  int removed_ = 0, young_ = 0;
};

}  // namespace

void collect(const CollectOptions& options, Reporter& report, const std::stop_token& stop) {
  Collection(options, report, stop).run();
}

}  // namespace content
