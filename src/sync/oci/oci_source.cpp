#include "sync/oci/oci_source.h"

#include "sync/rclone/download_part.h"
#include "sync/rclone/name_filter.h"
#include "sync/report/failure.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

namespace content {

Listing OciSource::list() const {
  if (last_ && last_->fingerprint == registry_.digest()) return *last_;
  auto document = registry_.document();
  Listing listing{.fingerprint = document.digest, .version = document.digest};
  if (is_index(document))
    document = registry_.document(manifest_for(document, architecture(), source_.url));
  listing.files = files_of(document, source_.url);
  if (listing.files.empty())
    throw Failure("ModelEmpty", source_.url + ": the artifact has no layer");
  leave_out_unwanted(listing);
  if (listing.files.empty()) {
    throw Failure("ModelEmpty", source_.url +
                                    ": there is no file that source.include and source.exclude let "
                                    "through; check url and patterns");
  }
  for (const auto& file : listing.files)
    listing.bytes += file.bytes;
  last_ = listing;
  return listing;
}

void OciSource::leave_out_unwanted(Listing& listing) const {
  std::vector<std::string> names;
  for (const auto& file : listing.files)
    if (file.kind == SourceFile::Kind::File) names.push_back(file.path);
  const auto wanted = let_through(source_, names, stop_);
  const std::set<std::string> these(wanted.begin(), wanted.end());
  std::erase_if(listing.files, [&](const SourceFile& file) {
    return file.kind == SourceFile::Kind::File && !these.contains(file.path);
  });
}

void OciSource::copy(const Listing& listing, const Path& target, const OnProgress& on_progress,
                     const OnArrival& on_arrival) const {
  try {
    CopyProgress progress(missing(listing, target).bytes, on_progress);
    const auto bytes = copy_large(listing, target, std::ref(progress), on_arrival);
    copy_rest(listing, target, bytes, std::ref(progress), on_arrival);
  } catch (const Failure& failure) {
    if (failure.reason != "ModelSourceMissing") throw;
    throw Failure("ModelSourceChanged",
                  source_.url +
                      ": the registry lacks a layer that the manifest names; it "
                      "was removed meanwhile, or must be pushed again",
                  Failure::Kind::Transient);
  }
}

std::int64_t OciSource::copy_large(const Listing& listing, const Path& target,
                                   const OnBytes& on_bytes, const OnArrival& on_arrival) const {
  std::vector<SourceFile> large;
  std::map<std::string, std::string> digests;  // by path
  for (const auto& file : listing.files) {
    if (!is_missing(file, target) || file.bytes < large_.from) continue;
    large.push_back(file);
    digests[file.path] = file.sha256;
  }
  if (large.empty()) return 0;
  RangeTransfer transfer(large, target.parent_path() / parts_folder, large_,
                         [&](const RangeRequest& request, const std::stop_token& stop) {
                           registry_.fetch_range(digests.at(request.path), request, stop);
                         });
  transfer.run(on_bytes, on_arrival, stop_);
  // What has a digest cannot have changed.
  transfer.finish(
      target, [](const SourceFile&) { return true; }, on_arrival);
  std::int64_t bytes = 0;
  for (const auto& file : large)
    if (!is_missing(file, target)) bytes += file.bytes;
  return bytes;
}

void OciSource::copy_rest(const Listing& listing, const Path& target, std::int64_t before,
                          const OnBytes& on_bytes, const OnArrival& on_arrival) const {
  on_bytes(before);
  std::vector<const SourceFile*> files;
  std::vector<OciRegistry::WantedLayer> layers;
  const auto parts = target.parent_path() / parts_folder;
  for (const auto& file : listing.files) {
    if (!is_missing(file, target)) continue;
    files.push_back(&file);
    layers.push_back({file.sha256, file.bytes, PartialFile::path_in(parts, file)});
  }
  if (layers.empty()) return;
  registry_.fetch(
      layers, [&](std::int64_t bytes) { on_bytes(before + bytes); },
      [&](std::size_t number) {
        const auto& file = *files.at(number);
        PartialFile(parts, file).finish(target / file.path);
        on_arrival({file.path, target / file.path, file.bytes, true});
      });
}

}  // namespace content
