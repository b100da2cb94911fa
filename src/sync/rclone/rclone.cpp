#include "sync/rclone/rclone.h"

#include "base/process.h"
#include "sync/program/environment.h"
#include "sync/program/secret_file.h"
#include "sync/rclone/copy_progress.h"
#include "sync/rclone/encrypted_objects.h"
#include "sync/rclone/left_out.h"
#include "sync/rclone/name_filter.h"
#include "sync/rclone/rclone_ranges.h"
#include "sync/rclone/rclone_remote.h"
#include "sync/report/failure.h"
#include "sync/report/failure_rules.h"
#include "sync/report/retry_after.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <malloc.h>
#include <regex>

namespace content {
namespace {

namespace fs = std::filesystem;
using json::Json;

/// Joins the texts of the errors that rclone logs, one JSON object a line. Its last word is a
/// notice that repeats one of them, or the only one to say what is wrong.
void collect_error(const Json& line, std::string& errors) {
  const auto level = json::string_at(line, {"level"});
  const auto text = json::string_at(line, {"msg"}) + "\n";
  if (errors.size() >= (8U << 10U)) return;
  if (level == "error" || level == "critical" || level == "fatal" || level == "emergency") {
    errors += text;
  } else if (level == "notice" && text.starts_with("Failed to ")) {
    errors.insert(0, text);
  }
}

/// What a web server answers with an error (--dump).
bool is_response(const Json& line) {
  return json::string_at(line, {"msg"}).starts_with("HTTP/");
}

/// Whether an answer tells an object of several parts: S3's ETag of one is no MD5 but "HEX-PARTS".
bool is_in_parts(const Json& line) {
  static const std::regex etag("\nEtag: \"[0-9a-f]{32}-[0-9]+\"");
  return is_response(line) && std::regex_search(json::string_at(line, {"msg"}), etag);
}

/// Of smaller files, on average, more time goes into requests than into bytes, and more into being
/// told of each than into hashing them all at the end.
constexpr std::int64_t small_file = 1 << 20;

/// Made for many requests at a time, which a web server or sshd may refuse.
bool is_object_store(const Source& source) {
  return !is_web(source) && !source.url.starts_with("sftp://");
}

/// Whether versions of a file can be told apart: else a download could go on with another one.
bool tells_versions(const SourceFile& file) {
  return !file.md5.empty() || nanoseconds(file.modified) != 0;  // 1970: the web server tells none
}

/// --no-traverse: for a file not its whole folder.
const std::vector<std::string> lsjson_options{"--recursive", "--files-only", "--hash",
                                              "--use-server-modtime", "--no-traverse"};

/// A file's path in the remote.
std::string path_of(const std::string& file, const std::string& folder, bool is_alone) {
  // The URL names the file itself, or a folder in which there is nothing but one of its name.
  if (is_alone && Path(folder).filename() == file) return folder;
  return folder.empty() || folder.back() == '/' ? folder + file : folder + "/" + file;
}

/// "2026/01/02 03:04:05 ERROR : TEXT": how rclone logs before it knows of JSON. A message is to be
/// the same each time.
std::string without_clock(std::string_view line) {
  static const std::regex clock("^[0-9/]{10} [0-9:]{8} ([A-Z]+ *: )?");
  return std::regex_replace(std::string(line), clock, "");
}

/// A server that knows nobody asks for credentials also where there are none to refuse.
Failure with_lack_of_credentials(const Failure& failure, const Source& source) {
  if (failure.reason != "ModelAuthenticationFailed" || !is_web(source) ||
      !source.credentials.empty()) {
    return failure;
  }
  return {failure.reason, url_for_messages(source) +
                              ": the server asks for credentials, and the Model has none; name a "
                              "Secret in source.secretName"};
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

std::string Rclone::run(const Call& call, const std::stop_token& stop) const {
  auto remote = rclone_remote(source_, call.asking);
  // Which also tells of links that are left out.
  if (call.command == "lsjson" && remote.options["type"] == "http")
    remote.options["type"] = "pages";
  const auto path = call.is_folder      ? remote.path + "/"
                    : call.file.empty() ? remote.path
                                        : path_of(call.file, remote.path, call.is_alone);
  std::vector<std::string> arguments = {
      "rclone",           call.command,
      "source:" + path,   "--remotes",
      "/proc/self/fd/3",  "--use-json-log",
      "--retries=1",      "--low-level-retries=3",
      "--contimeout=20s", "--timeout=" + std::to_string(longest_silence.count()) + "s"};
  if (call.file.empty()) {
    // A pattern that names a folder has rclone go by folders, where it loses keys with "//" or
    // "/../" without a word. One that may be for any folder, and fits no file, has it list all.
    const auto filters = rclone_filters(source_);
    if (!filters.empty() && !call.goes_by_folders)
      arguments.emplace_back(R"(--filter=+ {{[^\x00-\x{10FFFF}]}})");
    arguments.insert(arguments.end(), filters.begin(), filters.end());
  }
  arguments.insert(arguments.end(), call.options.begin(), call.options.end());
  // The headers of answers with an error: rclone tells their status alone.
  if (is_web(source_) && call.command != "range")  // which is asked for those of all answers
    arguments.insert(arguments.end(), {"-vv", "--dump=errors,headers"});
  std::string errors;
  std::string last_response;
  auto finished = base::run({.arguments = std::move(arguments),
                             .environment = remote.environment,
                             .secret_file = rclone_configuration(remote.options),
                             .output = call.output,
                             .on_error_line =
                                 [&](std::string_view text) {
                                   try {
                                     const auto line = json::parse(text);
                                     collect_error(line, errors);
                                     if (is_response(line))
                                       last_response = json::string_at(line, {"msg"});
                                     if (call.on_line) call.on_line(line);
                                   } catch (const std::invalid_argument&) {
                                     errors += without_clock(text.substr(0, 300)) + "\n";
                                   }
                                 }},
                            stop);
  if (finished.exit_code != 0) {
    throw with_retry_after(
        with_lack_of_credentials(
            rclone_failure(without_secrets(without_queries(errors), remote.secrets),
                           url_for_messages(source_)),
            source_),
        last_response);
  }
  return std::move(finished.output);
}

/// Notes about the listing what is not in the text.
std::string Rclone::lsjson(Listing& listing) const {
  std::vector<LeftOut> left_out;
  Call call{.command = "lsjson", .options = lsjson_options, .on_line = [&](const Json& line) {
              if (auto file = left_out_in(line)) left_out.push_back(*std::move(file));
            }};
  if (is_web(source_)) {
    // Compressed is a file only if its server sends it so unasked: then its size is not known.
    call.options.insert(call.options.end(), {"-vv", "--metadata", "--no-gzip-encoding"});
  } else {
    call.options.emplace_back("--no-mimetype");
  }
  call.goes_by_folders = !is_object_store(source_);
  auto lsjson = this->lsjson(call);
  refuse_left_out(source_, left_out, stop_);
  listing.dead_links = dead_links(source_, left_out, stop_);
  listing.asking = call.asking;
  return lsjson;
}

/// An answer to HEAD has a status and no body. So where it is refused the answer to GET says what
/// is wrong, if anything is: of the file for a web server, of a listing for S3. rclone finds no
/// file where a web server redirects HEAD to an address that has none, and where it sends a page,
/// which it takes for a folder's.
std::string Rclone::lsjson(Call& call) const {
  const bool may_be_file = is_web(source_) && source_.url.back() != '/';
  try {
    auto text = run(call, stop_);
    const bool has_files = text.find('{') != std::string::npos;
    if (has_files || !may_be_file || !rclone_filters(source_).empty()) return text;
  } catch (const Failure& failure) {
    constexpr std::array of_status{"ModelAccessDenied", "UnexpectedAnswer", "SyncFailed"};
    const bool is_status =
        std::find(of_status.begin(), of_status.end(), failure.reason) != of_status.end();
    if (is_status && source_.url.starts_with("s3://"))
      run({.command = "lsjson", .is_folder = true}, stop_);
    if (!is_status || !may_be_file) throw;
  } catch (const base::ProcessError& error) {
    if (error.cause != base::ProcessError::Cause::TooMuch) throw;
    throw Failure(
        "SourceTooLarge",
        url_for_messages(source_) +
            ": the list of its files is longer than 64 MiB; name a folder of it, or leave "
            "files out by source.include and source.exclude");
  }
  call.asking = Asking::ByGet;
  return run(call, stop_);
}

/// An object hides what is in the folder of its name: a URL without a slash at its end is for both.
void Rclone::check_hidden_folder(const Listing& listing) const {
  const auto path = rclone_remote(source_).path;
  const bool may_be_object = is_object_store(source_) && listing.files.size() == 1 &&
                             Path(path).filename() == listing.files.front().path;
  if (!may_be_object) return;
  Call call{.command = "lsjson", .options = lsjson_options, .is_folder = true};
  call.options.emplace_back("--no-mimetype");
  Listing in_folder;
  try {
    in_folder = read_listing(run(call, stop_));
  } catch (const Failure& failure) {
    if (failure.kind == Failure::Kind::Transient) throw;
    return;  // there is no folder, or who may read the object may not list anything
  }
  if (in_folder.files.empty() || in_folder.files == listing.files) return;
  throw Failure("ModelSourceRefused",
                source_.url +
                    ": is an object and a folder, of which the object would be served alone; end "
                    "the URL with a slash for the folder, or rename one of them");
}

Listing Rclone::list() const {
  Listing about;
  const auto lsjson = this->lsjson(about);
  auto listing = read_listing(lsjson);
  listing.dead_links = std::move(about.dead_links);
  listing.asking = about.asking;
  check_hidden_folder(listing);
  if (is_web(source_) && has_only_pages(lsjson)) {
    throw Failure("UnexpectedAnswer",
                  url_for_messages(source_) +
                      ": the server sends a web page in place of a file, such as a login form; "
                      "check url and the credentials");
  }
  if (listing.files.empty()) throw nothing_there(listing.asking);
  return listing;
}

Failure Rclone::nothing_there(Asking asking) const {
  const auto url = url_for_messages(source_);
  if (asking == Asking::ByGet)
    return {"ModelSourceMissing", url + ": " + std::string(message::nothing)};
  if (!rclone_filters(source_).empty()) {
    return {"ModelEmpty",
            url +
                ": there is no file that source.include and source.exclude let through; check url "
                "and patterns"};
  }
  if (is_object_store(source_))
    return {"ModelSourceMissing", url + ": there is no object; check bucket, path and spelling"};
  return {"ModelEmpty", url + ": there is no file in the folder, or a page is in its place"};
}

std::set<std::string> Rclone::encrypted_by_kms(const Listing& listing,
                                               const std::vector<std::string>& paths) const {
  std::set<std::string> result;
  if (!source_.url.starts_with("s3://")) return result;
  EncryptedObjects encrypted;
  Call call{.command = "lsjson", .options = lsjson_options, .on_line = [&](const Json& line) {
              encrypted.read(line);
            }};
  call.options.insert(call.options.end(), {"--no-mimetype", "--metadata", "-vv", "--dump=headers"});
  run(call, stop_);
  const auto folder = rclone_remote(source_).path;
  for (const auto& path : paths)
    if (encrypted.has(path_of(path, folder, listing.files.size() == 1))) result.insert(path);
  return result;
}

void Rclone::copy(const Listing& listing, const Path& target, const OnProgress& on_progress,
                  const OnArrival& on_arrival) const {
  malloc_trim(0);  // what it took to read the listing is not needed while rclone works
  try {
    CopyProgress progress(missing(listing, target).bytes, on_progress);
    const auto bytes = copy_large(listing, target, std::ref(progress), on_arrival);
    const auto rest = missing(listing, target);
    if (rest.files > 0)
      copy_rest(listing, target, bytes, rest.bytes < rest.files * small_file, std::ref(progress),
                on_arrival);
  } catch (const Failure& failure) {
    if (failure.reason != "ModelSourceMissing") throw;
    throw Failure("ModelSourceChanged",
                  url_for_messages(source_) + ": a file vanished between listing and download",
                  Failure::Kind::Transient);
  }
}

void Rclone::copy_rest(const Listing& listing, const Path& target, std::int64_t before,
                       bool are_small, const OnBytes& on_bytes, const OnArrival& on_arrival) const {
  on_bytes(before);
  std::vector<std::string> options{
      target.string(), "--ignore-existing", "--stats=2s", "--stats-log-level=NOTICE",
      // Nobody reads the files before all are there, so a rename of each would be for nothing.
      "--inplace",
      // One stream a file: large ones are here because their versions cannot be told apart, or
      // because their server sends no ranges.
      "--multi-thread-streams=0", "--use-server-modtime", "--ignore-checksum",
      // A long queue of many small files would be most of rclone's memory.
      "--max-backlog=100", "--checkers=4"};
  if (!are_small) {
    options.insert(options.end(), {"--transfers=4", "--buffer-size=4Mi", "-v"});
  } else if (is_object_store(source_)) {
    options.emplace_back("--transfers=16");
  }
  run({.command = "copy",
       .options = std::move(options),
       .on_line =
           [&](const Json& line) {
             const auto& copied = json::at(line, {"stats", "bytes"});
             if (copied.is_number()) on_bytes(before + std::llround(copied.as_double()));
             if (json::string_at(line, {"msg"}).find("Copied (new)") == std::string::npos) return;
             const auto file = json::string_at(line, {"object"});
             on_arrival({.path = file, .at = target / file, .is_whole = true});
           },
       .asking = listing.asking},
      stop_);
}

std::int64_t Rclone::copy_large(const Listing& listing, const Path& target, const OnBytes& on_bytes,
                                const OnArrival& on_arrival) const {
  std::vector<SourceFile> large;
  for (const auto& file : listing.files)
    if (is_missing(file, target) && file.bytes >= large_.from && tells_versions(file))
      large.push_back(file);
  if (large.empty()) return 0;
  RangeTransfer transfer(large, target.parent_path() / parts_folder, large_,
                         [&](const RangeRequest& request, const std::stop_token& stop) {
                           fetch(listing, request, stop);
                         });
  transfer.run(on_bytes, on_arrival, stop_);
  const auto now = transfer.has_fetched() ? list() : listing;
  transfer.finish(
      target,
      [&](const SourceFile& file) {
        return std::find(now.files.begin(), now.files.end(), file) != now.files.end();
      },
      on_arrival);
  std::int64_t bytes = 0;
  for (const auto& file : large)
    if (!is_missing(file, target)) bytes += file.bytes;
  return bytes;
}

void Rclone::fetch(const Listing& listing, const RangeRequest& request,
                   const std::stop_token& stop) const {
  const auto& [path, range, output, confirm, tell_parts] = request;
  std::vector<std::string> options{std::to_string(range.begin), std::to_string(range.end)};
  Call call{.command = "range",
            .file = path,
            .is_alone = listing.files.size() == 1,
            .output = output,
            .asking = listing.asking};
  options.insert(options.end(), {"-vv", "--dump=headers"});
  if (is_web(source_)) {
    // A server that knows no ranges sends the file from its beginning, and rclone does not look.
    options.emplace_back("--no-gzip-encoding");
    const auto answer = "\nContent-Range: bytes " + std::to_string(range.begin) + "-";
    call.on_line = [answer, &confirm = request.confirm](const Json& line) {
      if (json::string_at(line, {"msg"}).find(answer) != std::string::npos) confirm();
    };
  } else {
    confirm();
    call.on_line = [&tell_parts = request.tell_parts](const Json& line) {
      if (is_in_parts(line)) tell_parts();
    };
  }
  call.options = std::move(options);
  run(call, stop);
}

}  // namespace content
