#include "sync/git/large_files.h"

#include "base/files.h"
#include "base/hash.h"
#include "support/folder.h"
#include "sync/git/large_file_progress.h"

#include <catch2/catch.hpp>

#include <fstream>

using namespace content;
namespace fs = std::filesystem;

namespace {

struct Fixture {
  Folder folder;
  LargeFileStore store{folder / "store"};

  static LargeFile file(const std::string& path, const std::string& content) {
    return {path, base::sha256_hex(content), static_cast<std::int64_t>(content.size())};
  }
  /// Where a store has this content.
  Path object(const std::string& content, const std::string& in = "store") const {
    const auto hash = base::sha256_hex(content);
    return folder / in / "objects" / hash.substr(0, 2) / hash.substr(2, 2) / hash;
  }
  void write(const Path& path, const std::string& content) const {
    folder.write(path.lexically_relative(folder / "").string(), content);
  }
};

bool is_same_file(const Path& a, const Path& b) {
  return fs::equivalent(a, b);
}

}  // namespace

TEST_CASE("a pointer is read, and nothing else is taken for one") {
  const std::string hash(64, 'a');
  const std::string version = "version https://git-lfs.github.com/spec/v1\n";
  const LargeFile expected{"", hash, 12345};
  CHECK(read_pointer(version + "oid sha256:" + hash + "\nsize 12345\n") == expected);
  CHECK(read_pointer(version + "oid sha256:" + hash + "\nsize 12345") == expected);
  for (const auto& text :
       {std::string("large content"), version, version + "oid sha256:aaaa\nsize 1\n",
        version + "oid md5:" + hash + "\nsize 1\n", version + "oid sha256:" + hash + "\nsize -1\n",
        version + "oid sha256:" + hash + "\nsize 1x\n",
        version + "ext-0-zip sha256:" + hash + "\noid sha256:" + hash + "\nsize 1\n",
        version + "oid sha256:" + hash + "\nsize 1\nmore\n"}) {
    INFO(text);
    CHECK_FALSE(read_pointer(text));
  }
}

TEST_CASE("content that is published is linked, and only other content is fetched") {
  Fixture f;
  const auto published = f.folder.write("published", "same");
  const LargeFileStore store(f.folder / "store", [&](const std::string& sha256) {
    return sha256 == base::sha256_hex("same") ? published : Path();
  });
  const auto missing = store.prepare(
      {f.file("a", "same"), f.file("b", "new"), f.file("copy", "new"), f.file("empty", "")});
  REQUIRE(missing.size() == 1);
  CHECK(missing.front().sha256 == base::sha256_hex("new"));
  CHECK(is_same_file(f.object("same"), published));
}

TEST_CASE("where a volume has no links published content is copied") {
  Fixture f;
  const Folder elsewhere("/dev/shm");
  const auto published = elsewhere.write("published", "same");
  const LargeFileStore store(f.folder / "store", [&](const std::string&) { return published; });
  CHECK(store.prepare({f.file("a", "same")}).empty());
  CHECK(base::read_file(f.object("same")) == "same");
}

TEST_CASE("published content that somebody has written to is not taken") {
  Fixture f;
  const auto published = f.folder.write("published", "lost");
  const LargeFileStore store(f.folder / "store", [&](const std::string&) { return published; });
  CHECK(store.prepare({f.file("a", "same")}).size() == 1);
  CHECK(base::read_file(published) == "lost");
}

TEST_CASE("content that was damaged is fetched again") {
  Fixture f;
  f.write(f.object("right"), "right");
  f.write(f.object("right size"), "wrong text");
  f.write(f.object("longer"), "l");
  const auto missing =
      f.store.prepare({f.file("a", "right"), f.file("b", "right size"), f.file("c", "longer")});
  CHECK(missing.size() == 2);
  CHECK(fs::exists(f.object("right")));
  CHECK_FALSE(fs::exists(f.object("right size")));
}

TEST_CASE("content takes the places of pointers, and programs stay programs") {
  Fixture f;
  const auto placing = GENERATE(Placing::Copy, Placing::Link, Placing::Move);
  f.write(f.object("large"), "large");
  for (const auto* name : {"tree/a", "tree/sub/b", "tree/empty", "tree/missing"})
    f.folder.write(name, "pointer");
  fs::permissions(f.folder / "tree/sub/b", fs::perms::owner_exec, fs::perm_options::add);
  f.store.place({f.file("a", "large"), f.file("sub/b", "large"), f.file("empty", ""),
                 f.file("missing", "elsewhere")},
                f.folder / "tree", placing);
  CHECK(base::read_file(f.folder / "tree/a") == "large");
  CHECK(is_same_file(f.folder / "tree/a", f.object("large")) == (placing != Placing::Copy));
  CHECK_FALSE(is_same_file(f.folder / "tree/sub/b", f.object("large")));
  CHECK(base::read_file(f.folder / "tree/sub/b") == "large");
  CHECK((fs::status(f.folder / "tree/sub/b").permissions() & fs::perms::owner_exec) != fs::perms());
  CHECK(fs::is_empty(f.folder / "tree/empty"));
  CHECK(base::read_file(f.folder / "tree/missing") == "pointer");
}

TEST_CASE("another store's content is linked, and what somebody may be writing to is copied") {
  Fixture f;
  const bool is_dead = GENERATE(false, true);
  const auto hash = base::sha256_hex("begun");
  f.write(f.object("whole", "other"), "whole");
  f.folder.write("other/incomplete/" + hash + "123", "beg");
  f.folder.write("other/incomplete/" + hash + "4567", "b");
  if (is_dead) {
    f.store.move_from(f.folder / "other");
  } else {
    f.store.copy_from(f.folder / "other");
  }
  CHECK(fs::exists(f.folder / "other/incomplete" / (hash + "123")) != is_dead);
  const auto missing = f.store.prepare({f.file("a", "whole"), f.file("b", "begun")});
  CHECK(missing.size() == 1);
  CHECK(f.store.bytes_to_come(missing) == 2);
  CHECK(is_same_file(f.object("whole"), f.object("whole", "other")));
  CHECK(base::read_file(f.folder / "store/incomplete" / (hash + ".part")) == "beg");
}

TEST_CASE("what git-lfs tells of its progress is added up") {
  LargeFileProgress progress;
  const auto tell = [&](const std::string& lines) {
    std::ofstream(progress.file(), std::ios::app) << lines;
  };
  CHECK(progress.bytes() == 0);
  tell("download 1/2 10/100 sub/a b.bin\ndownload 2/2 5/7 c.bin\n");
  CHECK(progress.bytes() == 15);
  tell("checkout 1/2 70/100 a\ndownload 1/2 90/100 sub/a b.bin\n");
  CHECK(progress.bytes() == 95);
  CHECK(fs::file_size(progress.file()) == 0);
}
