#include "sync/volume/collect.h"

#include "base/hash.h"
#include "sync/volume/claim.h"
#include "sync/volume/tree.h"

#include <algorithm>
#include <optional>

namespace content {
namespace {

namespace fs = std::filesystem;

/// Of what is on its way out, in .gradient: it has no owner, so the next clean-up goes on with it
/// when its remover has died.
constexpr const char* going_prefix = "going-";
/// At most by so much the lister's clock is thought to be ahead of the volume's.
constexpr auto clock_difference = std::chrono::minutes(30);

std::vector<std::string> folders_in(const Path& parent) {
  std::vector<std::string> names;
  if (!is_true_folder(parent)) return names;
  for (const auto& entry : fs::directory_iterator(parent)) {
    if (is_true_folder(entry.path())) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// Names of the mirrors that a checkout was made from; empty when that cannot be told.
std::set<std::string> mirrors_of(const Path& checkout) {
  try {
    const auto meta = json::parse(read_regular_file(checkout / "meta.json", 64U << 10U));
    std::set<std::string> names = {base::short_hash(meta.at("url").as_string())};
    for (const auto& submodule : json::elements_at(meta, {"submodules"}))
      names.insert(base::short_hash(submodule.at("url").as_string()));
    return names;
  } catch (const std::exception&) {
    return {};
  }
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
    remove_dead();
    for (const auto& key : folders_in(checkouts_)) {
      if (may_go(key)) remove_unused(checkouts_ / key);
    }
    for (const auto& name : folders_in(models_)) {
      if (options_.models.contains(name)) remove_unused(models_ / name);
    }
    remove_mirrors();
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
    while (of_helpers.look(removal_, stop_).unknown + of_collections.look(removal_, stop_).unknown >
           0) {
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
    if (is_young(folder)) {
      ++young_;
      return;
    }
    const auto moved = move_away(folder);
    if (!moved) return;
    if (is_young(*moved)) {
      std::error_code taken;  // the name: it was fetched anew, and nobody uses this one
      fs::rename(*moved, folder, taken);
      if (!taken) {
        ++young_;
        return;
      }
    }
    remove_moved(*moved, folder);
  }

  std::optional<Path> move_away(const Path& folder) {
    auto moved = hidden_ / unique_name(going_prefix);
    std::error_code error;
    fs::rename(folder, moved, error);
    if (!error) return moved;
    if (error != std::errc::no_such_file_or_directory && ++removal_.failed == 1)
      removal_.problem = "cannot rename " + folder.string() + ": " + error.message();
    return std::nullopt;
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

  /// Whoever fetches into a mirror has its claim. Nothing is made: a volume that is full has no
  /// room for it, and who begins to fetch meanwhile fails and tries again.
  void remove_mirrors() {
    std::set<std::string> used;
    for (const auto& key : folders_in(checkouts_)) {
      auto mirrors = mirrors_of(checkouts_ / key);
      if (mirrors.empty()) return;  // unknown: it could be any of them
      used.merge(mirrors);
    }
    for (const auto& name : folders_in(mirrors_)) {
      if (used.contains(name)) continue;
      if (fs::exists(fs::symlink_status(claims_ / ("mirror-" + name)))) continue;
      if (const auto moved = move_away(mirrors_ / name)) remove_moved(*moved, mirrors_ / name);
    }
  }

  void tell() {
    DiskUse checkouts;
    checkouts.add(checkouts_, stop_);
    checkouts.add(mirrors_, stop_);
    DiskUse models;
    models.add(models_, stop_);
    auto result = json::object({{"checkoutsBytes", checkouts.bytes()},
                                {"modelsBytes", models.bytes()},
                                {"freedBytes", removal_.bytes},
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
  Removal removal_;
  int removed_ = 0, young_ = 0;
};

}  // namespace

void collect(const CollectOptions& options, Reporter& report, const std::stop_token& stop) {
  Collection(options, report, stop).run();
}

}  // namespace content
