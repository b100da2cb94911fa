#include "sync/model/unpack.h"

#include "base/files.h"
#include "support/folder.h"
#include "sync/report/failure.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

#include <sys/stat.h>

// With our gradient-unpack, of archives that a real tar has made.

using namespace content;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
namespace fs = std::filesystem;

namespace {

/// A download that is complete but for its archives.
class Unpacking {
 public:
  /// Makes the next archive by a script of the shell that writes files to its folder; `options` of
  /// tar, which puts all of them into it.
  void add(const std::string& script, const std::string& options = "",
           SourceFile::Kind kind = SourceFile::Kind::Archive) {
    const Folder content;
    const auto name =
        std::string(archives_folder) + "/0000" + std::to_string(listing_.files.size());
    fs::create_directories((files() / name).parent_path());
    shell("set -e; cd " + (content / "").string() + "; " + script + "\ntar -c -f " +
          (files() / name).string() + " -P " + options + " $(ls -A)");
    listing_.files.push_back({.path = name, .kind = kind});
  }
  void add_layer(const std::string& script) { add(script, "", SourceFile::Kind::ImageLayer); }
  void add_file(const std::string& name, const std::string& text) {
    folder_.write("files/" + name, text);
    listing_.files.push_back({.path = name});
  }

  /// The files and their texts, or "REASON: message".
  std::string run(const Source& source = {.url = "oci://h/a:1"}, const Limits& limits = {}) {
    try {
      if (!unpack(source, listing_, files(), limits, {})) return "nothing to unpack";
    } catch (const Failure& failure) {
      return failure.reason + ": " + failure.what();
    }
    return shell("cd " + files().string() +
                 " && find . ! -type d -printf '%P\\n' | sort | while read -r file; do printf "
                 "'%s=%s ' $file \"$(cat $file)\"; done");
  }
  const Listing& listing() const { return listing_; }
  Path files() const { return folder_ / "files"; }

 private:
  Folder folder_;
  Listing listing_;
};

}  // namespace

TEST_CASE("what is in archives comes in their place, however they are compressed") {
  Unpacking unpacking;
  unpacking.add_file("raw.bin", "raw");
  unpacking.add("mkdir sub; printf w >sub/weights.bin", GENERATE("", "-z", "--zstd"));
  unpacking.add("printf '{}' >config.json; chmod +x config.json; touch -d @1700000000 config.json");
  CHECK(unpacking.run() == "config.json={} raw.bin=raw sub/weights.bin=w ");
  CHECK(unpacking.listing().files.size() == 1);
  struct stat status {};
  REQUIRE(stat((unpacking.files() / "config.json").c_str(), &status) == 0);
  CHECK((status.st_mode & 0100U) != 0);
  CHECK(status.st_mtim.tv_sec == 1700000000);
}

TEST_CASE("a listing without archives is left as it is") {
  Unpacking unpacking;
  unpacking.add_file("raw.bin", "raw");
  CHECK(unpacking.run() == "nothing to unpack");
}

TEST_CASE("patterns choose among what is in archives") {
  Unpacking unpacking;
  unpacking.add(
      "mkdir models bin; printf w >models/a.bin; printf t >models/a.txt; ln -s /x bin/sh");
  CHECK(unpacking.run({.url = "oci://h/a:1", .include = {"/models/**"}, .exclude = {"*.txt"}}) ==
        "models/a.bin=w ");
  Unpacking other;
  other.add("printf w >a.bin");
  CHECK_THAT(other.run({.url = "oci://h/a:1", .include = {"*.gguf"}}), StartsWith("ModelEmpty: "));
}

TEST_CASE("layers of an image come over each other, with what they take away") {
  Unpacking unpacking;
  unpacking.add_layer(
      "mkdir -p all some kept; printf 1 >all/old; printf 1 >some/gone; printf 1 >some/stays; "
      "printf 1 >kept/changed; printf 1 >folder; printf 1 >gone");
  unpacking.add_layer(
      "mkdir -p all some kept folder; touch all/.wh..wh..opq some/.wh.gone .wh.gone .wh.never; "
      "printf 2 >all/new; printf 2 >kept/changed; printf 2 >folder/in");
  CHECK(unpacking.run() == "all/new=2 folder/in=2 kept/changed=2 some/stays=1 ");
}

TEST_CASE("a file that is replaced is not written to, as a published one may have the same bytes") {
  const Folder published;
  Unpacking unpacking;
  unpacking.add_layer("printf 2 >a");
  unpacking.add_file("a", "1");
  fs::create_hard_link(unpacking.files() / "a", published / "a");
  CHECK_THAT(unpacking.run(), Contains("a=2 "));
  CHECK(base::read_file(published / "a") == "1");
}

TEST_CASE("links that stay inside are links, and hard ones files") {
  Unpacking unpacking;
  unpacking.add(
      "mkdir blobs snapshot; printf w >blobs/1; ln -s ../blobs/1 snapshot/model.bin; ln blobs/1 "
      "z");
  CHECK(unpacking.run() == "blobs/1=w snapshot/model.bin=w z=w ");
}

TEST_CASE("what reaches out of the folder is refused with its name, and nothing is there outside") {
  const Folder outside;
  outside.write("secret", "s");
  const auto out = (outside / "").string();
  Unpacking unpacking;
  std::string problem;
  SECTION("by a part of its name") {
    unpacking.add("printf w >a", "--transform s,^a,../a,");
    problem = "\"../a\"";
  }
  SECTION("by an absolute name") {
    unpacking.add("printf w >a", "--transform s,^a," + out + "a,");
    problem = "must not begin with \"/\"";
  }
  SECTION("by a symbolic link") {
    unpacking.add("ln -s " + out + "secret a");
    problem = "\"a\", which is a link to something that is not in it";
  }
  SECTION("by a relative one") {
    unpacking.add("ln -s ../../../../../../../../etc/passwd a");
    problem = "\"a\", which is a link to something that is not in it";
  }
  SECTION("by a link to a folder, through which a later one writes") {
    unpacking.add("ln -s " + out + " a");
    unpacking.add("mkdir a; printf w >a/written");
    problem = "files in \"a\", which is a link to something that is not in it";
  }
  SECTION("by a hard link") {
    unpacking.add("printf w >a; ln a b", "--transform 's,^a$," + out + "secret,h'");
    problem = "must not begin with \"/\"";
  }
  SECTION("by a whiteout") {
    unpacking.add_layer("touch .wh...");
    problem = "whiteout";
  }
  SECTION("by one that is ours") {
    unpacking.add("printf w >..data");
    problem = "\"..data\"";
  }
  CHECK_THAT(unpacking.run(), StartsWith("ModelSourceRefused: oci://h/a:1: ") && Contains(problem));
  CHECK(base::read_file(outside / "secret") == "s");
  CHECK_FALSE(fs::exists(outside / "written"));
  CHECK_FALSE(fs::exists(outside / "a"));
}

TEST_CASE("no more is unpacked than the limits allow, and little of it is written") {
  Unpacking unpacking;
  Limits limits;
  std::string limit;
  unpacking.add("mkdir -p a/b; truncate -s 64M a/b/c; ln a/b/c a/d", "-z");
  SECTION("bytes") {
    limits.bytes = 1 << 20;
    limit = "at least 64.0 MiB, and sync.limits.bytes";
  }
  SECTION("files") {
    limits.files = 3;
    limit = "at least 4 files and folders, and sync.limits.files";
  }
  SECTION("depth") {
    limits.depth = 2;
    limit = "at least 3 parts in a path, and sync.limits.depth";
  }
  CHECK_THAT(unpacking.run({.url = "oci://h/a:1"}, limits),
             StartsWith("SourceTooLarge: oci://h/a:1: ") && Contains(limit));
  const auto file = unpacking.files() / "a/b/c";
  CHECK((limit.find("files") != std::string::npos || !fs::exists(file)));
}

TEST_CASE("what cannot be files of a model is refused") {
  Unpacking unpacking;
  std::string problem;
  SECTION("a pipe") {
    unpacking.add("mkfifo a");
    problem = "\"a\", which is a device or a pipe";
  }
  SECTION("a link to an archive that goes") {
    unpacking.add("ln -s ..archives/00000 a");
    problem = "\"a\", which is a link";
  }
  SECTION("a name that another has") {
    unpacking.add_file("a", "raw");
    unpacking.add("printf w >a");
    problem = "\"a\", which another layer has";
  }
  SECTION("half an archive") {
    unpacking.add("head -c 100000 /dev/urandom >a", "-z");
    const auto file = unpacking.files() / unpacking.listing().files.front().path;
    fs::resize_file(file, fs::file_size(file) / 2);
    problem = "no whole archive";
  }
  CHECK_THAT(unpacking.run(), StartsWith("ModelSourceRefused: oci://h/a:1: ") && Contains(problem));
}
