#include "sync/model/unpack.h"

#include "base/process.h"
#include "json/json.h"
#include "sync/program/environment.h"
#include "sync/rclone/name_filter.h"
#include "sync/report/failure.h"

#include <algorithm>

namespace content {
namespace {

using json::Json;

bool is_archive(const SourceFile& file) {
  return file.kind != SourceFile::Kind::File;
}

/// The unnamed file of the program; `wanted` is null for all files.
std::string request(const Listing& listing, const Path& files, const Limits& limits, Json wanted) {
  std::vector<Json> archives;
  for (const auto& file : listing.files) {
    if (!is_archive(file)) continue;
    archives.push_back(json::object({{"file", (files / file.path).string()},
                                     {"isLayer", file.kind == SourceFile::Kind::ImageLayer}}));
  }
  return json::text(json::object({{"archives", json::array(std::move(archives))},
                                  {"wanted", std::move(wanted)},
                                  {"limits", json::object({{"files", limits.files},
                                                           {"bytes", limits.bytes},
                                                           {"depth", limits.depth}})}}));
}

/// Throws Failure for what the program says of an archive.
void require_sound(const Json& line, const Limits& limits, const std::string& url) {
  if (const auto why = json::string_at(line, {"refused"}); !why.empty())
    throw Failure("ModelSourceRefused", url + ": an archive cannot be unpacked: " + why);
  require_files(limits, url, json::integer_at(line, {"files"}));
  require_bytes(limits, url, json::integer_at(line, {"bytes"}));
  require_depth(limits, url, json::integer_at(line, {"depth"}));
}

/// Gives what the program prints.
std::string run(const std::string& what, std::string request, const Limits& limits,
                const std::string& url, const std::stop_token& stop) {
  std::string errors;
  auto finished = base::run({.arguments = {"gradient-unpack", what},
                             .environment = environment_for_programs(),
                             .secret_file = std::move(request),
                             .on_error_line =
                                 [&](std::string_view text) {
                                   try {
                                     const auto line = json::parse(text);
                                     require_sound(line, limits, url);
                                     errors += json::string_at(line, {"error"});
                                   } catch (const std::invalid_argument&) {
                                     errors += std::string(text.substr(0, 300)) + "\n";
                                   }
                                 }},
                            stop);
  if (finished.exit_code != 0) throw unpack_failure(errors, url);
  return std::move(finished.output);
}

/// The names of the archives' files that the source's patterns let through; null without patterns.
Json wanted_names(const Source& source, const Listing& listing, const Path& files,
                  const Limits& limits, const std::stop_token& stop) {
  if (rclone_filters(source).empty()) return {};
  const auto output =
      run("list", request(listing, files, limits, {}), limits, url_for_messages(source), stop);
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin < output.size();) {
    const auto end = std::min(output.find('\0', begin), output.size());
    names.push_back(output.substr(begin, end - begin));
    begin = end + 1;
  }
  return json::strings(let_through(source, names, stop));
}

}  // namespace

bool unpack(const Source& source, Listing& listing, const Path& files, const Limits& limits,
            const std::stop_token& stop) {
  if (std::none_of(listing.files.begin(), listing.files.end(), is_archive)) return false;
  const auto url = url_for_messages(source);
  auto wanted = wanted_names(source, listing, files, limits, stop);
  run(files.string(), request(listing, files, limits, std::move(wanted)), limits, url, stop);
  std::filesystem::remove(files / archives_folder);
  std::erase_if(listing.files, is_archive);
  const bool is_empty = std::none_of(
      std::filesystem::recursive_directory_iterator(files), {},
      [](const std::filesystem::directory_entry& entry) { return entry.is_regular_file(); });
  if (is_empty) {
    throw Failure("ModelEmpty", url +
                                    ": there is no file in its archives that source.include and "
                                    "source.exclude let through");
  }
  return true;
}

}  // namespace content
