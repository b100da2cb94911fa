#include "sync/rclone/download_part.h"

#include "base/files.h"
#include "support/folder.h"
#include "sync/volume/volume.h"

#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

using namespace content;
namespace fs = std::filesystem;

namespace {

const SourceFile file{
    .path = "sub/weights.bin", .bytes = 10, .modified = "2026-01-02T03:04:05.5Z", .version = "1"};

void write_at(const PartialFile& part, std::int64_t begin, const std::string& text) {
  const OpenFile output(part.open(begin));
  REQUIRE(write(output.fd(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

ByteRanges ranges(std::initializer_list<ByteRange> list) {
  ByteRanges result;
  for (const auto& range : list)
    result.add(range);
  return result;
}

std::vector<ByteRange> all(const ByteRanges& there) {
  return there.within({0, 1000});
}

/// In `folder`, what is at `begin` of "0123456789".
PartialFile part_with(const Path& folder, std::initializer_list<ByteRange> there) {
  fs::create_directories(folder);
  PartialFile part(folder, file);
  for (const auto& range : there)
    write_at(part, range.begin,
             std::string("0123456789").substr(range.begin, range.end - range.begin));
  part.note(ranges(there));
  return part;
}

}  // namespace

TEST_CASE("ranges that touch or overlap are one") {
  CHECK(all(ranges({{0, 2}, {4, 6}})) == std::vector<ByteRange>{{0, 2}, {4, 6}});
  CHECK(all(ranges({{4, 6}, {0, 2}, {2, 4}})) == std::vector<ByteRange>{{0, 6}});
  CHECK(all(ranges({{0, 5}, {3, 4}, {4, 9}, {20, 30}, {8, 21}})) ==
        std::vector<ByteRange>{{0, 30}});
  CHECK(all(ranges({{3, 3}, {5, 4}})).empty());
}

TEST_CASE("ranges tell what there is, what comes first and what is missing") {
  auto there = ranges({{2, 4}, {7, 9}});
  CHECK(there.bytes() == 4);
  CHECK(there.prefix() == 0);
  CHECK(there.missing(10, 2) == std::vector<ByteRange>{{0, 2}, {4, 6}, {6, 7}, {9, 10}});
  there.add({0, 2});
  CHECK(there.prefix() == 4);
  CHECK(there.within({1, 8}) == std::vector<ByteRange>{{1, 4}, {7, 8}});
  there.cut(8);
  CHECK(all(there) == std::vector<ByteRange>{{0, 4}, {7, 8}});
  there.cut(2);
  CHECK(all(there) == std::vector<ByteRange>{{0, 2}});
  CHECK(ranges({{0, 10}}).missing(10, 3).empty());
}

TEST_CASE("a partial file remembers what was noted, of its version alone") {
  const Folder folder;
  part_with(folder / "parts", {{0, 3}, {5, 7}});
  CHECK(all(PartialFile(folder / "parts", file).there()) == std::vector<ByteRange>{{0, 3}, {5, 7}});
  auto other = file;
  SECTION("not of another version") {
    other.version = "2";
  }
  SECTION("nor size") {
    other.bytes = 11;
  }
  SECTION("nor path") {
    other.path = "sub/other.bin";
  }
  CHECK(PartialFile(folder / "parts", other).there().bytes() == 0);
}

TEST_CASE("notes say no more than the file has") {
  const Folder folder;
  const auto part = part_with(folder / "parts", {{0, 3}, {5, 10}});
  SECTION("when it is shorter") {
    fs::resize_file(part.path(), 7);
    CHECK(all(PartialFile(folder / "parts", file).there()) ==
          std::vector<ByteRange>{{0, 3}, {5, 7}});
  }
  SECTION("when it is gone") {
    fs::remove(part.path());
    CHECK(PartialFile(folder / "parts", file).there().bytes() == 0);
  }
  SECTION("when they are empty") {
    fs::resize_file(part.path().string() + ".ranges", 0);
    CHECK(PartialFile(folder / "parts", file).there().bytes() == 0);
  }
}

TEST_CASE("a partial file is in use as long as anybody can write to it") {
  const Folder folder;
  const auto part = part_with(folder / "parts", {{0, 3}});
  CHECK(is_free(part.path()));
  const auto output = std::make_unique<OpenFile>(part.open(3));
  CHECK_FALSE(is_free(part.path()));
  const auto copy = std::make_unique<OpenFile>(dup(output->fd()));
  const auto second = std::make_unique<OpenFile>(part.open(5));
  CHECK_FALSE(is_free(part.path()));
}

TEST_CASE("what another has of a file is copied where it is missing, and stays") {
  const Folder folder;
  const auto theirs = part_with(folder / "a/parts", {{0, 4}, {6, 9}});
  auto ours = part_with(folder / "b/parts", {{3, 7}});
  ours.add(theirs.path(), PartialFile::Other::Stays);
  CHECK(all(PartialFile(folder / "b/parts", file).there()) == std::vector<ByteRange>{{0, 9}});
  CHECK(base::read_file(ours.path()) == "012345678");
  CHECK(all(PartialFile(folder / "a/parts", file).there()) ==
        std::vector<ByteRange>{{0, 4}, {6, 9}});
}

TEST_CASE("a partial file that goes away for another has moved its bytes there") {
  const Folder folder;
  const auto theirs = part_with(folder / "..tmp-a/parts", {{0, 4}, {6, 9}});
  auto ours = part_with(folder / "..tmp-b/parts", {});
  ours.add(theirs.path(), PartialFile::Other::GoesAway);
  CHECK(all(PartialFile(folder / "..tmp-b/parts", file).there()) ==
        std::vector<ByteRange>{{0, 4}, {6, 9}});
  CHECK(fs::is_empty(folder / "..tmp-a/parts"));
  CHECK(partial_files(folder / "..tmp-b/parts").size() == 1);
}

TEST_CASE("a file that is whole gets its place and the source's time") {
  const Folder folder;
  const auto part = part_with(folder / "parts", {{0, 10}});
  CHECK(part.is_whole());
  part.finish(folder / "files/sub/weights.bin");
  CHECK(base::read_file(folder / "files/sub/weights.bin") == "0123456789");
  struct stat status {};
  REQUIRE(stat((folder / "files/sub/weights.bin").c_str(), &status) == 0);
  CHECK(status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec ==
        nanoseconds(file.modified));
  CHECK(fs::is_empty(folder / "parts"));
}
