#include "sync/model/model.h"

#include "base/hash.h"
#include "sync/model/archives.h"
#include "sync/model/digest.h"
#include "sync/model/download.h"
#include "sync/model/fetch_request.h"
#include "sync/model/origin.h"
#include "sync/model/ready.h"
#include "sync/model/unpack.h"
#include "sync/model/uses.h"
#include "sync/model/verify.h"
#include "sync/report/failure.h"
#include "sync/report/retry.h"
#include "sync/volume/claim.h"
#include "sync/volume/features.h"
#include "sync/volume/hasher.h"
#include "sync/volume/wait_lines.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <set>

namespace content {
namespace {

using json::Json;

constexpr const char* digest_mismatch = "ModelDigestMismatch";

/// Removal that failed is tried again after so long, or with the next refresh.
constexpr auto pause_of_removal = std::chrono::minutes(10);
/// And so is a fetch that was asked for.
constexpr auto pause_after_failure = std::chrono::minutes(10);

/// What the options ask for, as a text that meta.json keeps: a pod that asks for something else
/// does not replace what this one has published.
std::string wanted_source(const ModelOptions& options) {
  const auto& source = options.source;
  auto text = source.url;
  if (!source.endpoint.empty()) text += " at " + source.endpoint;
  if (!source.account.empty()) text += " of " + source.account;
  for (const auto& pattern : source.exclude)
    text += "\n- " + pattern;
  for (const auto& pattern : source.include)
    text += "\n+ " + pattern;
  if (source.unpack) text += "\nunpacked";
  return options.digest.empty() ? text : text + "\nas " + options.digest;
}

class ModelSync {
 public:
  ModelSync(const ModelOptions& options, Reporter& report, std::stop_token stop)
      : options_(options),
        report_(report),
        stop_(std::move(stop)),
        origin_(options.source, options.program, stop_, options.large, options.limits),
        layout_(options.target),
        uses_(layout_),
        request_(options.fetch_request, layout_.path()),
        sweeper_(layout_.path(), {work_prefix, removed_prefix}),
        waits_(report) {}

  void first() {
    // As far as that is allowed. The time tells a clean-up that a pod begins to use the model.
    touch(layout_.path());
    std::optional<Listing> known;
    std::string asked;
    with_retries(report_, stop_, [&] {
      on_volume(layout_.path(), [&] {
        const auto ours = claim_unless([&] { return serve_published(); });
        if (!ours) return;
        asked = request_.text();
        fetch(*ours, list(known));
      });
    });
    mark_uses();
    go_on_after("request-failed", [&] {
      request_.answered(asked);
      return false;
    });
    say_published();
  }

  /// Lets time pass until then, or until somebody asks for a fetch.
  void wait_until(std::chrono::steady_clock::time_point next) {
    const auto now = std::chrono::steady_clock::now;
    while (now() < next && !request_.is_open()) {
      const std::chrono::nanoseconds look = this_process().renewal;
      wait(std::chrono::ceil<std::chrono::milliseconds>(std::min(look, next - now())), stop_);
    }
  }
  bool is_asked() const { return request_.is_open(); }

  /// Tells the helpers of other pods what this pod's app may use.
  void mark_uses() {
    go_on_after("mark-failed", [&] {
      on_volume(layout_.path(), [&] { uses_.mark(); });
      return false;
    });
  }

  /// Removes revisions that were replaced and are not in use, and what dead helpers have left.
  /// Gives the time until there is something to remove again.
  std::chrono::milliseconds remove_old() {
    std::chrono::milliseconds next = pause_of_removal;
    go_on_after("removal-failed", [&] {
      next = on_volume(layout_.path(), [&] { return remove_what_is_due(); });
      return false;
    });
    return next;
  }

  void refresh() {
    const auto asked = request_.text();
    const auto succeeded = go_on_after("refresh-failed", [&] {
      std::optional<Listing> known;
      const bool is_new = with_retries(report_, stop_, [&] {
        return on_volume(layout_.path(), [&] { return fetch_if_newer(known); });
      });
      const bool was_asked = request_.is_open();
      request_.answered(asked);
      return is_new || was_asked;
    });
    if (!succeeded) request_.failed(asked, pause_after_failure);
  }

 private:
  std::chrono::milliseconds remove_what_is_due() {
    Removal ignored;
    const auto left = sweeper_.look(ignored, stop_);
    std::optional<Uses::Marks> marks;  // looked at when there is something to remove
    const auto replaced = layout_.remove_replaced(options_.grace, [&](const std::string& revision) {
      if (!marks) marks = uses_.of_others(stop_);
      return marks->has(revision);
    });
    if (!marks) marks = uses_.of_unknown(stop_);
    std::erase_if(held_, [&](const auto& claim) {
      if (!claim->is_ours()) return true;
      remove_left(*claim, stop_);
      return !has_left(*claim);
    });
    for (const auto& folder : replaced.held)
      hold(folder);
    if (left.alive + left.unknown > held_.size()) return look_interval();
    auto next = std::chrono::milliseconds(replaced.next.value_or(std::chrono::hours(24)));
    if (replaced.are_in_use || !marks->are_known || !held_.empty())
      next = std::min(next, Uses::interval());
    return next;
  }

  /// What programs of this host have open is a file like others for other hosts: so it stays ours
  /// until it is closed.
  void hold(const Path& folder) {
    auto claim = std::make_unique<Claim>(layout_.path(), removed_prefix);
    if (take_over(folder, {}, *claim)) held_.push_back(std::move(claim));
  }

  /// Does what may fail while files are served; `work` gives whether others have been published. A
  /// failure is logged as `event` and gives false, and when it is over, what is published is logged
  /// again: the operator reads the last line.
  template <class Work>
  bool go_on_after(const std::string& event, const Work& work) {
    try {
      if (work() || failing_.contains(event)) say_published();
      failing_.erase(event);
      return true;
    } catch (const std::exception& error) {
      failing_.insert(event);
      const auto failure = as_failure(error);
      report_.log(
          "warning", event,
          json::object({{"reason", failure.reason}, {"message", std::string(failure.what())}}));
      return false;
    }
  }

  /// The claim of the download, for which it waits while another helper has it and lives; null when
  /// that has done the work.
  std::unique_ptr<Claim> claim_unless(const std::function<bool()>& is_done) {
    const auto name = work_prefix + base::short_hash(wanted_source(options_));
    return claim(layout_.path() / name,
                 {.stop = stop_, .is_done = is_done, .on_wait = [&](const Owner& owner) {
                    waits_("the model", owner);
                  }});
  }

  /// Has the app see what is published already. False when that is not what is wanted.
  bool serve_published() const {
    if (!is_wanted(layout_.current())) return false;
    layout_.link_files();
    return true;
  }

  bool is_of_our_source(const Json& meta) const {
    return json::string_at(meta, {"source"}) == wanted_source(options_);
  }

  bool is_pinned(const Json& meta) const {
    return !options_.digest.empty() && json::string_at(meta, {"revision"}) == options_.digest;
  }

  bool is_wanted(const Json& meta) const {
    return options_.digest.empty() ? is_of_our_source(meta) : is_pinned(meta);
  }

  /// `known`: of the tries before. A commit is one whenever it is fetched, and to ask for it again
  /// would be one more request that may fail.
  const Listing& list(std::optional<Listing>& known) const {
    if (!known || known->has_files) known = origin_.list();
    return *known;
  }

  bool fetch_if_newer(std::optional<Listing>& known) {
    if (is_pinned(layout_.current())) return false;
    const auto& listing = list(known);
    const auto is_current = [&](const Json& meta) {
      if (meta.is_null()) return false;  // somebody has removed it
      // Another source: a newer pod's, whose content is not ours to replace.
      return !is_of_our_source(meta) ||
             json::string_at(meta, {"fingerprint"}) == listing.fingerprint;
    };
    const auto before = layout_.current();
    if (is_current(before)) return is_others_news(before);
    const auto ours = claim_unless([&] { return is_current(layout_.current()); });
    if (ours) fetch(*ours, listing);
    return true;
  }

  /// Whether another helper has published it since this one told what it serves.
  bool is_others_news(const Json& meta) const {
    return is_of_our_source(meta) && json::string_at(meta, {"revision"}) != told_;
  }

  void fetch(Claim& ours, const Listing& listing) {
    require_symbolic_links(ours.path(), "the model's folder is made of symbolic links");
    tell_dead_links(listing);
    Download download(layout_, ours, wanted_source(options_), listing);
    const BackgroundSweeper sweeper(layout_.path(), {work_prefix, removed_prefix});
    try {
      auto known = download.known();
      require_distinct_names(listing, download.files());
      Hasher hasher(download.files());
      if (!download.is_complete()) copy(listing, download, ours, hasher);
      verify_files(listing, download.files());
      hash_rest(listing, download.files(), hasher, known);
      auto unpacked = listing;
      find_archives(options_.source, unpacked, download.files());
      if (unpack(options_.source, unpacked, download.files(), options_.limits, stop_)) {
        Hasher rest(download.files());
        hash_rest(listing, download.files(), rest, known);
        remove_archives(unpacked, download.files());  // not before: another try would fetch them
      }
      ours.require_ours();
      publish(download, unpacked, known);
      download.discard();
    } catch (const Failure& failure) {
      ours.require_ours();  // else it says nothing of the source
      // What has another digest stays, so that another try fetches only what has changed.
      if (failure.kind == Failure::Kind::Permanent && failure.reason != digest_mismatch)
        download.discard();
      throw;
    }
  }

  void tell(const std::string& event, const std::string& what,
            const std::vector<std::string>& paths) {
    if (paths.empty()) return;
    report_.log("warning", event,
                json::object({{"message", url_for_messages(options_.source) + ": " + what + ": " +
                                              quoted_paths(paths)}}));
  }

  void tell_dead_links(const Listing& listing) {
    tell("left-out", "links of the listing lead to no file", listing.dead_links);
  }

  /// The field is not for all sources.
  void tell_archives(const std::vector<std::string>& served) {
    if (is_oci(options_.source)) return;
    tell("archive",
         options_.source.unpack ? "archives within archives are served as they are"
                                : "archives are served as they are; source.unpack: true has them "
                                  "unpacked",
         served);
  }

  void check_digest(const std::string& revision) const {
    if (options_.digest.empty() || revision == options_.digest) return;
    throw Failure(digest_mismatch,
                  url_for_messages(options_.source) + ": the files have the digest " + revision +
                      " and not " + options_.digest +
                      ", which the Model demands; correct source.digest or the source");
  }

  /// A digest that the Model demands says more than the checksums of the source, which may be none
  /// of the content (S3's ETag under keys of KMS).
  bool checks_md5(const Listing& listing, const std::string& path) const {
    return options_.digest.empty() && tells_md5(listing, path);
  }

  void copy(const Listing& listing, const Download& download, Claim& ours, Hasher& hasher) {
    ProgressLines progress(report_);
    origin_.copy(
        listing, download,
        [&](const Json& fields) {
          ours.tell_progress(fields);
          progress(fields);
        },
        [&](const Arrival& file) {
          const bool with_md5 = file.has_md5 && checks_md5(listing, file.path);
          if (file.is_whole) {
            hasher.add(file.path, with_md5);
          } else {
            hasher.follow(file.path, file.at, file.bytes, with_md5);
          }
        });
  }

  /// Completes `known`: an interrupted download has left files that nobody has hashed.
  void hash_rest(const Listing& listing, const Path& files, Hasher& hasher,
                 KnownFiles& known) const {
    for (const auto& path : regular_files_in(files))
      if (!known.contains(path)) hasher.add(path, checks_md5(listing, path));
    for (const auto& file : listing.files)
      if (file.kind != SourceFile::Kind::File && !known.contains(file.path))
        hasher.add(file.path, false);
    auto results = hasher.finish();
    verify_checksums(listing, files, results,
                     [&](const auto& paths) { return origin_.without_md5(listing, paths); });
    add_sha256(results, files, known);
  }

  void publish(const Download& download, const Listing& listing, const KnownFiles& before) {
    auto [meta, known] = description(download.files(), listing, before);
    check_digest(json::string_at(meta, {"revision"}));
    const auto archives = served_archives(known);
    tell_archives(archives);
    if (!options_.source.unpack && !is_oci(options_.source) && !archives.empty())
      meta["archives"] = Json(quoted_paths(archives));
    meta["source"] = Json(wanted_source(options_));
    meta["fingerprint"] = Json(listing.fingerprint);
    if (!listing.version.empty()) meta["version"] = Json(listing.version);
    layout_.publish(download.files(), meta, text_of(known));
  }

  void say_published() {
    const auto meta = layout_.current();
    told_ = json::string_at(meta, {"revision"});
    set_ready(layout_.path());
    report_.log("info", "published",
                json::object({{"revision", json::at(meta, {"revision"})},
                              {"version", json::at(meta, {"version"})},
                              {"bytes", json::at(meta, {"bytes"})},
                              {"files", json::at(meta, {"files"})},
                              {"archives", json::at(meta, {"archives"})}}));
  }

  const ModelOptions& options_;
  Reporter& report_;
  std::stop_token stop_;
  Origin origin_;
  Layout layout_;
  Uses uses_;
  FetchRequest request_;
  std::vector<std::unique_ptr<Claim>> held_;
  Sweeper sweeper_;
  WaitLines waits_;
  std::string told_;               ///< revision
  std::set<std::string> failing_;  ///< events of what failed when it was last tried
};

}  // namespace

void sync_model(const ModelOptions& options, Reporter& report, const std::stop_token& stop) {
  ModelSync model(options, report, stop);
  unset_ready(options.target);  // of this pod's container before
  model.first();
  using Clock = std::chrono::steady_clock;
  const bool refreshes = options.refresh_interval.count() > 0;
  const auto next_refresh = [&] {
    return refreshes ? Clock::now() + options.refresh_interval : Clock::time_point::max();
  };
  auto removal = Clock::now();
  for (auto refresh = next_refresh();;) {
    model.mark_uses();
    if (Clock::now() >= removal) removal = Clock::now() + model.remove_old();
    const auto next = std::min({refresh, removal, Clock::now() + Uses::interval()});
    model.wait_until(next);
    if (Clock::now() < refresh && !model.is_asked()) continue;
    model.refresh();
    refresh = next_refresh();
    removal = Clock::now();
  }
}

}  // namespace content
