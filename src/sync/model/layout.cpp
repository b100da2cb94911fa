#include "sync/model/layout.h"

#include "sync/report/failure.h"
#include "sync/volume/claim.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>

namespace content {
namespace {

namespace fs = std::filesystem;

constexpr const char* data_link = "..data";
constexpr const char* revision_prefix = "..rev-";

/// Such names are for us and not for files of a model.
bool is_reserved(const std::string& name) {
  return name.starts_with("..");
}

Path link_to(const std::string& name) {
  return Path(data_link) / name;
}

bool is_link(const Path& path, const Path& to) {
  std::error_code error;
  return fs::read_symlink(path, error) == to && !error;
}

void rename_over(const Path& from, const Path& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) volume_trouble(to);
}

/// Names of the entries that an app is to see.
std::vector<std::string> visible_names(const Path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    auto name = entry.path().filename().string();
    if (!is_reserved(name)) names.push_back(std::move(name));
  }
  return names;
}

std::string revision_name(const json::Json& meta) {
  const auto revision = json::string_at(meta, {"revision"});
  return revision_prefix + revision.substr(revision.find(':') + 1, 16);
}

std::vector<Path> entries_with(const Path& folder, const std::string& prefix) {
  std::vector<Path> paths;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().filename().string().starts_with(prefix)) paths.push_back(entry.path());
  return paths;
}

/// Writes it beside and renames it: a reader sees the old one or the new one.
void replace_file(const Path& path, const std::string& text, const Claim& work) {
  const auto beside = work.path() / path.filename();
  write_file(beside, text);
  rename_over(beside, path);
}

void describe(const Path& revision, const json::Json& meta, const std::string& listing,
              const Claim& work) {
  replace_file(revision / listing_file, listing, work);
  replace_file(revision / meta_file, json::text(meta) + "\n", work);
}

/// Whether an NFS client has given files other names there that programs of its host have open.
bool has_open_files(const Path& folder) {
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().filename().string().starts_with(".nfs")) return true;
  }
  return false;
}

/// Whether that is in the folder: each is described before it gets its name.
bool is_whole(const Path& revision, const json::Json& meta) {
  try {
    const auto found = json::parse(read_regular_file(revision / meta_file, 64U << 10U));
    return json::string_at(found, {"revision"}) == json::string_at(meta, {"revision"});
  } catch (const std::exception&) {
    return false;
  }
}

/// It goes with the claim.
void set_aside(const Path& revision, const Claim& work) {
  std::error_code nothing;
  fs::rename(revision, work.path() / unique_name("not-whole-"), nothing);
}

/// Equal content may differ in what can be run. A file that is another user's stays as it is.
void copy_permissions(const Path& from, const Path& to) {
  for (const auto& entry : fs::recursive_directory_iterator(from)) {
    if (!fs::is_regular_file(entry.symlink_status())) continue;
    const auto path = to / entry.path().lexically_relative(from);
    const auto wanted = entry.status().permissions();
    std::error_code ignored;
    if (fs::symlink_status(path, ignored).permissions() != wanted)
      fs::permissions(path, wanted, ignored);
  }
}

}  // namespace

Layout::Layout(const Path& target)
    : target_(own_folder("/", fs::absolute(target).relative_path())) {}

Path Layout::current_revision() const {
  std::error_code error;
  const auto to = fs::read_symlink(target_ / data_link, error).string();
  if (error || !to.starts_with(revision_prefix) || to.find('/') != std::string::npos) return {};
  return target_ / to;
}

json::Json Layout::current() const {
  const auto revision = current_revision();
  if (revision.empty() || !is_true_folder(revision)) return {};
  try {
    return json::parse(read_regular_file(revision / meta_file, 64U << 10U));
  } catch (const std::exception&) {
    return {};  // then it is fetched again
  }
}

void Layout::check_names(const Path& files) const {
  for (const auto& name : visible_names(files)) {
    const auto path = target_ / name;
    // Read at once, without a look before: others make and remove such links meanwhile.
    std::error_code error;
    const bool is_right = fs::read_symlink(path, error) == link_to(name);
    if (error ? error != std::errc::no_such_file_or_directory : !is_right) {
      throw Failure("NameTaken",
                    path.string() + " is in the way of a file of the model; move it elsewhere");
    }
  }
}

void Layout::publish(const Path& files, const json::Json& meta, const std::string& listing) {
  check_names(files);
  const Claim work(target_, work_prefix);
  const auto name = revision_name(meta);
  const auto revision = target_ / name;
  const auto previous = current_revision();
  describe(files, meta, listing, work);
  if (!is_whole(revision, meta)) set_aside(revision, work);
  const bool is_new = content::publish(files, revision);
  // The same content may be there already: from before, or by another pod just now.
  if (!is_new) {
    describe(revision, meta, listing, work);
    copy_permissions(files, revision);
  }
  // The time of a revision's folder is that of its replacement. Somebody may have removed it.
  if (!previous.empty() && previous != revision) touch(previous);
  fs::create_directory_symlink(name, work.path() / data_link);
  rename_over(work.path() / data_link, target_ / data_link);
  // Another helper may have removed it meanwhile, as one that was replaced long ago.
  if (!is_new && !fs::exists(revision)) content::publish(files, revision);
  link_files();
}

void Layout::link_files() const {
  std::optional<Claim> work;  // made when it is needed: a full volume has no room for it
  Path revision;
  do {  // somebody else may publish meanwhile
    revision = current_revision();
    if (revision.empty()) {
      throw Failure("SyncFailed",
                    (target_ / data_link).string() + ", which leads to the model, is not there",
                    Failure::Kind::Transient);
    }
    for (const auto& name : visible_names(revision)) {
      if (is_link(target_ / name, link_to(name))) continue;
      if (!work) work.emplace(target_, work_prefix);
      fs::create_symlink(link_to(name), work->path() / name);
      rename_over(work->path() / name, target_ / name);
    }
    for (const auto& name : visible_names(target_)) {
      const auto has = [&](const Path& folder) {
        return fs::exists(fs::symlink_status(folder / name));
      };
      if (is_link(target_ / name, link_to(name)) && !has(revision) && !has(target_ / data_link))
        fs::remove(target_ / name);
    }
  } while (revision != current_revision());
}

/// Gives what stays of it, under another name, because programs have it open; empty: nothing.
Path Layout::remove(const Path& revision) const {
  const auto removed = target_ / unique_name(removed_prefix);
  if (std::rename(revision.c_str(), removed.c_str()) != 0) {
    if (errno == ENOENT) return {};  // somebody else has removed it
    volume_trouble(revision);
  }
  // Another helper may have published it meanwhile: its content is the newest again.
  if (current_revision() == revision && std::rename(removed.c_str(), revision.c_str()) == 0)
    return {};
  Removal removal;
  remove_tree(removed, removal, {});
  if (!is_true_folder(removed)) return {};
  if (has_open_files(removed)) return removed;
  throw Failure("SyncFailed", (removed / removal.problem).string(), Failure::Kind::Transient);
}

std::set<std::string> Layout::revisions() const {
  std::set<std::string> names;
  for (const auto& path : entries_with(target_, revision_prefix))
    names.insert(path.filename().string());
  return names;
}

Layout::Replaced Layout::remove_replaced(
    std::chrono::seconds grace, const std::function<bool(const std::string&)>& is_used) const {
  const auto current = current_revision();
  auto replaced = entries_with(target_, revision_prefix);
  std::erase(replaced, current);
  if (replaced.empty()) return {};
  // Ages are differences of times of files, so the clock must be the volume's and not this host's.
  if (!touch(target_)) volume_trouble(target_);
  const auto now = fs::last_write_time(target_);
  Replaced result;
  for (const auto& revision : replaced) {
    std::error_code gone;
    const auto age = now - fs::last_write_time(revision, gone);
    if (gone || revision == current_revision()) continue;
    const auto left = std::chrono::ceil<std::chrono::seconds>(grace - age);
    if (left > std::chrono::seconds(0)) {
      result.next = std::min(left, result.next.value_or(left));
    } else if (is_used(revision.filename().string())) {
      result.are_in_use = true;
    } else if (const auto held = remove(revision); !held.empty()) {
      result.held.push_back(held);
    }
  }
  return result;
}

}  // namespace content
