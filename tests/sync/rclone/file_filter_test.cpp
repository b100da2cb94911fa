#include "sync/rclone/file_filter.h"

#include "base/process.h"
#include "support/folder.h"
#include "sync/program/environment.h"
#include "sync/rclone/rclone.h"
#include "sync/report/failure.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace content;

namespace {

const std::vector<std::string> files{"a.bin",     "a.txt",          "ab.bin",    "sub/a.bin",
                                     "sub/a.txt", "sub/deep/a.bin", "old/c.bin", "x/old/c.bin",
                                     "part-1.gg", "part-x.gg",      "[odd].bin", "a+b.bin"};

/// What rclone itself lets through, sorted.
std::vector<std::string> by_rclone(const Folder& folder, const Source& source) {
  std::vector<std::string> words{"rclone", "lsjson", "-R", "--files-only", (folder / "").string()};
  const auto filters = rclone_filters(source);
  words.insert(words.end(), filters.begin(), filters.end());
  const auto finished =
      base::run({.arguments = std::move(words), .environment = environment_for_programs()});
  std::vector<std::string> result;
  for (const auto& file : read_listing(finished.output).files)
    result.push_back(file.path);
  return result;
}

}  // namespace

TEST_CASE("patterns let through what rclone lets through") {
  const Folder folder;
  for (const auto& file : files)
    folder.write(file, "w");
  using Patterns = std::vector<std::string>;
  const auto [include, exclude] = GENERATE(table<Patterns, Patterns>({
      {{"*.bin"}, {}},
      {{"/a.*"}, {}},
      {{"/sub/*.bin"}, {}},
      {{"sub/**"}, {}},
      {{"**.bin"}, {"old/"}},
      {{"part-[0-9].gg"}, {}},
      {{"part-[!0-9].gg", "?.txt"}, {}},
      {{"*.{txt,gg}"}, {"a.txt"}},
      {{"\\[odd\\].bin", "a+b.bin"}, {}},
      {{"{{a+}}.bin"}, {}},
      {{"old/"}, {}},
      {{}, {"*.bin", "/part*"}},
  }));
  const Source source{.url = "oci://h/a:1", .include = include, .exclude = exclude};
  const FileFilter filter(source);
  std::vector<std::string> result;
  for (const auto& file : files)
    if (filter.lets_through(file)) result.push_back(file);
  std::sort(result.begin(), result.end());
  INFO(Catch::Detail::stringify(include) << Catch::Detail::stringify(exclude));
  CHECK(result == by_rclone(folder, source));
}

TEST_CASE("a pattern that cannot be read is refused") {
  for (const auto* pattern : {"[", "a]", "{a", "a}", "***", "{{(}}", "{{a", "\\"}) {
    INFO(pattern);
    CHECK_THROWS_AS(FileFilter({.url = "oci://h/a:1", .include = {pattern}}), Failure);
  }
}
