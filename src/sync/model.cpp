#include "sync/model.h"

#include "base/hash.h"
#include "sync/download.h"
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

struct Description {
  Json meta;         ///< {"revision", "bytes", "files"}
  KnownFiles known;  ///< for the next time
};

/// The revision is the SHA-256 of sorted lines "<sha256>  <path>\n", as sha256sum prints them, so
/// equal content is one revision wherever it is from.
Description description(const Path& files, const Listing& listing, const KnownFiles& known) {
  KnownFiles all;
  for (const auto& file : listing.files)
    all[file.path].identity = file.identity;
  std::vector<std::string> lines;
  std::uintmax_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(files)) {
    if (!entry.is_regular_file()) continue;
    const auto path = entry.path().lexically_relative(files).string();
    const auto found = known.find(path);
    bytes += entry.file_size();
    auto& sha256 = all[path].sha256;
    sha256 = found == known.end() ? base::sha256_of_file(entry.path()) : found->second.sha256;
    lines.push_back(sha256 + "  " + path + "\n");
  }
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const auto& line : lines)
    text += line;
  return {json::object({{"revision", "sha256:" + base::sha256_hex(text)},
                        {"bytes", bytes},
                        {"files", lines.size()}}),
          std::move(all)};
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

  /// Gives the time until there is something to remove again.
  std::optional<std::chrono::seconds> remove_replaced() const {
    return layout_.remove_replaced(options_.grace);
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
    Download download(layout_, identity(options_.source), listing);
    try {
      if (!download.is_complete()) copy(download);
      verify(download.files(), listing);
      publish(download, listing);
      download.discard();
    } catch (const Failure& failure) {
      if (failure.kind == Kind::Permanent) download.discard();
      throw;
    }
  }

  void copy(const Download& download) {
    ProgressLines progress(report_);
    rclone_.copy(download.files(), [&](const Json& fields) {
      download.touch();
      progress(fields);
    });
  }

  void publish(const Download& download, const Listing& listing) {
    auto [meta, known] = description(download.files(), listing, download.known());
    meta["source"] = Json(identity(options_.source));
    meta["fingerprint"] = Json(listing.fingerprint);
    layout_.publish(download.files(), meta, text_of(known));
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
  using Clock = std::chrono::steady_clock;
  const bool refreshes = options.refresh_interval.count() > 0;
  for (auto due = Clock::now() + options.refresh_interval;;) {
    const auto left = std::chrono::ceil<std::chrono::seconds>(due - Clock::now());
    const auto rest = refreshes ? left : std::chrono::hours(24);
    wait(std::min(rest, model.remove_replaced().value_or(rest)), stop);
    if (!refreshes || Clock::now() < due) continue;
    model.refresh();
    due = Clock::now() + options.refresh_interval;
  }
}

bool is_ready(const Path& target) {
  const auto marker = ready_marker(target);
  return !marker.empty() && fs::exists(marker) && fs::is_directory(target / "..data");
}

}  // namespace content
