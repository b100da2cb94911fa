#pragma once

#include "sync/rclone/source.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

/// Partial downloads (as a browser's .part files) of large files that come in ranges.
namespace content {

/// The name of the folder of partial files, beside the folder that rclone copies to.
inline constexpr const char* parts_folder = "parts";

struct ByteRange {
  std::int64_t begin = 0, end = 0;
  bool operator==(const ByteRange&) const = default;
};

/// The parts of a file that are there: a set of bytes, as ranges that do not touch.
class ByteRanges {
 public:
  void add(ByteRange range);
  /// Leaves what is before `begin`.
  void cut(std::int64_t begin);
  std::int64_t bytes() const;
  /// So many are there without a gap, from the file's begin on.
  std::int64_t prefix() const;
  /// What is there of a range.
  std::vector<ByteRange> within(ByteRange range) const;
  /// What a file of `size` bytes lacks, in pieces of at most `longest`.
  std::vector<ByteRange> missing(std::int64_t size, std::int64_t longest) const;

 private:
  std::map<std::int64_t, std::int64_t> ends_;  ///< by begin; they do not touch
};

/// Nanoseconds since 1970 of "2026-01-02T03:04:05.123456789Z"; -1 when it is none.
std::int64_t nanoseconds(const std::string& rfc3339);

/// A large file that comes in ranges, and beside it its notes, NAME.ranges, which never say more
/// than what would survive a power failure:
///
///     VERSION BYTES PATH
///     BEGIN END
///
/// Ranges that are noted are never written again, so a file that is whole is not written to at all.
class PartialFile {
 public:
  /// What becomes of a partial file whose bytes were added to another.
  enum class Other {
    Stays,
    GoesAway,  ///< bit by bit, so that there need be no room for two
  };

  /// Goes on with what `folder` has of this version of the file. Throws Failure.
  PartialFile(const Path& folder, const SourceFile& file);

  const Path& path() const { return path_; }
  const ByteRanges& there() const { return there_; }
  bool is_whole() const { return there_.bytes() == file_.bytes; }
  /// A descriptor for a program that writes from `begin` on. While any copy of it is open,
  /// is_free() says no.
  int open(std::int64_t begin) const;
  /// Brings to the disk what is there and says so; `there` may only grow.
  void note(const ByteRanges& there);
  /// Adds what another partial file of this version has, as its notes say; as much as the volume
  /// lets it.
  void add(Path other, Other what_becomes_of_it);
  /// It is whole: moves it to its place, with the source's time.
  void finish(const Path& to) const;
  void discard() const;

  static Path path_in(const Path& folder, const SourceFile& file);

 private:
  SourceFile file_;
  Path path_;
  ByteRanges there_;
};

/// The partial files of a folder, with the first line of their notes, which tells versions apart.
std::map<Path, std::string> partial_files(const Path& folder);
/// That line of a file of the source.
std::string version_line(const SourceFile& file);
/// What notes and size say of a partial file of this version.
ByteRanges noted_ranges(const Path& partial, const SourceFile& file);
/// Whether no program that has a descriptor of open() lives, as far as the volume's locks tell.
bool is_free(const Path& partial);
/// Moves it with its notes. Throws std::filesystem::filesystem_error, and Failure.
void move_partial(const Path& from, const Path& to);
/// A second name for one that is whole. False when that cannot be: not every volume has hard links.
bool link_partial(const Path& from, const Path& to);

}  // namespace content
