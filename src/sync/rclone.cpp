#include "sync/rclone.h"

#include "base/hash.h"
#include "base/process.h"
#include "sync/credential.h"
#include "sync/environment.h"
#include "sync/failure.h"
#include "sync/rclone_ranges.h"
#include "sync/rclone_remote.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <malloc.h>
#include <sstream>

namespace content {
namespace {

namespace fs = std::filesystem;
using json::Json;

/// Joins the texts of the errors that rclone logs, one JSON object a line.
void collect_error(const Json& line, std::string& errors) {
  const auto level = json::string_at(line, {"level"});
  if (level != "error" && level != "critical" && level != "fatal" && level != "emergency") return;
  if (errors.size() < (8U << 10U)) errors += json::string_at(line, {"msg"}) + "\n";
}

/// One at a time, as rclone writes them: an entry a line. The whole would take many times its text.
template <class Use>
void for_each_entry(const std::string& lsjson, const Use& use) {
  std::istringstream lines(lsjson);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() != '{') continue;
    if (line.back() == ',') line.pop_back();
    use(json::parse(line));
  }
}

/// Whether all files are web pages that are not called so: what a server sends of a file to those
/// who are not logged in.
bool has_only_pages(const std::string& lsjson) {
  bool has_page = false;
  bool has_file = false;
  for_each_entry(lsjson, [&](const Json& entry) {
    const auto extension = Path(json::string_at(entry, {"Path"})).extension();
    const bool is_page = json::string_at(entry, {"MimeType"}).starts_with("text/html") &&
                         extension != ".html" && extension != ".htm";
    (is_page ? has_page : has_file) = true;
  });
  return has_page && !has_file;
}

std::int64_t rounded(const Json& number) {
  return number.is_number() ? std::llround(number.as_double()) : 0;
}

/// `before`: bytes that have come otherwise.
void tell_progress(const Json& line, std::int64_t before, const Origin::OnProgress& on_progress) {
  const auto& stats = json::at(line, {"stats"});
  if (!stats.is_object()) return;
  const auto& left = json::at(stats, {"eta"});
  on_progress(json::object({{"bytes", before + rounded(json::at(stats, {"bytes"}))},
                            {"total", before + rounded(json::at(stats, {"totalBytes"}))},
                            {"rate", rounded(json::at(stats, {"speed"}))},
                            {"eta", left.is_number() ? left : Json()}}));
}

/// Tells how far the large files are, of all that is missing.
class LargeProgress {
 public:
  LargeProgress(std::int64_t total, const Origin::OnProgress& on_progress)
      : total_(total), on_progress_(on_progress) {}

  void operator()(std::int64_t there, std::int64_t come) const {
    const std::chrono::duration<double> time = Clock::now() - begin_;
    const auto rate = static_cast<double>(come) / std::max(time.count(), 0.001);
    const auto left = static_cast<double>(total_ - there) / rate;
    on_progress_(
        json::object({{"bytes", there},
                      {"total", total_},
                      {"rate", std::int64_t{std::llround(rate)}},
                      {"eta", rate >= 1 ? Json(std::int64_t{std::llround(left)}) : Json()}}));
  }

 private:
  using Clock = std::chrono::steady_clock;
  std::int64_t total_;
  const Origin::OnProgress& on_progress_;
  Clock::time_point begin_ = Clock::now();
};

bool is_web(const Source& source) {
  return source.url.starts_with("http");
}

/// Of two versions that look the same the halves could be put together.
bool tells_versions(const SourceFile& file) {
  return !file.md5.empty() || nanoseconds(file.modified) != 0;  // 1970: a web server tells none
}

bool is_missing(const SourceFile& file, const Path& target) {
  return !fs::exists(fs::symlink_status(target / file.path));
}

/// A file's path in the remote.
std::string path_of(const std::string& file, const std::string& folder, bool is_alone) {
  // Either the file itself, or a folder with nothing but one file of its name.
  if (is_alone && Path(folder).filename() == file) return folder;
  return folder.empty() || folder.back() == '/' ? folder + file : folder + "/" + file;
}

}  // namespace

std::string without_queries(const std::string& text) {
  std::string result;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto question = std::min(text.find('?', begin), text.size());
    result += text.substr(begin, question - begin);
    begin = std::min(text.find_first_of(" \"\n", question), text.size());
  }
  return result;
}

std::vector<std::string> rclone_filters(const Source& source) {
  std::vector<std::string> result;
  for (const auto& pattern : source.exclude)
    result.push_back("--filter=- " + pattern);
  for (const auto& pattern : source.include)
    result.push_back("--filter=+ " + pattern);
  if (!source.include.empty()) result.emplace_back("--filter=- **");
  return result;
}

Listing read_listing(const std::string& lsjson) {
  Listing listing;
  std::vector<std::string> lines;
  for_each_entry(lsjson, [&](const Json& entry) {
    SourceFile file{.path = json::string_at(entry, {"Path"}),
                    .bytes = json::integer_at(entry, {"Size"}, -1),
                    .modified = json::string_at(entry, {"ModTime"}),
                    .md5 = json::string_at(entry, {"Hashes", "md5"})};
    check_path(file.path);
    lines.push_back(json::text(json::array(
        {Json(file.path), Json(file.bytes), Json(file.modified), json::at(entry, {"Hashes"})})));
    file.identity = base::short_hash(lines.back(), 32);
    listing.bytes += std::max<std::int64_t>(file.bytes, 0);
    listing.files.push_back(std::move(file));
  });
  std::sort(lines.begin(), lines.end());
  std::string all;
  for (const auto& line : lines)
    all += line + "\n";
  listing.fingerprint = base::sha256_hex(all);
  std::sort(listing.files.begin(), listing.files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return listing;
}

std::string Rclone::run(const Call& call, const std::stop_token& stop) const {
  const auto remote = rclone_remote(source_);
  const auto path =
      call.file.empty() ? remote.path : path_of(call.file, remote.path, call.is_alone);
  std::vector<std::string> arguments = {
      "rclone",           call.command,     "source:" + path, "--config",
      "/proc/self/fd/3",  "--use-json-log", "--retries=1",    "--low-level-retries=3",
      "--contimeout=20s", "--timeout=60s"};
  const auto filters = call.file.empty() ? rclone_filters(source_) : std::vector<std::string>();
  arguments.insert(arguments.end(), filters.begin(), filters.end());
  arguments.insert(arguments.end(), call.options.begin(), call.options.end());
  std::string errors;
  auto environment = environment_for_programs();
  environment.emplace_back("GOGC=30");  // half the memory, for a tenth more time of the processor
  auto finished = base::run({.arguments = std::move(arguments),
                             .environment = std::move(environment),
                             .secret_file = remote.configuration,
                             .output = call.output,
                             .on_error_line =
                                 [&](std::string_view text) {
                                   try {
                                     const auto line = json::parse(text);
                                     collect_error(line, errors);
                                     if (call.on_line) call.on_line(line);
                                   } catch (const std::invalid_argument&) {
                                     errors += std::string(text.substr(0, 300)) + "\n";
                                   }
                                 }},
                            stop);
  if (finished.exit_code != 0) {
    throw rclone_failure(without_secrets(without_queries(errors), remote.secrets), source_.url);
  }
  return std::move(finished.output);
}

Listing Rclone::list() const {
  std::vector<std::string> options{"--recursive", "--files-only", "--hash", "--use-server-modtime",
                                   "--no-traverse"};  // of the folder of a file that url names
  if (!is_web(source_)) options.emplace_back("--no-mimetype");
  const auto lsjson = run({.command = "lsjson", .options = std::move(options)}, stop_);
  auto listing = read_listing(lsjson);
  // rclone takes a page at a file's address for a folder
  const bool is_page_for_file = is_web(source_) && listing.files.empty() &&
                                source_.url.back() != '/' && source_.include.empty();
  if (is_page_for_file || (is_web(source_) && has_only_pages(lsjson))) {
    throw Failure("UnexpectedAnswer",
                  source_.url +
                      ": the server sends a web page in place of a file, such as a login form; "
                      "check url and the credentials");
  }
  if (listing.files.empty() && !rclone_filters(source_).empty()) {
    throw Failure("ModelEmpty", source_.url +
                                    ": there is no file that source.include and source.exclude let "
                                    "through; check url and patterns");
  }
  const bool knows_empty_folders = is_web(source_) || source_.url.starts_with("sftp://");
  if (listing.files.empty() && !knows_empty_folders) {
    throw Failure("ModelSourceMissing",
                  source_.url + ": there is no object; check bucket, path and spelling");
  }
  if (listing.files.empty())
    throw Failure("ModelEmpty",
                  source_.url + ": there is no file in the folder, or a page is in its place");
  return listing;
}

void Rclone::copy(const Listing& listing, const Place& place, OnProgress on_progress,
                  OnFile on_file) const {
  const auto& target = place.files;
  malloc_trim(0);  // what it took to read the listing is not needed while rclone works
  try {
    const auto bytes = copy_large(listing, target, on_progress, on_file);
    const bool is_complete =
        std::none_of(listing.files.begin(), listing.files.end(),
                     [&](const SourceFile& file) { return is_missing(file, target); });
    if (!is_complete) copy_rest(target, bytes, on_progress, on_file);
  } catch (const Failure& failure) {
    if (failure.reason != "ModelSourceMissing") throw;
    throw Failure("ModelSourceChanged",
                  source_.url + ": a file vanished between listing and download", Kind::Transient);
  }
}

void Rclone::copy_rest(const Path& target, std::int64_t before, const OnProgress& on_progress,
                       const OnFile& on_file) const {
  // One stream a file: what is large and yet here tells no versions, or is sent as a whole only.
  run({.command = "copy",
       .options = {target.string(), "--ignore-existing", "--stats=2s", "--stats-log-level=NOTICE",
                   "-v", "--buffer-size=4Mi", "--transfers=4", "--multi-thread-streams=0",
                   "--use-server-modtime", "--ignore-checksum"},
       .on_line =
           [&](const Json& line) {
             tell_progress(line, before, on_progress);
             if (json::string_at(line, {"msg"}).find("Copied (new)") == std::string::npos) return;
             const auto file = json::string_at(line, {"object"});
             on_file({.path = file, .at = target / file, .is_whole = true});
           }},
      stop_);
}

std::int64_t Rclone::copy_large(const Listing& listing, const Path& target,
                                const OnProgress& on_progress, const OnFile& on_file) const {
  std::vector<SourceFile> large;
  std::int64_t missing = 0;
  for (const auto& file : listing.files) {
    if (!is_missing(file, target)) continue;
    missing += std::max<std::int64_t>(file.bytes, 0);
    if (file.bytes >= large_.from && tells_versions(file)) large.push_back(file);
  }
  if (large.empty()) return 0;
  const bool is_alone = listing.files.size() == 1;
  RangeTransfer transfer(large, target.parent_path() / parts_folder, large_,
                         [&](const RangeRequest& request, const std::stop_token& stop) {
                           fetch(request, is_alone, stop);
                         });
  transfer.run(LargeProgress(missing, on_progress), on_file, stop_);
  const auto now = transfer.has_fetched() ? list() : listing;
  transfer.finish(
      target,
      [&](const SourceFile& file) {
        return std::find(now.files.begin(), now.files.end(), file) != now.files.end();
      },
      on_file);
  std::int64_t bytes = 0;
  for (const auto& file : large)
    if (!is_missing(file, target)) bytes += file.bytes;
  return bytes;
}

void Rclone::fetch(const RangeRequest& request, bool is_alone, const std::stop_token& stop) const {
  const auto& [path, range, output, is_right] = request;
  std::vector<std::string> options{"--offset=" + std::to_string(range.begin),
                                   "--count=" + std::to_string(range.end - range.begin),
                                   "--buffer-size=0", "--no-traverse"};
  Call call{.command = "cat", .file = path, .is_alone = is_alone, .output = output};
  if (is_web(source_)) {
    // One that knows no ranges sends the file from its begin, which rclone does not notice.
    options.insert(options.end(), {"-vv", "--dump=headers"});
    const auto answer = "\nContent-Range: bytes " + std::to_string(range.begin) + "-";
    call.on_line = [answer, &is_right = request.is_right](const Json& line) {
      if (json::string_at(line, {"msg"}).find(answer) != std::string::npos) is_right();
    };
  } else {
    is_right();
  }
  call.options = std::move(options);
  run(call, stop);
}

}  // namespace content
