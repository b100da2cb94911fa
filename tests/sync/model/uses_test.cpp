#include "sync/model/uses.h"

#include "support/folder.h"

#include <catch2/catch.hpp>

using namespace content;
namespace fs = std::filesystem;

namespace {

struct Fixture {
  Folder folder;
  Layout layout{folder / "model"};

  void publish(const std::string& digest) {
    folder.write("new/file", digest);
    layout.publish(folder / "new", json::object({{"revision", "sha256:" + digest}}));
  }
  /// A mark as another host's helper leaves it.
  Path leave_mark(const std::string& revisions) {
    Owner owner;
    owner.id = "another";
    owner.process = "another's";
    owner.uid = "another pod's";
    owner.renewal = std::chrono::milliseconds(1);
    folder.write("model/..uses/other/owner", text_of(owner));
    if (!revisions.empty()) folder.write("model/..uses/other/revisions", revisions);
    return folder / "model/..uses/other";
  }
  std::string list() const {
    std::string text;
    for (const auto& mark : fs::directory_iterator(folder / "model/..uses"))
      text += read_regular_file(mark.path() / "revisions", 1000);
    return text;
  }
};

}  // namespace

TEST_CASE("an app may use what has been the current revision since its pod began") {
  Fixture f;
  f.publish("aaaa");
  f.publish("bbbb");
  Uses uses(f.layout);
  uses.mark();
  CHECK(f.list() == "..rev-bbbb\n");
  f.publish("cccc");
  uses.mark();
  CHECK(f.list() == "..rev-bbbb\n..rev-cccc\n");
  f.publish("aaaa");  // again
  uses.mark();
  CHECK(f.list() == "..rev-aaaa\n..rev-bbbb\n..rev-cccc\n");
  fs::remove_all(f.folder / "model/..rev-bbbb");
  uses.mark();
  CHECK(f.list() == "..rev-aaaa\n..rev-cccc\n");
}

TEST_CASE("marks of others hold their revisions, and one without a list holds all") {
  Fixture f;
  f.publish("aaaa");
  const auto mark = f.leave_mark("..rev-aaaa\n");
  Uses uses(f.layout);
  uses.mark();
  CHECK(uses.of_others({}).has("..rev-aaaa"));
  CHECK_FALSE(uses.of_others({}).has("..rev-bbbb"));
  fs::remove(mark / "revisions");
  CHECK(uses.of_others({}).has("..rev-bbbb"));
}

TEST_CASE("a mark that is not renewed goes, and one's own holds nothing against oneself") {
  Fixture f;
  f.publish("aaaa");
  const auto mark = f.leave_mark("..rev-aaaa\n");
  Uses uses(f.layout);
  uses.mark();
  while (!uses.of_unknown({}).are_known) {
  }
  CHECK_FALSE(fs::exists(mark));
  CHECK_FALSE(uses.of_others({}).has("..rev-aaaa"));
  CHECK(f.list() == "..rev-aaaa\n");
}
