#include "sync/git/checkout.h"

#include "base/files.h"
#include "sync/git/changed_objects.h"
#include "sync/git/large_file_settings.h"
#include "sync/report/failure.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>

namespace content {
namespace {

namespace fs = std::filesystem;

/// git in a tree that is being made.
class Tree {
 public:
  Tree(const Git& git, const Path& path, const std::string& commit)
      : git_(git), path_(path), commit_(commit) {}

  std::string operator()(std::vector<std::string> command) const {
    command.insert(command.begin(), "--literal-pathspecs");
    return with_patterns(std::move(command));
  }
  /// The same with paths that are patterns.
  std::string with_patterns(std::vector<std::string> command) const {
    command.insert(command.begin(), {"-C", path_.string()});
    return git_(std::move(command));
  }
  /// Brings `total` bytes of the commit's large files into the store.
  void fetch(const LargeFileStore& store, std::int64_t total) const {
    git_.transfer_large_files({"-C", path_.string(), "-c", "lfs.storage=" + store.path().string(),
                               "lfs", "fetch", "origin", commit_},
                              total);
  }
  const Git& git() const { return git_; }
  const std::string& commit() const { return commit_; }
  const std::string& url() const { return git_.url(); }

 private:
  const Git& git_;
  const Path& path_;
  const std::string& commit_;
};

/// Whether a bare repository was made for this commit and has been asked for no other.
bool holds_only(const Git& git, const Path& bare, const std::string& commit) {
  if (git({"-C", bare.string(), "for-each-ref", "--format=%(objectname) %(refname)"}) !=
      commit + " refs/gradient/" + commit + "\n") {
    return false;
  }
  const auto packs = fs::directory_iterator(bare / "objects" / "pack");
  return std::count_if(begin(packs), end(packs), [](const fs::directory_entry& file) {
           return file.path().extension() == ".pack";
         }) == 1;
}

/// Without a copy where that may be.
void take_file(const Path& from, const Path& to, bool may_link) {
  std::error_code error;
  if (may_link) fs::create_hard_link(from, to, error);
  if (error || !may_link) fs::copy_file(from, to);
}

/// A mirror that has nothing but the commit gives its pack as it is: to fetch from it would take
/// the pack apart and put it together again. `is_for_reading`: no app can write to the tree.
bool take_pack(const Git& git, const Path& mirror, const Path& tree, const std::string& commit,
               bool is_for_reading) {
  if (!holds_only(git, mirror, commit)) return false;
  const auto packs = Path("objects") / "pack";
  fs::create_directories(tree / ".git" / packs);
  for (const auto& file : fs::directory_iterator(mirror / packs))
    take_file(file.path(), tree / ".git" / packs / file.path().filename(), is_for_reading);
  if (fs::exists(mirror / "shallow")) fs::copy_file(mirror / "shallow", tree / ".git" / "shallow");
  return true;
}

void fetch_from_mirror(const Tree& git, const Path& mirror, bool full_history) {
  std::vector<std::string> fetch = {
      "-c",
      "protocol.file.allow=always",
      "fetch",
      "--quiet",
      "--no-tags",
      "--no-write-fetch-head",
      "--upload-pack=git -c uploadpack.allowAnySHA1InWant=true upload-pack"};
  // A mirror may be of a server that has not the whole history itself.
  fetch.emplace_back(full_history ? "--update-shallow" : "--depth=1");
  fetch.insert(fetch.end(), {"--", "file://" + mirror.string(), git.commit()});
  if (full_history) {
    fetch.insert(fetch.end(), {"refs/gradient/of/refs/heads/*:refs/remotes/origin/*",
                               "refs/gradient/of/refs/tags/*:refs/tags/*"});
  }
  git(std::move(fetch));
}

/// Values of a file in git's format by key, such as "submodule.lib.path".
std::map<std::string, std::string> configuration(const Tree& git, const std::string& file) {
  std::map<std::string, std::string> result;
  const auto list = git({"config", "--blob", git.commit() + ":" + file, "--null", "--list"});
  for (std::size_t begin = 0; begin < list.size();) {
    const auto end = std::min(list.find('\0', begin), list.size());
    const auto entry = list.substr(begin, end - begin);
    const auto newline = entry.find('\n');
    if (newline != std::string::npos) result[entry.substr(0, newline)] = entry.substr(newline + 1);
    begin = end + 1;
  }
  return result;
}

/// Whether the commit has this file at its top. A symbolic link is none: it could lead elsewhere.
bool has_file(const Tree& git, const std::string& name) {
  return git({"ls-tree", git.commit(), "--", name}).rfind("100", 0) == 0;
}

/// What the commit's own files take.
Need need_of_files(const Tree& git) {
  Need need;
  for (const auto& size :
       lines_of(git({"ls-tree", "-r", "--format=%(objectsize)", git.commit()}))) {
    if (size == "-") continue;  // a submodule
    need.bytes += std::stoll(size);
    ++need.files;
  }
  return need;
}

/// Files that git has a filter for, by their attributes.
std::vector<std::string> filtered_files(const Tree& git) {
  return lines_of(git.with_patterns({"ls-files", "-z", "--", ":(attr:filter=lfs)"}), '\0');
}

std::vector<LargeFile> pointers_in(const Path& tree, const std::vector<std::string>& names) {
  constexpr std::size_t longest = 1024;  // as git-lfs has it
  std::vector<LargeFile> result;
  for (const auto& name : names) {
    const auto path = tree / name;
    if (!fs::is_regular_file(fs::symlink_status(path)) || fs::file_size(path) > longest) continue;
    auto file = read_pointer(base::read_file(path));
    if (!file) continue;
    file->path = name;
    result.push_back(*std::move(file));
  }
  return result;
}

/// `for_copies`: bytes that are needed besides.
void fetch_large_files(const Tree& git, const LargeFileStore& store,
                       const std::vector<LargeFile>& files, std::int64_t for_copies) {
  const auto missing = store.prepare(files);
  require_space(store.path(), git.url() + ": the content of its large files (LFS)",
                {store.bytes_to_come(missing) + for_copies, missing.size()});
  if (missing.empty()) return;
  try {
    git.fetch(store, bytes_of(missing));
  } catch (const Failure&) {
    // It also asks for what looks like a pointer and, by its attributes, is none.
    const auto is_there = [&](const LargeFile& file) { return store.has(file); };
    if (!std::all_of(missing.begin(), missing.end(), is_there)) throw;
  }
}

/// git looks at the content of files that are as new as its index. An app's git, which may know
/// nothing of LFS, would find that large files are not their pointers.
void make_older_than_index(const Tree& git, const Path& tree, const std::vector<LargeFile>& files) {
  const auto before = fs::file_time_type::clock::now() - std::chrono::seconds(2);
  for (const auto& file : files)
    fs::last_write_time(tree / file.path, before);
  // Refreshes the index, also when a file is no pointer as its attributes demand.
  git({"status", "--porcelain", "--untracked-files=no", "--ignore-submodules=all"});
}

/// Has git put the content in the place of pointers.
void replace_pointers(const Tree& git, const LargeFileStore& store, const Path& tree,
                      const std::vector<std::string>& names) {
  for (const auto& name : names)
    fs::remove(tree / name);
  git({"-c", "lfs.storage=" + store.path().string(), "checkout", "--quiet", "--force"});
}

/// Pointers come first: they tell what the large files need.
void check_out_files(const Tree& git, const Path& mirror, const Path& tree, const Stock* stock) {
  require_space(tree, git.url() + ": the checkout", need_of_files(git));
  git({"-c", "filter.lfs.process=", "-c", "filter.lfs.required=false", "checkout", "--quiet",
       "--force", "--detach", git.commit()});
  const auto names = filtered_files(git);
  if (names.empty()) return;
  check_large_file_settings(git.git(), tree, names);
  const auto files = pointers_in(tree, names);
  if (stock != nullptr) {
    fetch_large_files(git, stock->large_files, files, 0);
    stock->large_files.place(files, tree);
  } else {
    const LargeFileStore store(mirror / "lfs");
    fetch_large_files(git, store, files, bytes_of(files));
    replace_pointers(git, store, tree, names);
    make_older_than_index(git, tree, files);
  }
}

/// The commit that the tree wants of the submodule at `path`; empty when there is no such entry.
std::string commit_at(const Tree& git, const std::string& path) {
  const auto line = git({"ls-tree", git.commit(), "--", path});
  constexpr std::string_view kind = "160000 commit ";
  if (line.rfind(kind, 0) != 0) return {};
  return line.substr(kind.size(), line.find('\t') - kind.size());
}

std::string value(const std::map<std::string, std::string>& values, const std::string& key) {
  const auto found = values.find(key);
  return found == values.end() ? "" : found->second;
}

/// Entries of .gitmodules that the tree has. Those that it has not are left-overs, and an entry of
/// the tree that .gitmodules does not name stays an empty folder, as after a clone.
std::vector<Submodule> submodules(const Tree& git) {
  if (!has_file(git, ".gitmodules")) return {};
  constexpr std::string_view prefix = "submodule.";
  constexpr std::string_view suffix = ".path";
  const auto values = configuration(git, ".gitmodules");
  std::vector<Submodule> result;
  for (const auto& [key, path] : values) {
    if (key.rfind(prefix, 0) != 0 || key.size() < prefix.size() + suffix.size() ||
        key.compare(key.size() - suffix.size(), suffix.size(), suffix) != 0) {
      continue;
    }
    const auto section = key.substr(0, key.size() - suffix.size());
    const auto commit = commit_at(git, path);
    if (commit.empty() || value(values, section + ".update") == "none") continue;
    git({"submodule", "--quiet", "init", "--", path});  // which also finds what "../lib" means
    auto url = git({"config", "--default", "", "--get", section + ".url"});
    url.erase(url.find_last_not_of('\n') + 1);
    if (url.empty()) continue;  // of two sections of one path git has taken the other
    result.push_back({path, url, commit});
  }
  return result;
}

std::vector<Submodule> check_out_one(const Git& git, Mirrors& mirrors, const Path& tree,
                                     const Resolved& wanted, const Stock* stock);

std::optional<Stock> stock_below(const Stock* stock, const Path& path) {
  if (stock == nullptr) return {};
  return Stock{stock->large_files, stock->before.empty() ? Path() : stock->before / path};
}

std::vector<Submodule> check_out_submodule(const Git& git, Mirrors& mirrors, const Path& tree,
                                           const Submodule& submodule, const Stock* stock) {
  try {
    if (!git.may_fetch(submodule.url)) {
      throw Failure("GitSubmoduleRefused",
                    "its URL must begin with https://, http:// or ssh:// and carry no password");
    }
    const auto inner_stock = stock_below(stock, submodule.path);
    auto inner =
        check_out_one(git.at(submodule.url), mirrors, own_folder(tree, submodule.path),
                      {submodule.commit, submodule.commit}, inner_stock ? &*inner_stock : nullptr);
    for (auto& found : inner)
      found.path = submodule.path + "/" + found.path;
    inner.insert(inner.begin(), submodule);
    return inner;
  } catch (const Failure& failure) {
    throw Failure(failure.reason, "submodule " + submodule.path + ": " + failure.what(),
                  failure.kind);
  }
}

/// Gives the mirror.
Path fill_from_mirror(const Tree& in_tree, const Git& git, Mirrors& mirrors, const Path& tree,
                      const Resolved& wanted, bool is_for_reading) {
  auto mirror = mirrors.fetch(git, wanted);
  git.init(tree, wanted.commit, false);
  if (mirrors.full_history() || !take_pack(git, mirror, tree, wanted.commit, is_for_reading))
    fetch_from_mirror(in_tree, mirror, mirrors.full_history());
  in_tree({"remote", "add", "origin", git.url()});
  return mirror;
}

/// False when there is nothing to begin with, or when the server cannot give parts of a commit.
bool fill_from_before(const Git& git, const Path& tree, const Resolved& wanted,
                      const Stock* stock) {
  if (stock == nullptr || stock->before.empty()) return false;
  try {
    fetch_changed_objects(git, tree, wanted.commit, stock->before);
    return true;
  } catch (const Failure& failure) {
    if (failure.reason != "GitReferenceNotFound") throw;
  }
  fs::remove_all(tree);
  return false;
}

void fill(const Tree& in_tree, const Git& git, Mirrors& mirrors, const Path& tree,
          const Resolved& wanted, const Stock* stock) {
  Path mirror;
  if (!fill_from_before(git, tree, wanted, stock))
    mirror = fill_from_mirror(in_tree, git, mirrors, tree, wanted, stock != nullptr);
  check_out_files(in_tree, mirror, tree, stock);
}

/// That a mirror is damaged shows at any step. The tree is then made from a new one.
void fill_whole(const Tree& in_tree, const Git& git, Mirrors& mirrors, const Path& tree,
                const Resolved& wanted, const Stock* stock) {
  try {
    return fill(in_tree, git, mirrors, tree, wanted, stock);
  } catch (const Failure& failure) {
    const bool may_be_damage = failure.reason == "SyncFailed" && failure.kind == Kind::Transient;
    if (!may_be_damage || !mirrors.discard(git.url())) throw;
  }
  fs::remove_all(tree);
  fill(in_tree, git, mirrors, tree, wanted, stock);
}

std::vector<Submodule> check_out_one(const Git& git, Mirrors& mirrors, const Path& tree,
                                     const Resolved& wanted, const Stock* stock) {
  const Tree in_tree(git, tree, wanted.commit);
  fill_whole(in_tree, git, mirrors, tree, wanted, stock);
  std::vector<Submodule> all;
  for (const auto& submodule : submodules(in_tree)) {
    const auto found = check_out_submodule(git, mirrors, tree, submodule, stock);
    all.insert(all.end(), found.begin(), found.end());
  }
  return all;
}

}  // namespace

std::vector<Submodule> check_out(const Git& git, Mirrors& mirrors, const Path& tree,
                                 const Resolved& wanted, const Stock* stock) {
  auto found = check_out_one(git, mirrors, tree, wanted, stock);
  // As a clone has them: below the top's .git, where a removed submodule leaves its history.
  if (!found.empty()) Tree(git, tree, wanted.commit)({"submodule", "--quiet", "absorbgitdirs"});
  return found;
}

}  // namespace content
