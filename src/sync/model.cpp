#include "sync/model.h"

#include "base/hash.h"
#include "sync/failure.h"
#include "sync/retry.h"

#include <algorithm>
#include <fstream>
#include <sys/stat.h>

namespace content {
namespace {

namespace fs = std::filesystem;
using json::Json;

/// In the pod's own temporary volume. By the folder's inode: several helpers have theirs at one
/// path.
Path ready_marker(const Path& target) {
  struct stat status {};
  if (stat(target.c_str(), &status) != 0) return {};
  return fs::temp_directory_path() /
         ("ready-" + std::to_string(status.st_dev) + "-" + std::to_string(status.st_ino));
}

std::string identity(const Source& source) {
  return source.endpoint.empty() ? source.url : source.url + " at " + source.endpoint;
}

void verify(const Path& files, const Listing& listing) {
  for (const auto& file : listing.files) {
    std::error_code error;
    const auto bytes = fs::file_size(files / file.path, error);
    if (error || (file.bytes >= 0 && bytes != static_cast<std::uintmax_t>(file.bytes))) {
      throw Failure("SyncFailed", "the source changed while it was copied: " + file.path,
                    Kind::Transient);
    }
  }
}

/// {"revision", "bytes", "files"}: the revision is the SHA-256 of sorted lines "<sha256> <path>\n",
/// so equal content is one revision wherever it is from.
Json description(const Path& files) {
  std::vector<std::string> lines;
  std::uintmax_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(files)) {
    if (!entry.is_regular_file()) continue;
    bytes += entry.file_size();
    lines.push_back(base::sha256_of_file(entry.path()) + "  " +
                    entry.path().lexically_relative(files).string() + "\n");
  }
  std::sort(lines.begin(), lines.end());
  std::string all;
  for (const auto& line : lines)
    all += line;
  return json::object(
      {{"revision", "sha256:" + base::sha256_hex(all)}, {"bytes", bytes}, {"files", lines.size()}});
}

class ModelSync {
 public:
  ModelSync(const ModelOptions& options, Report& report, std::stop_token stop)
      : options_(options),
        report_(report),
        stop_(std::move(stop)),
        rclone_(options.source, stop_),
        layout_(options.target) {}

  void first() {
    with_retries(report_, stop_, [&] {
      const Lock lock(lock_file(), stop_);
      if (is_of_our_source(layout_.current())) {
        layout_.link_files();
      } else {
        fetch(rclone_.list());
      }
    });
    say_published();
  }

  void refresh() {
    try {
      const bool is_new = with_retries(report_, stop_, [&] { return fetch_if_newer(); });
      if (is_new || has_failed_) say_published();
      has_failed_ = false;
    } catch (const Failure& failure) {
      has_failed_ = true;
      report_.log(
          "warning", "refresh-failed",
          json::object({{"reason", failure.reason}, {"message", std::string(failure.what())}}));
    }
  }

 private:
  Path lock_file() const { return layout_.path() / "..lock"; }

  bool is_of_our_source(const Json& meta) const {
    return json::string_at(meta, {"source"}) == identity(options_.source);
  }

  bool fetch_if_newer() {
    const auto listing = rclone_.list();
    const auto is_current = [&](const Json& meta) {
      // Another source: a newer pod's, whose content is not ours to replace.
      return !is_of_our_source(meta) ||
             json::string_at(meta, {"fingerprint"}) == listing.fingerprint;
    };
    const auto before = layout_.current();
    if (is_current(before)) return false;
    const Lock lock(lock_file(), stop_);
    if (!is_current(layout_.current())) fetch(listing);
    return true;
  }

  void fetch(const Listing& listing) {
    const WorkFolder work(layout_.path(), "..tmp-");
    const auto files = work.path() / "files";
    fs::create_directory(files);
    ProgressLines progress(report_);
    rclone_.copy(files, [&](const Json& fields) { progress(fields); });
    verify(files, listing);
    auto meta = description(files);
    meta["source"] = Json(identity(options_.source));
    meta["fingerprint"] = Json(listing.fingerprint);
    layout_.publish(files, meta);
  }

  void say_published() {
    const auto meta = layout_.current();
    std::ofstream(ready_marker(layout_.path())) << "\n";
    report_.log("info", "published",
                json::object({{"revision", json::at(meta, {"revision"})},
                              {"bytes", json::at(meta, {"bytes"})},
                              {"files", json::at(meta, {"files"})}}));
  }

  const ModelOptions& options_;
  Report& report_;
  std::stop_token stop_;
  Rclone rclone_;
  Layout layout_;
  bool has_failed_ = false;
};

}  // namespace

void sync_model(const ModelOptions& options, Report& report, const std::stop_token& stop) {
  ModelSync model(options, report, stop);
  std::error_code ignored;  // there is none at a pod's first start
  fs::remove(ready_marker(options.target), ignored);
  model.first();
  while (true) {
    const bool refreshes = options.refresh_interval.count() > 0;
    wait(refreshes ? options.refresh_interval : std::chrono::hours(24), stop);
    if (refreshes) model.refresh();
  }
}

bool is_ready(const Path& target) {
  const auto marker = ready_marker(target);
  return !marker.empty() && fs::exists(marker) && fs::is_directory(target / "..data");
}

}  // namespace content
