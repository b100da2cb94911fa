#include "sync/model/origin.h"

#include "sync/model/archives.h"
#include "sync/rclone/name_filter.h"

#include <algorithm>

namespace content {
namespace {

std::variant<Rclone, GitOrigin, OciSource> opened(const Source& source, const Path& program,
                                                  const std::stop_token& stop,
                                                  const RangeOptions& large) {
  if (is_git(source)) return GitOrigin(source, program, stop);
  if (is_oci(source)) return OciSource(source, stop, large);
  auto files = source;
  if (is_one_archive(source)) files.include = files.exclude = {};
  return Rclone(std::move(files), stop, large);
}

/// For what rclone has listed.
void check_listed(const Source& source, const Listing& listing) {
  std::vector<std::string> paths;
  for (const auto& file : listing.files)
    paths.push_back(file.path);
  check_archives(source, paths);
  const bool is_folder =
      paths.size() != 1 || !percent_decoded(source.url).ends_with("/" + paths.front());
  if (!is_one_archive(source) || !is_folder || rclone_filters(source).empty()) return;
  throw Failure(
      "ModelArchiveRefused",
      url_for_messages(source) +
          ": is a folder that is called like an archive; end the URL with a slash, or "
          "source.include and source.exclude are taken to be for what is in that archive");
}

}  // namespace

Origin::Origin(const Source& source, const Path& program, const std::stop_token& stop,
               const RangeOptions& large, const Limits& limits)
    : source_(opened(source, program, stop, large)),
      asked_(source),
      url_(url_for_messages(source)),
      limits_(limits) {}

Listing Origin::list() const {
  if (const auto* const git = std::get_if<GitOrigin>(&source_)) {
    const auto commit = git->commit();
    return {.fingerprint = commit, .version = commit, .has_files = false};
  }
  const auto* const oci = std::get_if<OciSource>(&source_);
  auto listing = oci != nullptr ? oci->list() : std::get<Rclone>(source_).list();
  require_files(limits_, url_, static_cast<std::int64_t>(listing.files.size()));
  require_bytes(limits_, url_, listing.bytes);
  for (const auto& file : listing.files)
    require_depth(limits_, url_, 1 + std::count(file.path.begin(), file.path.end(), '/'));
  if (oci == nullptr) check_listed(asked_, listing);
  return listing;
}

void Origin::copy(const Listing& listing, const Download& download,
                  const Rclone::OnProgress& on_progress, const OnArrival& on_arrival) const {
  if (const auto* const git = std::get_if<GitOrigin>(&source_)) {
    const LargeFileStore store(download.large_file_store(), [&](const std::string& sha256) {
      return download.published_content(sha256);
    });
    git->check_out(listing.fingerprint, download.files(),
                   {store, download.published_revision(), limits_}, on_progress);
  } else if (const auto* const oci = std::get_if<OciSource>(&source_)) {
    oci->copy(listing, download.files(), on_progress, on_arrival);
  } else {
    std::get<Rclone>(source_).copy(listing, download.files(), on_progress, on_arrival);
  }
}

std::set<std::string> Origin::without_md5(const Listing& listing,
                                          const std::vector<std::string>& paths) const {
  const auto* const rclone = std::get_if<Rclone>(&source_);
  return rclone == nullptr ? std::set<std::string>() : rclone->encrypted_by_kms(listing, paths);
}

}  // namespace content
