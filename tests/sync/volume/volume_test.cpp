#include "sync/volume/volume.h"

#include "support/folder.h"
#include "sync/report/failure.h"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <future>
#include <memory>
#include <sys/file.h>

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

TEST_CASE("a work folder goes with its owner, with everything in it") {
  const Folder folder;
  Path path;
  {
    const WorkFolder work(folder / "", "tmp-");
    path = work.path();
    folder.write(path.filename().string() + "/a/b", "text");
  }
  CHECK_FALSE(fs::exists(path));
}

TEST_CASE("what a crash left a day ago is swept, but nothing younger, other or in use") {
  const Folder folder;
  const auto old = fs::file_time_type::clock::now() - 25h;
  for (const auto* name : {"tmp-old", "tmp-young", "tmp-used", "team"})
    fs::create_directory(folder / name);
  for (const auto* name : {"tmp-old", "tmp-used", "team"})
    fs::last_write_time(folder / name, old);
  const OpenFile used(open((folder / "tmp-used").c_str(), O_RDONLY));
  REQUIRE(flock(used.fd(), LOCK_EX) == 0);
  const WorkFolder work(folder / "", "tmp-");
  CHECK_FALSE(fs::exists(folder / "tmp-old"));
  CHECK(fs::exists(folder / "tmp-young"));
  CHECK(fs::exists(folder / "tmp-used"));
  CHECK(fs::exists(folder / "team"));
}

TEST_CASE("a lock is one holder's; another waits no longer than its patience") {
  const Folder folder;
  const Lock first(folder / "lock", {});
  CHECK(first.held());
  const Lock second(folder / "lock", {}, 0ms);
  CHECK_FALSE(second.held());
}

TEST_CASE("waiting for a lock is told once, and only when there is something to wait for") {
  const Folder folder;
  auto first = std::make_unique<Lock>(folder / "lock", std::stop_token());
  int told = 0;
  auto second = std::async(std::launch::async, [&] {
    return Lock(folder / "lock", {}, 1min,
                [&] {
                  ++told;
                  first.reset();
                })
        .held();
  });
  CHECK(second.get());
  CHECK(told == 1);
  CHECK(Lock(folder / "lock", {}, 1min, [&] { ++told; }).held());
  CHECK(told == 1);
}

TEST_CASE("a stop ends the waiting for a lock") {
  const Folder folder;
  const Lock first(folder / "lock", {});
  std::stop_source stop;
  stop.request_stop();
  CHECK_THROWS_AS(Lock(folder / "lock", stop.get_token()), Stopped);
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
