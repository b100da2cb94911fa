#include "sync/layout.h"

#include "base/files.h"
#include "sync/failure.h"

#include <cerrno>
#include <cstdio>
#include <fstream>

namespace content {
namespace {

namespace fs = std::filesystem;

constexpr const char* data_link = "..data";
constexpr const char* meta_file = "..meta.json";
constexpr const char* revision_prefix = "..rev-";

bool starts_with(const std::string& text, std::string_view prefix) {
  return text.compare(0, prefix.size(), prefix) == 0;
}

bool is_ours(const std::string& name) {
  return starts_with(name, "..");
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
    if (!is_ours(name)) names.push_back(std::move(name));
  }
  return names;
}

std::string revision_name(const json::Json& meta) {
  const auto revision = json::string_at(meta, {"revision"});
  return revision_prefix + revision.substr(revision.find(':') + 1, 16);
}

/// Writes it beside and renames it: a reader sees the old one or the new one.
void write_meta(const Path& folder, const json::Json& meta, const WorkFolder& work) {
  const auto beside = work.path() / meta_file;
  std::ofstream file(beside);
  file << json::text(meta) << "\n";
  if (!file.flush()) volume_trouble(beside);
  file.close();
  rename_over(beside, folder / meta_file);
}

}  // namespace

Layout::Layout(const Path& target) : target_(own_folder("/", target.relative_path())) {}

Path Layout::current_revision() const {
  std::error_code error;
  const auto to = fs::read_symlink(target_ / data_link, error).string();
  if (error || !starts_with(to, revision_prefix) || to.find('/') != std::string::npos) return {};
  return target_ / to;
}

json::Json Layout::current() const {
  const auto revision = current_revision();
  if (revision.empty() || !fs::is_directory(fs::symlink_status(revision))) return {};
  try {
    return json::parse(base::read_file(revision / meta_file, 64U << 10U));
  } catch (const std::exception&) {
    return {};  // then it is fetched again
  }
}

void Layout::check_names(const Path& files) const {
  for (const auto& name : visible_names(files)) {
    const auto path = target_ / name;
    if (fs::exists(fs::symlink_status(path)) && !is_link(path, link_to(name))) {
      throw Failure("NameTaken",
                    path.string() + " is in the way of a file of the model; move it elsewhere");
    }
  }
}

void Layout::publish(const Path& files, const json::Json& meta) {
  check_names(files);
  const WorkFolder work(target_, "..tmp-");
  const auto name = revision_name(meta);
  const auto revision = target_ / name;
  const auto previous = current_revision();
  write_meta(files, meta, work);
  // The same content may be there already: from before, or by another pod just now.
  if (!content::publish(files, revision)) write_meta(revision, meta, work);
  fs::create_directory_symlink(name, work.path() / data_link);
  rename_over(work.path() / data_link, target_ / data_link);
  link_files();
  remove_others(revision, previous);
}

void Layout::link_files() const {
  const auto revision = current_revision();
  const WorkFolder work(target_, "..tmp-");
  for (const auto& name : visible_names(revision)) {
    if (is_link(target_ / name, link_to(name))) continue;
    fs::create_symlink(link_to(name), work.path() / name);
    rename_over(work.path() / name, target_ / name);
  }
  for (const auto& name : visible_names(target_)) {
    if (is_link(target_ / name, link_to(name)) && !fs::exists(fs::symlink_status(revision / name)))
      fs::remove(target_ / name);
  }
}

void Layout::remove_others(const Path& current, const Path& previous) const {
  std::error_code ignored;  // the next publication tries again
  for (const auto& entry : fs::directory_iterator(target_, ignored)) {
    if (starts_with(entry.path().filename().string(), revision_prefix) && entry.path() != current &&
        entry.path() != previous) {
      fs::remove_all(entry.path(), ignored);
    }
  }
}

}  // namespace content
