#include "sync/volume/volume.h"

#include "support/folder.h"
#include "sync/report/failure.h"
#include "sync/volume/temporary_folder.h"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

using namespace content;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

TEST_CASE("folders of our own are made, and a symbolic link in their place is refused") {
  const Folder folder;
  CHECK(own_folder(folder / "", "a/b") == folder / "" / "a/b");
  CHECK(fs::is_directory(folder / "a/b"));
  fs::create_directory_symlink("/etc", folder / "linked");
  CHECK_THROWS_WITH(own_folder(folder / "", "linked/b"),
                    Catch::Matchers::Contains("linked must be a folder; move away what has its "
                                              "name"));
}

TEST_CASE("a temporary folder goes with its owner, with everything in it") {
  const Folder folder;
  Path path;
  {
    const TemporaryFolder work(folder / "", "tmp-");
    path = work.path();
    folder.write(path.filename().string() + "/a/b", "text");
  }
  CHECK_FALSE(fs::exists(path));
}

TEST_CASE("what a crash left a day ago is removed, but nothing younger, other or in use") {
  const Folder folder;
  const auto old = fs::file_time_type::clock::now() - 25h;
  for (const auto* name : {"tmp-old", "tmp-young", "tmp-used", "team"})
    fs::create_directory(folder / name);
  for (const auto* name : {"tmp-old", "tmp-used", "team"})
    fs::last_write_time(folder / name, old);
  const OpenFile used(open((folder / "tmp-used").c_str(), O_RDONLY));
  REQUIRE(flock(used.fd(), LOCK_EX) == 0);
  const TemporaryFolder work(folder / "", "tmp-");
  CHECK_FALSE(fs::exists(folder / "tmp-old"));
  CHECK(fs::exists(folder / "tmp-young"));
  CHECK(fs::exists(folder / "tmp-used"));
  CHECK(fs::exists(folder / "team"));
}

TEST_CASE("of a volume only regular files are read, and nobody is waited for") {
  const Folder folder;
  folder.write("file", "text");
  REQUIRE(mkfifo((folder / "fifo").c_str(), 0600) == 0);
  fs::create_symlink(folder / "file", folder / "link");
  CHECK(read_regular_file(folder / "file", 100) == "text");
  CHECK(read_regular_file(folder / "file", 3).empty());
  for (const auto* name : {"fifo", "link", "gone", ""})
    CHECK(read_regular_file(folder / name, 100).empty());
}

TEST_CASE("of two that publish one name the second loses, and the first one's stays") {
  const Folder folder;
  folder.write("one/file", "one");
  folder.write("two/file", "two");
  CHECK(publish(folder / "one", folder / "name"));
  CHECK_FALSE(publish(folder / "two", folder / "name"));
  CHECK(fs::exists(folder / "two/file"));
  CHECK(fs::file_size(folder / "name/file") == 3);
}
