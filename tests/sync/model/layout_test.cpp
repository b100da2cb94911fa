#include "sync/model/layout.h"

#include "base/files.h"
#include "support/folder.h"
#include "sync/report/failure.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <future>
#include <set>
#include <stop_token>

using namespace content;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

using Files = std::initializer_list<std::pair<const char*, const char*>>;

struct Fixture {
  Folder folder;
  Layout layout{folder / "target"};

  void publish(const std::string& digest, Files files) {
    for (const auto& [name, text] : files)
      folder.write(std::string("new/") + name, text);
    layout.publish(folder / "new", json::object({{"revision", "sha256:" + digest}}));
  }
  std::string read(const std::string& name) const {
    return base::read_file(folder / ("target/" + name));
  }
  std::set<std::string> entries() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder / "target"))
      names.insert(entry.path().filename().string());
    return names;
  }
};

bool nobody(const std::string& /*revision*/) {
  return false;
}

}  // namespace

TEST_CASE("a folder may be given as seen from the current one") {
  const Folder folder;
  const auto relative = fs::relative(folder / "target");
  CHECK(fs::equivalent(Layout(relative).path(), folder / "target"));
}

TEST_CASE("files appear under the folder itself, through one link to the revision") {
  Fixture f;
  f.publish("aaaa", {{"weights.bin", "1"}, {"sub/config", "2"}});
  CHECK(f.read("weights.bin") == "1");
  CHECK(f.read("sub/config") == "2");
  CHECK(fs::read_symlink(f.folder / "target/weights.bin") == "..data/weights.bin");
  CHECK(fs::read_symlink(f.folder / "target/..data") == "..rev-aaaa");
  CHECK(json::string_at(f.layout.current(), {"revision"}) == "sha256:aaaa");
}

TEST_CASE("a new revision replaces, adds and removes files; those before stay for a time") {
  Fixture f;
  f.publish("aaaa", {{"kept", "1"}, {"gone", "1"}});
  f.publish("bbbb", {{"kept", "2"}, {"added", "2"}});
  CHECK(f.entries() ==
        std::set<std::string>{"..data", "..rev-aaaa", "..rev-bbbb", "kept", "added"});
  CHECK(f.read("kept") == "2");
  f.publish("cccc", {{"kept", "3"}});
  CHECK(f.layout.remove_replaced(1h, nobody).next.value() == 1h);
  fs::last_write_time(f.folder / "target/..rev-aaaa", fs::file_time_type::clock::now() - 2h);
  CHECK(f.layout.remove_replaced(1h, nobody).next.value() <= 1h);
  CHECK(f.entries() == std::set<std::string>{"..data", "..rev-bbbb", "..rev-cccc", "kept"});
  CHECK_FALSE(f.layout.remove_replaced(0s, nobody).next);
  CHECK(f.entries() == std::set<std::string>{"..data", "..rev-cccc", "kept"});
}

TEST_CASE("content that is the newest again is not removed, however long ago it was replaced") {
  Fixture f;
  f.publish("aaaa", {{"a", "1"}});
  f.publish("bbbb", {{"a", "2"}});
  fs::last_write_time(f.folder / "target/..rev-aaaa", fs::file_time_type::clock::now() - 2h);
  f.publish("aaaa", {{"a", "1"}});
  f.layout.remove_replaced(0s, nobody);
  CHECK(f.entries() == std::set<std::string>{"..data", "..rev-aaaa", "a"});
  CHECK(f.read("a") == "1");
}

TEST_CASE("content that is there already is taken as it is") {
  Fixture f;
  f.publish("aaaa", {{"a", "1"}});
  f.publish("bbbb", {{"a", "2"}});
  f.publish("aaaa", {{"a", "1"}});
  CHECK(f.read("a") == "1");
  CHECK(json::string_at(f.layout.current(), {"revision"}) == "sha256:aaaa");
}

TEST_CASE("what has the name of a revision and is not whole is replaced") {
  Fixture f;
  f.folder.write("target/..rev-aaaa/a", "half");
  f.publish("aaaa", {{"a", "1"}});
  CHECK(f.read("a") == "1");
  CHECK(f.entries() == std::set<std::string>{"..data", "..rev-aaaa", "a"});
}

TEST_CASE("a file of somebody else is not hidden, and nothing has changed then") {
  Fixture f;
  f.publish("aaaa", {{"a", "1"}});
  f.folder.write("target/b", "the team's");
  CHECK_THROWS_WITH(f.publish("bbbb", {{"a", "2"}, {"b", "2"}}),
                    Catch::Matchers::Contains("is in the way of a file of the model"));
  CHECK(f.read("a") == "1");
  CHECK(f.read("b") == "the team's");
}

TEST_CASE("links that a crash kept from being made are made later") {
  Fixture f;
  f.publish("aaaa", {{"a", "1"}, {"b", "1"}});
  fs::remove(f.folder / "target/a");
  fs::create_symlink("..data/old", f.folder / "target/old");
  f.layout.link_files();
  CHECK(f.entries() == std::set<std::string>{"..data", "..rev-aaaa", "a", "b"});
}

TEST_CASE("links that are right take no writing") {
  Fixture f;
  f.publish("aaaa", {{"a", "1"}});
  const auto long_ago = fs::file_time_type::clock::now() - 2h;
  fs::last_write_time(f.folder / "target", long_ago);
  f.layout.link_files();
  CHECK(fs::last_write_time(f.folder / "target") == long_ago);
}

TEST_CASE("links of a revision that appears meanwhile stay") {
  Fixture f;
  f.publish("aaaa", {{"both", "1"}, {"a", "1"}});
  f.publish("bbbb", {{"both", "2"}, {"b", "2"}});
  std::stop_source ends;
  auto other = std::async(std::launch::async, [&] {
    while (!ends.stop_requested())
      f.layout.link_files();
  });
  std::string problem;
  for (int i = 0; i < 200 && problem.empty(); ++i) {
    try {
      f.publish("aaaa", {{"both", "1"}, {"a", "1"}});
      f.publish("bbbb", {{"both", "2"}, {"b", "2"}});
    } catch (const std::exception& error) {
      problem = error.what();
    }
  }
  ends.request_stop();
  CHECK_NOTHROW(other.get());
  CHECK(problem.empty());
  CHECK(f.entries() == std::set<std::string>{"..data", "..rev-aaaa", "..rev-bbbb", "both", "b"});
}

TEST_CASE("without a current revision links cannot be made, which is told") {
  Fixture f;
  CHECK_THROWS_WITH(f.layout.link_files(),
                    Catch::Matchers::Contains("target/..data, which leads to the model, is not"));
}

TEST_CASE("there is no current revision before the first, nor where the link leads elsewhere") {
  Fixture f;
  CHECK(f.layout.current().is_null());
  fs::create_directory_symlink("/etc", f.folder / "target/..data");
  CHECK(f.layout.current().is_null());
}
