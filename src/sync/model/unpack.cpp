#include "sync/model/unpack.h"

#include "base/process.h"
#include "json/json.h"
#include "sync/model/archives.h"
#include "sync/model/digest.h"
#include "sync/program/environment.h"
#include "sync/rclone/name_filter.h"
#include "sync/report/failure.h"

#include <algorithm>
#include <set>

namespace content {
namespace {

using json::Json;

bool is_archive(const SourceFile& file) {
  return file.kind != SourceFile::Kind::File;
}

/// How messages call it.
std::string name_of(const SourceFile& archive) {
  constexpr std::size_t digits = 12;
  const bool has_name = !archive.path.starts_with(archives_folder);
  return has_name ? archive.path : "layer sha256:" + archive.sha256.substr(0, digits) + "...";
}

/// Where what is in it belongs; empty: at the top.
std::string folder_of(const SourceFile& archive) {
  const auto folder = Path(archive.path).parent_path().string();
  return folder == archives_folder ? "" : folder;
}

/// What is there besides archives.
Need used(const Listing& listing, const Path& files) {
  std::set<std::string> archives;
  for (const auto& file : listing.files)
    if (is_archive(file)) archives.insert(file.path);
  Need need;
  for (const auto& path : regular_files_in(files)) {
    if (archives.contains(path)) continue;
    ++need.files;
    need.bytes += static_cast<std::int64_t>(std::filesystem::file_size(files / path));
  }
  return need;
}

/// The unnamed file of the program; `wanted` is null for all files.
std::string request(const Listing& listing, const Path& files, const Limits& limits, Json wanted) {
  std::vector<Json> archives;
  for (const auto& file : listing.files) {
    if (!is_archive(file)) continue;
    archives.push_back(json::object({{"file", (files / file.path).string()},
                                     {"name", name_of(file)},
                                     {"folder", folder_of(file)},
                                     {"isLayer", file.kind == SourceFile::Kind::ImageLayer}}));
  }
  const auto there = used(listing, files);
  return json::text(json::object(
      {{"archives", json::array(std::move(archives))},
       {"wanted", std::move(wanted)},
       {"used", json::object({{"files", there.files}, {"bytes", there.bytes}})},
       {"limits",
        json::object(
            {{"files", limits.files}, {"bytes", limits.bytes}, {"depth", limits.depth}})}}));
}

/// Throws Failure for what the program says of an archive.
void require_sound(const Json& line, const Limits& limits, const Path& files,
                   const std::string& url) {
  const auto archive = json::string_at(line, {"archive"});
  const auto subject =
      url + ": " + (archive.empty() ? "its archives" : archive) + " cannot be unpacked: ";
  if (const auto why = json::string_at(line, {"refused"}); !why.empty())
    throw Failure("ModelArchiveRefused", subject + why);
  require_space(files, url + ": what is in " + archive, {json::integer_at(line, {"needs"}), 0});
  require_files(limits, url, json::integer_at(line, {"files"}));
  require_bytes(limits, url, json::integer_at(line, {"bytes"}));
  require_depth(limits, url, json::integer_at(line, {"depth"}));
}

/// Gives what the program prints that has `files` as its folder.
std::string run(const std::string& what, std::string request, const Limits& limits,
                const Path& files, const std::string& url, const std::stop_token& stop) {
  std::string errors;
  auto finished = base::run({.arguments = {"gradient-unpack", what},
                             .environment = environment_for_programs(),
                             .secret_file = std::move(request),
                             .on_error_line =
                                 [&](std::string_view text) {
                                   try {
                                     const auto line = json::parse(text);
                                     require_sound(line, limits, files, url);
                                     errors += json::string_at(line, {"error"});
                                   } catch (const std::invalid_argument&) {
                                     errors += std::string(text.substr(0, 300)) + "\n";
                                   }
                                 }},
                            stop);
  if (finished.exit_code != 0) throw unpack_failure(errors, url);
  return std::move(finished.output);
}

/// What `include` lets through are the source's files, an archive with all that is in it; `exclude`
/// is for both. Where the URL names one archive, or the files are layers, both are for what is in
/// it.
Source patterns_for_content(Source source) {
  if (source.unpack && !is_one_archive(source)) source.include.clear();
  return source;
}

/// The names of the archives' files that the source's patterns let through; null without patterns.
Json wanted_names(const Source& source, const Listing& listing, const Path& files,
                  const Limits& limits, const std::stop_token& stop) {
  if (rclone_filters(source).empty()) return {};
  const auto output = run("list", request(listing, files, limits, {}), limits, files,
                          url_for_messages(source), stop);
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin < output.size();) {
    const auto end = std::min(output.find('\0', begin), output.size());
    names.push_back(output.substr(begin, end - begin));
    begin = end + 1;
  }
  return json::strings(let_through(source, names, stop));
}

}  // namespace

bool unpack(const Source& source, const Listing& listing, const Path& files, const Limits& limits,
            const std::stop_token& stop) {
  if (std::none_of(listing.files.begin(), listing.files.end(), is_archive)) return false;
  const auto patterns = patterns_for_content(source);
  const auto url = url_for_messages(source);
  auto wanted = wanted_names(patterns, listing, files, limits, stop);
  run(files.string(), request(listing, files, limits, std::move(wanted)), limits, files, url, stop);
  if (used(listing, files).files > 0) return true;
  throw Failure("ModelEmpty", url + (rclone_filters(patterns).empty()
                                         ? ": there is no file in its archives"
                                         : ": there is no file in its archives that source.include "
                                           "and source.exclude let through"));
}

void remove_archives(Listing& listing, const Path& files) {
  for (const auto& file : listing.files)
    if (is_archive(file)) std::filesystem::remove(files / file.path);
  std::filesystem::remove(files / archives_folder);
  std::erase_if(listing.files, is_archive);
}

}  // namespace content
