#include "sync/rclone/rclone_listing.h"

#include "base/hash.h"
#include "sync/report/failure.h"

#include <algorithm>
#include <array>
#include <sstream>

namespace content {
namespace {

using json::Json;

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

/// rclone lists a control character as the sign for it (U+2400 to U+241F, U+2421), and writes a
/// file by the character itself, so that what is listed would never be there. Of the sign itself it
/// is the same.
bool has_control_sign(std::string_view path) {
  constexpr std::string_view of_sign = "\xe2\x90";
  for (auto at = path.find(of_sign); at != std::string_view::npos;
       at = path.find(of_sign, at + 1)) {
    const auto last = path.substr(at + of_sign.size(), 1);
    if ((last >= "\x80" && last <= "\x9f") || last == "\xa1") return true;
  }
  return false;
}

/// A part "." or ".." of an object's key, which rclone lists in full-width dots (U+FF0E), and then
/// looks for by these.
bool has_wide_dots(std::string_view path) {
  constexpr std::string_view dot = "\uff0e";
  constexpr std::string_view dots = "\uff0e\uff0e";
  for (std::size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    const auto part = path.substr(begin, end - begin);
    if (part == dot || part == dots) return true;
    begin = end + 1;
  }
  return false;
}

void check_listed(const std::string& path) {
  check_path(path);
  if (has_control_sign(path))
    throw refused_path(path, "which has a control character, shown as a sign, in its name");
  if (has_wide_dots(path))
    throw refused_path(path, R"(which has a part "." or "..", shown in wide dots, in its name)");
}

bool has_file(const std::vector<SourceFile>& files, const std::string& path) {
  const auto found =
      std::lower_bound(files.begin(), files.end(), path,
                       [](const SourceFile& file, const std::string& p) { return file.path < p; });
  return found != files.end() && found->path == path;
}

/// Two objects of a store, or two links of a page, may be what a folder cannot have. `files` are by
/// path.
void check_together(const std::vector<SourceFile>& files) {
  std::string before;  // the folder of the file before
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto& path = files[i].path;
    if (i > 0 && files[i - 1].path == path)
      throw refused_path(path, "which is the name of two files");
    const auto folder = path.substr(0, std::min(path.rfind('/'), path.size()));
    if (folder == before || folder == path) continue;
    before = folder;
    for (auto at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1)) {
      if (has_file(files, path.substr(0, at)))
        throw refused_path(path.substr(0, at),
                           "which is a file and, for " + quoted_path(path) + ", a folder");
    }
  }
}

}  // namespace

Listing read_listing(const std::string& lsjson) {
  Listing listing;
  std::vector<std::string> lines;
  for_each_entry(lsjson, [&](const Json& entry) {
    SourceFile file{.path = json::string_at(entry, {"Path"}),
                    .bytes = json::integer_at(entry, {"Size"}, -1),
                    .modified = json::string_at(entry, {"ModTime"}),
                    .md5 = json::string_at(entry, {"Hashes", "md5"})};
    check_listed(file.path);
    if (json::string_at(entry, {"Metadata", "content-encoding"}) == "gzip") file.bytes = -1;
    lines.push_back(json::text(json::array(
        {Json(file.path), Json(file.bytes), Json(file.modified), json::at(entry, {"Hashes"})})));
    file.version = base::short_hash(lines.back(), 32);
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
  check_together(listing.files);
  return listing;
}

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

std::optional<LeftOut> left_out_in(const Json& line) {
  using enum LeftOut::Kind;
  constexpr std::string_view skipping = "skipping because of error: ";             // backend/http
  constexpr std::string_view ignoring = " - ignoring";                             // fs/list
  constexpr std::array odd{"Odd name received ", "Odd directory name received "};  // backend/s3
  const auto text = json::string_at(line, {"msg"});
  const auto file = json::string_at(line, {"object"});
  constexpr std::string_view unfollowed = "left out: ";  // scripts/rclone.go
  if (text.starts_with(unfollowed)) return LeftOut{Address, file, text.substr(unfollowed.size())};
  if (text.starts_with(skipping)) return LeftOut{Link, file, text.substr(skipping.size())};
  if (text.ends_with(ignoring))
    return LeftOut{Name, file, text.substr(0, text.size() - ignoring.size())};
  const auto is_begin = [&](const char* begin) { return text.starts_with(begin); };
  if (std::any_of(odd.begin(), odd.end(), is_begin)) return LeftOut{Name, file, text};
  return {};
}

}  // namespace content
