#include "sync/rclone.h"

#include "base/hash.h"
#include "base/process.h"
#include "sync/credential.h"
#include "sync/environment.h"
#include "sync/failure.h"
#include "sync/rclone_remote.h"

#include <algorithm>
#include <cmath>
#include <malloc.h>
#include <sstream>

namespace content {
namespace {

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

void tell_progress(const Json& line, const Origin::OnProgress& on_progress) {
  const auto& stats = json::at(line, {"stats"});
  if (!stats.is_object()) return;
  const auto& left = json::at(stats, {"eta"});
  on_progress(json::object({{"bytes", rounded(json::at(stats, {"bytes"}))},
                            {"total", rounded(json::at(stats, {"totalBytes"}))},
                            {"rate", rounded(json::at(stats, {"speed"}))},
                            {"eta", left.is_number() ? left : Json()}}));
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

std::string Rclone::operator()(const std::string& command, std::vector<std::string> options,
                               const OnLine& on_line) const {
  const auto remote = rclone_remote(source_);
  std::vector<std::string> arguments = {
      "rclone",           command,          "source:" + remote.path, "--config",
      "/proc/self/fd/3",  "--use-json-log", "--retries=1",           "--low-level-retries=3",
      "--contimeout=20s", "--timeout=60s"};
  const auto filters = rclone_filters(source_);
  arguments.insert(arguments.end(), filters.begin(), filters.end());
  arguments.insert(arguments.end(), options.begin(), options.end());
  std::string errors;
  auto environment = environment_for_programs();
  environment.emplace_back("GOGC=30");  // half the memory, for a tenth more time of the processor
  auto finished = base::run({.arguments = std::move(arguments),
                             .environment = std::move(environment),
                             .secret_file = remote.configuration,
                             .on_error_line =
                                 [&](std::string_view text) {
                                   try {
                                     const auto line = json::parse(text);
                                     collect_error(line, errors);
                                     if (on_line) on_line(line);
                                   } catch (const std::invalid_argument&) {
                                     errors += std::string(text.substr(0, 300)) + "\n";
                                   }
                                 }},
                            stop_);
  if (finished.exit_code != 0) {
    throw rclone_failure(without_secrets(without_queries(errors), remote.secrets), source_.url);
  }
  return std::move(finished.output);
}

Listing Rclone::list() const {
  const bool is_web = source_.url.starts_with("http");
  std::vector<std::string> options{"--recursive", "--files-only", "--hash", "--use-server-modtime"};
  if (!is_web) options.emplace_back("--no-mimetype");
  const auto lsjson = (*this)("lsjson", std::move(options));
  auto listing = read_listing(lsjson);
  // rclone takes a page at a file's address for a folder
  const bool is_page_for_file =
      is_web && listing.files.empty() && source_.url.back() != '/' && source_.include.empty();
  if (is_page_for_file || (is_web && has_only_pages(lsjson))) {
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
  const bool knows_empty_folders = is_web || source_.url.starts_with("sftp://");
  if (listing.files.empty() && !knows_empty_folders) {
    throw Failure("ModelSourceMissing",
                  source_.url + ": there is no object; check bucket, path and spelling");
  }
  if (listing.files.empty())
    throw Failure("ModelEmpty",
                  source_.url + ": there is no file in the folder, or a page is in its place");
  return listing;
}

void Rclone::copy(const Listing& /*listing*/, const Path& target, OnProgress on_progress,
                  OnFile on_file) const {
  malloc_trim(0);  // what it took to read the listing is not needed while rclone works
  try {
    (*this)("copy",
            {target.string(), "--ignore-existing", "--stats=2s", "--stats-log-level=NOTICE", "-v",
             "--buffer-size=4Mi", "--transfers=4", "--use-server-modtime", "--ignore-checksum"},
            [&](const Json& line) {
              tell_progress(line, on_progress);
              if (json::string_at(line, {"msg"}).find("Copied (new)") != std::string::npos)
                on_file(json::string_at(line, {"object"}));
            });
  } catch (const Failure& failure) {
    if (failure.reason != "ModelSourceMissing") throw;
    throw Failure("ModelSourceChanged",
                  source_.url + ": a file vanished between listing and download", Kind::Transient);
  }
}

}  // namespace content
