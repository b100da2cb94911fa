#include "sync/volume/claim.h"

#include "support/folder.h"

#include <catch2/catch.hpp>

#include <future>

using namespace content;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// What a helper of another pod would have left under this name.
void leave(const Path& name, const Owner& owner) {
  fs::create_directories(name);
  write_file(name / owner_file, text_of(owner));
  write_file(name / "work", "theirs");
}

Owner another() {
  return {.id = "another", .process = "another", .renewal = 50ms, .pod = "demo-1"};
}

std::size_t entries_in(const Path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("a claim is one helper's, and goes with everything in it") {
  const Folder folder;
  {
    const auto first = claim(folder / "work", {});
    REQUIRE(first);
    CHECK(first->path() == folder / "work");
    CHECK(first->is_ours());
    write_file(first->path() / "file", "text");
    std::stop_source stop;
    auto second = std::async(std::launch::async,
                             [&] { return claim(folder / "work", {.stop = stop.get_token()}); });
    CHECK(second.wait_for(3 * look_interval()) == std::future_status::timeout);
    stop.request_stop();
    CHECK_THROWS_AS(second.get(), Stopped);
  }
  CHECK(fs::is_empty(folder / ""));
}

TEST_CASE("who waits is told for whom and how far that is, and is let in at the end") {
  const Folder folder;
  auto first = claim(folder / "work", {});
  first->tell_progress(json::parse(R"({"bytes":3,"total":9})"));
  std::promise<Owner> seen;
  bool is_told = false;
  auto second = std::async(std::launch::async, [&] {
    return claim(folder / "work", {.on_wait = [&](const Owner& owner) {
                   if (owner.bytes < 0 || std::exchange(is_told, true)) return;
                   seen.set_value(owner);
                 }});
  });
  const auto owner = seen.get_future().get();
  CHECK(owner.pod == this_process().pod);
  CHECK(owner.bytes == 3);
  CHECK(owner.total == 9);
  first.reset();
  const auto ours = second.get();
  REQUIRE(ours);
  CHECK(ours->is_ours());
}

TEST_CASE("nobody waits for work that is done") {
  const Folder folder;
  const auto first = claim(folder / "work", {});
  CHECK_FALSE(claim(folder / "work", {.is_done = [] { return true; }}));
  CHECK(entries_in(folder / "") == 1);
}

TEST_CASE("what a dead helper has left is taken over, once") {
  const Folder folder;
  leave(folder / "work", another());
  const auto ours = claim(folder / "work", {});
  REQUIRE(ours);
  std::vector<Path> left;
  for (const auto& entry : fs::directory_iterator(ours->path()))
    if (entry.path().filename().string().starts_with(left_prefix)) left.push_back(entry.path());
  REQUIRE(left.size() == 1);
  CHECK(read_regular_file(left.front() / "work", 100) == "theirs");
  CHECK(entries_in(folder / "") == 1);
}

TEST_CASE("a file or a link under a claim's name is nobody's, and is not followed") {
  const Folder folder;
  const Folder elsewhere;
  elsewhere.write("precious", "text");
  auto owner = another();
  owner.has_ended = true;
  elsewhere.write(owner_file, text_of(owner));
  fs::create_directory_symlink(elsewhere / "", folder / "work");
  CHECK(claim(folder / "work", {}));
  CHECK(read_regular_file(elsewhere / "precious", 100) == "text");
}

TEST_CASE("who was taken for dead learns it, and takes nothing away from its successor") {
  const Folder folder;
  auto first = claim(folder / "work", {});
  const auto moved = move_away(folder / "work", owner_of(folder / "work"));
  REQUIRE(moved);
  CHECK_FALSE(first->is_ours());
  CHECK_THROWS_WITH(first->require_ours(),
                    Catch::Matchers::Contains("another one has taken over its work"));
  const auto second = claim(folder / "work", {});
  first.reset();
  CHECK(second->is_ours());
}

TEST_CASE("what is in a work folder is out of reach when another helper takes the claim over") {
  const Folder folder;
  auto first = claim(folder / "work", {});
  const auto ours = first->work();
  CHECK(first->work() == ours);
  fs::create_directory(ours / "half-made");
  const auto second = std::make_unique<Claim>(folder / "", "work-");
  REQUIRE(take_over(folder / "work", owner_of(folder / "work"), *second));
  REQUIRE(second->rename_to(folder / "work"));
  fs::create_directory(second->work() / "half-made");
  CHECK_THROWS(publish(ours / "half-made", folder / "published"));
  CHECK_FALSE(fs::exists(folder / "published"));
  first->write("told", "first");
  CHECK_FALSE(fs::exists(second->path() / "told"));
  CHECK(entries_in(second->work()) == 1);
  CHECK(works_in(second->path()) == std::set<Path>{second->work()});
  for (const auto& entry : fs::directory_iterator(second->path())) {
    if (!entry.path().filename().string().starts_with(left_prefix)) continue;
    REQUIRE(works_in(entry.path()).size() == 1);
    CHECK(fs::exists(*works_in(entry.path()).begin() / "half-made"));
  }
}

TEST_CASE("a name does not grow each time that it is moved away") {
  const Folder folder;
  leave(folder / "work", another());
  auto moved = move_away(folder / "work", owner_of(folder / "work"));
  REQUIRE(moved);
  const auto size = moved->string().size();
  moved = move_away(*moved, owner_of(*moved));
  REQUIRE(moved);
  CHECK(moved->string().size() == size);
  CHECK(moved->filename().string().starts_with("work-"));
}

TEST_CASE(
    "of two that move away one name only one does, and never what another has claimed since") {
  const Folder folder;
  leave(folder / "work", another());
  const auto dead = owner_of(folder / "work");
  CHECK(move_away(folder / "work", dead));
  CHECK_FALSE(move_away(folder / "work", dead));
  const auto live = claim(folder / "work", {});
  CHECK_FALSE(move_away(folder / "work", dead));
  CHECK(live->is_ours());
}

TEST_CASE("what is kept for others can be gone on with at once") {
  const Folder folder;
  {
    const auto first = claim(folder / "work", {});
    first->keep(true);
    write_file(first->path() / "file", "text");
  }
  CHECK(ClaimWatch(folder / "work").look() == Life::Dead);
  CHECK(claim(folder / "work", {}));
}

TEST_CASE("a sweeper removes what dead helpers have left, and nothing else") {
  const Folder folder;
  const Claim live(folder / "", "tmp-");
  leave(folder / "tmp-dead", another());
  fs::create_directory(folder / "tmp-of-nobody");
  leave(folder / "team", another());
  folder.write("tmp-file", "text");
  Owner ended = another();
  ended.has_ended = true;
  leave(folder / "tmp-ended", ended);
  Sweeper sweeper(folder / "", {"tmp-"});
  Removal removal;
  sweeper.look(removal, {});
  CHECK_FALSE(fs::exists(folder / "tmp-ended"));
  CHECK(fs::exists(folder / "tmp-dead"));
  while (fs::exists(folder / "tmp-dead")) {
    sweeper.look(removal, {});
    wait(10ms, {});
  }
  CHECK(fs::exists(live.path()));
  CHECK(live.is_ours());
  CHECK(fs::exists(folder / "tmp-of-nobody"));  // it may get an owner yet
  CHECK(fs::exists(folder / "team"));
  CHECK(fs::exists(folder / "tmp-file"));
  CHECK(removal.failed == 0);
}
