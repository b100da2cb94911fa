#include "sync/model/download.h"

#include "base/files.h"
#include "support/folder.h"
#include "sync/report/failure.h"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

using namespace content;
namespace fs = std::filesystem;

namespace {

constexpr const char* source = "https://models.example.com/llm/";
constexpr const char* time_of_source = "2026-01-02T03:04:05.5Z";

SourceFile file(const std::string& path, std::int64_t bytes, const std::string& version = "1") {
  return {.path = path, .bytes = bytes, .modified = time_of_source, .version = version};
}

Listing listing(std::vector<SourceFile> files) {
  return {.files = std::move(files), .bytes = 0, .fingerprint = ""};
}

void set_time_of_source(const Path& path) {
  const timespec time{1767323045, 500'000'000};
  const timespec times[] = {time, time};
  REQUIRE(utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
}

struct Fixture {
  Folder folder;
  Layout layout{folder / "target"};
  std::optional<Claim> claim{std::in_place, layout.path(), work_prefix};

  Download download(const Listing& wanted, const std::string& of = source) {
    return Download(layout, *claim, of, wanted);
  }
  /// Another download: one file whole, and one of the same size that is not.
  void leave_interrupted(bool is_dead, const std::string& of = source) {
    set_time_of_source(folder.write("target/..tmp-dead/work-1/files/sub/whole", "12345"));
    folder.write("target/..tmp-dead/work-1/files/half", "12345");
    folder.write("target/..tmp-dead/work-1/about", of + "\n");
    folder.write("target/..tmp-dead/owner",
                 text_of({.id = "another", .process = "another", .has_ended = is_dead}));
  }
  bool is_left() const { return fs::exists(folder / "target/..tmp-dead"); }
};

}  // namespace

TEST_CASE("of what is published only changed and new files are missing, with hashes for the rest") {
  Fixture f;
  set_time_of_source(f.folder.write("new/kept", "12345"));
  f.folder.write("new/changed", "12345");
  f.folder.write("new/touched", "wrong");
  f.layout.publish(
      f.folder / "new", json::object({{"revision", "sha256:aaaa"}, {"source", source}}),
      text_of({{"kept", {"1", "hash"}}, {"changed", {"1", "hash"}}, {"touched", {"1", "hash"}}}));
  const auto wanted =
      listing({file("kept", 5), file("changed", 5, "2"), file("new", 5), file("touched", 5)});
  auto download = f.download(wanted);
  CHECK(base::read_file(download.files() / "kept") == "12345");
  CHECK_FALSE(fs::exists(download.files() / "changed"));
  CHECK_FALSE(fs::exists(download.files() / "touched"));
  CHECK_FALSE(download.is_complete());
  CHECK(text_of(download.known()) == "1 hash kept\n");
  SECTION("but nothing of another source is taken") {
    f.claim.reset();
    f.claim.emplace(f.layout.path(), work_prefix);
    CHECK(fs::is_empty(f.download(wanted, "https://elsewhere.example.com/").files()));
  }
}

TEST_CASE("an interrupted download goes on with the files that are whole") {
  Fixture f;
  f.leave_interrupted(true);
  const auto download =
      f.download(listing({file("sub/whole", 5), file("half", 5), file("new", 5)}));
  CHECK(base::read_file(download.files() / "sub/whole") == "12345");
  CHECK_FALSE(fs::exists(download.files() / "half"));
  CHECK(download.known().empty());
  CHECK_FALSE(f.is_left());
}

TEST_CASE(
    "what another pod may still be downloading is not removed, but its whole files are used") {
  Fixture f;
  f.leave_interrupted(false);
  const auto download = f.download(listing({file("sub/whole", 5)}));
  CHECK(download.is_complete());
  CHECK(f.is_left());
}

TEST_CASE("of an interrupted download from elsewhere nothing is taken") {
  Fixture f;
  f.leave_interrupted(true, "https://elsewhere.example.com/");
  const auto download = f.download(listing({file("sub/whole", 5)}));
  CHECK_FALSE(download.is_complete());
}

TEST_CASE(
    "a large file of an interrupted download goes on where it was, its bytes count as there") {
  Fixture f;
  const auto large = file("large", 10);
  const auto whose = GENERATE(as<std::string>(), "dead", "perhaps alive", "in use");
  f.leave_interrupted(whose != "perhaps alive");
  const auto parts = f.folder / "target/..tmp-dead/work-1/parts";
  fs::create_directory(parts);
  PartialFile theirs(parts, large);
  auto output = std::make_unique<OpenFile>(theirs.open(0));
  REQUIRE(write(output->fd(), "01234", 5) == 5);
  ByteRanges there;
  there.add({0, 5});
  theirs.note(there);
  struct stat before {};
  REQUIRE(fstat(output->fd(), &before) == 0);
  const OpenFile writer(whose == "in use" ? theirs.open(5) : -1);
  SECTION("of the same version") {
    output.reset();
    const auto download = f.download(listing({large}));
    const PartialFile ours(download.files().parent_path() / parts_folder, large);
    CHECK(ours.there().bytes() == 5);
    CHECK(base::read_file(ours.path()) == "01234");
    struct stat after {};
    REQUIRE(stat(ours.path().c_str(), &after) == 0);
    // Only one that nobody can write to is taken as it is.
    CHECK((after.st_ino == before.st_ino) == (whose == "dead"));
    CHECK(f.is_left() == (whose == "perhaps alive"));
    if (f.is_left()) CHECK(PartialFile(parts, large).there().bytes() == 5);
  }
  SECTION("and not of another") {
    const auto changed = file("large", 10, "2");
    const auto download = f.download(listing({changed}));
    CHECK(fs::is_empty(download.files().parent_path() / parts_folder));
  }
}

TEST_CASE("a large file that was whole, but not yet at its place, is there at once") {
  Fixture f;
  const auto large = file("large", 5);
  f.leave_interrupted(false);
  const auto parts = f.folder / "target/..tmp-dead/work-1/parts";
  fs::create_directory(parts);
  PartialFile theirs(parts, large);
  f.folder.write("target/..tmp-dead/work-1/parts/" + theirs.path().filename().string(), "01234");
  ByteRanges there;
  there.add({0, 5});
  theirs.note(there);
  const auto download = f.download(listing({large}));
  CHECK(PartialFile(download.files().parent_path() / parts_folder, large).is_whole());
  CHECK(PartialFile(parts, large).is_whole());
}

TEST_CASE("a download that cannot fit is refused before it begins, with both numbers") {
  Fixture f;
  const auto begin = [&] {
    const auto download = f.download(listing({file("a", std::int64_t{1} << 60)}));
  };
  CHECK_THROWS_WITH(
      begin(), Catch::Matchers::StartsWith("the model needs 1024.0 PiB, and the volume has ") &&
                   Catch::Matchers::EndsWith(" left; make it larger or remove files from it"));
  f.claim.reset();
  CHECK(fs::is_empty(f.layout.path()));
}

TEST_CASE("paths of known files may have blanks") {
  const KnownFiles files{{"a b/c d", {"version", "hash"}}, {"e", {"i", "h"}}};
  CHECK(text_of(read_known_files(text_of(files))) == text_of(files));
}
