#include "sync/model/chosen_files.h"

#include "sync/rclone/name_filter.h"
#include "sync/report/failure.h"

#include <utility>

namespace content {

ChosenFiles::ChosenFiles(Source source, std::stop_token stop)
    : source_(std::move(source)),
      stop_(std::move(stop)),
      unfit_(source_.include.begin(), source_.include.end()) {}

bool ChosenFiles::is_needed() const {
  return !rclone_filters(source_).empty();
}

void ChosenFiles::note_fit(const std::vector<std::string>& files) {
  for (const auto& pattern : source_.include) {
    if (!unfit_.contains(pattern)) continue;
    const Source alone{.url = source_.url, .include = {pattern}};
    if (!let_through(alone, files, stop_).empty()) unfit_.erase(pattern);
  }
}

std::set<std::string> ChosenFiles::operator()(const std::vector<std::string>& paths) {
  constexpr const char* settings = ".lfsconfig";
  constexpr const char* any_file = "any-file-of-a-submodule";
  std::vector<std::string> files;
  std::vector<std::string> in_submodules;
  for (const auto& path : paths) {
    if (path.ends_with('/')) {
      in_submodules.push_back(path + any_file);
    } else {
      files.push_back(path);
    }
  }
  note_fit(files);
  const auto wanted = let_through(source_, files, stop_);
  std::set<std::string> result(wanted.begin(), wanted.end());
  has_files_ = has_files_ || !result.empty();
  for (const auto& file : files)
    if (Path(file).filename() == settings && !result.contains(file)) settings_.push_back(file);
  const Source all_but_excluded{.url = source_.url, .exclude = source_.exclude};
  const auto submodules = let_through(all_but_excluded, in_submodules, stop_);
  for (const auto& path : submodules)
    result.insert(path.substr(0, path.rfind('/') + 1));
  const bool is_all = is_top_ && submodules.empty();
  is_top_ = false;
  if (is_all) require_fit();
  return result;
}

void ChosenFiles::require_fit() const {
  const auto url = url_for_messages(source_);
  if (!unfit_.empty()) {
    throw Failure("GitPathNotFound", url + ": source.include has " + *unfit_.begin() +
                                         ", which fits no file of the commit; correct it, or "
                                         "remove it");
  }
  if (has_files_) return;
  throw Failure("ModelEmpty", url +
                                  ": there is no file that source.include and source.exclude let "
                                  "through; check url and patterns");
}

}  // namespace content
