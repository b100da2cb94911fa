#include "sync/model/unpack.h"

#include "base/files.h"
#include "support/folder.h"
#include "sync/model/archives.h"
#include "sync/report/failure.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

#include <sys/stat.h>

// With our gradient-unpack, of archives that a real tar, zip and Python have made.

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
    const auto name =
        std::string(archives_folder) + "/0000" + std::to_string(listing_.files.size());
    pack(name, script, "tar -c -f \"$archive\" -P " + options + " $(ls -A)", kind);
  }
  void add_layer(const std::string& script) { add(script, "", SourceFile::Kind::ImageLayer); }
  /// The same of an archive that the source has at a path of its own.
  void add_tar(const std::string& name, const std::string& script, const std::string& options) {
    pack(name, script, "tar -c -f \"$archive\" -P " + options + " $(ls -A)");
  }
  void add_zip(const std::string& name, const std::string& script,
               const std::string& options = "") {
    pack(name, script, "zip -q -r -y " + options + " \"$archive\" $(ls -A)");
  }
  /// By statements of Python about `zip`.
  void add_odd_zip(const std::string& name, const std::string& statements) {
    pack(name, "printf '%s' '" + statements + "' >script",
         "python3 -c 'import sys, zipfile, stat\n"
         "with zipfile.ZipFile(sys.argv[1], \"w\") as zip: exec(open(\"script\").read())' "
         "\"$archive\"");
  }
  void add_file(const std::string& name, const std::string& text) {
    folder_.write("files/" + name, text);
    listing_.files.push_back({.path = name});
  }

  /// The files and their texts, or "REASON: message".
  std::string run(const Source& source = {.url = "oci://h/a:1"}, const Limits& limits = {}) {
    try {
      if (!unpack(source, listing_, files(), limits, {})) return "nothing to unpack";
      remove_archives(listing_, files());
    } catch (const Failure& failure) {
      return failure.reason + ": " + failure.what();
    }
    return shell("cd " + files().string() +
                 " && find . ! -type d -printf '%P\\n' | sort | while read -r file; do printf "
                 "'%s=%s ' $file \"$(cat $file)\"; done");
  }
  const Listing& listing() const { return listing_; }
  Path files() const { return folder_ / "files"; }
  Path archive(std::size_t number = 0) const { return files() / listing_.files.at(number).path; }

 private:
  void pack(const std::string& name, const std::string& script, const std::string& command,
            SourceFile::Kind kind = SourceFile::Kind::Archive) {
    const Folder content;
    fs::create_directories((files() / name).parent_path());
    shell("set -e; archive='" + (files() / name).string() + "'; cd " + (content / "").string() +
          "; " + script + "\n" + command);
    listing_.files.push_back({.path = name, .kind = kind});
  }

  Folder folder_;
  Listing listing_;
};

}  // namespace

TEST_CASE("what is in archives comes in their place, however they are compressed") {
  Unpacking unpacking;
  unpacking.add_file("raw.bin", "raw");
  unpacking.add("mkdir sub; printf w >sub/weights.bin", GENERATE("", "-z", "--zstd", "-j"));
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
    problem = "must not be empty or begin with \"/\"";
  }
  SECTION("by a symbolic link") {
    unpacking.add("ln -s " + out + "secret a");
    problem = "\"a\", which is a link out of the model's folder";
  }
  SECTION("by a relative one") {
    unpacking.add("ln -s ../../../../../../../../etc/passwd a");
    problem = "\"a\", which is a link out of the model's folder";
  }
  SECTION("by a link to a folder, through which a later one writes") {
    unpacking.add("ln -s " + out + " a");
    unpacking.add("mkdir a; printf w >a/written");
    problem = "files in \"a\", which is a link to something that is not in it";
  }
  SECTION("by a hard link") {
    unpacking.add("printf w >a; ln a b", "--transform 's,^a$," + out + "secret,h'");
    problem = "must not be empty or begin with \"/\"";
  }
  SECTION("by a whiteout") {
    unpacking.add_layer("touch .wh...");
    problem = "whiteout";
  }
  SECTION("by one that is ours") {
    unpacking.add("printf w >..data");
    problem = "\"..data\"";
  }
  CHECK_THAT(unpacking.run(),
             StartsWith("ModelArchiveRefused: oci://h/a:1: ") && Contains(problem));
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
    problem = "\"a\", which is a device, a pipe";
  }
  SECTION("a link to an archive that goes") {
    unpacking.add("ln -s ..archives/00000 a");
    problem = "\"a\", which is a link";
  }
  SECTION("a name that another has") {
    unpacking.add_file("a", "raw");
    unpacking.add("printf w >a");
    problem = "\"a\", and what is beside the archive in the source";
  }
  SECTION("half an archive") {
    unpacking.add("head -c 100000 /dev/urandom >a", "-z");
    const auto file = unpacking.files() / unpacking.listing().files.front().path;
    fs::resize_file(file, fs::file_size(file) / 2);
    problem = "no whole archive";
  }
  CHECK_THAT(unpacking.run(),
             StartsWith("ModelArchiveRefused: oci://h/a:1: ") && Contains(problem));
}

TEST_CASE("a zip's files come in its place, in its folder, with what they are") {
  Unpacking unpacking;
  unpacking.add_file("sub/raw.bin", "raw");
  unpacking.add_zip("sub/llm.zip",
                    "mkdir -p a empty; printf w >a/weights.bin; printf '{}' >config.json; "
                    "chmod +x config.json; touch -d @1700000000 config.json; ln -s a/weights.bin l",
                    GENERATE("-9", "-0"));
  CHECK(unpacking.run({.url = "s3://b", .unpack = true}) ==
        "sub/a/weights.bin=w sub/config.json={} sub/l=w sub/raw.bin=raw ");
  CHECK(fs::is_symlink(unpacking.files() / "sub/l"));
  CHECK(fs::is_directory(unpacking.files() / "sub/empty"));
  struct stat status {};
  REQUIRE(stat((unpacking.files() / "sub/config.json").c_str(), &status) == 0);
  CHECK((status.st_mode & 0100U) != 0);
  CHECK(status.st_mtim.tv_sec == 1700000000);
}

TEST_CASE("an archive in an archive stays as it is") {
  Unpacking unpacking;
  unpacking.add_tar("a.tgz", "mkdir in; printf w >w; zip -q in/inner.zip w; rm w", "-z");
  CHECK_THAT(unpacking.run({.url = "s3://b", .unpack = true}), StartsWith("in/inner.zip=PK"));
}

TEST_CASE("a zip that is not what it must be is refused with the file's name") {
  Unpacking unpacking;
  std::string problem;
  SECTION("a name that leads out") {
    unpacking.add_odd_zip("x.zip", R"(zip.writestr("a/../../b", "w"))");
    problem = R"("a/../../b", which cannot be a file here)";
  }
  SECTION("an absolute one") {
    unpacking.add_odd_zip("x.zip", R"(zip.writestr("/etc/b", "w"))");
    problem = R"("/etc/b", which cannot be a file here)";
  }
  SECTION("one with backslashes") {
    unpacking.add_odd_zip("x.zip", R"(zip.writestr("a\\b", "w"))");
    problem = R"("a\\b", which has a backslash in its name)";
  }
  SECTION("one that is not UTF-8") {
    unpacking.add_odd_zip("x.zip", R"(zip.writestr("x", "w"))");
    shell("sed -i 's/\\(x\\)w/\\xffw/; s/\\x00x\\(PK\\)/\\x00\\xff\\1/' " +
          unpacking.archive().string());
    problem = R"("\xff", whose name is not in UTF-8)";
  }
  SECTION("a password") {
    unpacking.add_zip("x.zip", "printf w >weights.bin", "-P canary");
    problem = "\"weights.bin\", which is encrypted; pack it again without a password";
  }
  SECTION("an unknown method") {
    unpacking.add_odd_zip("x.zip", R"(zip.writestr("w.bin", "w", zipfile.ZIP_LZMA))");
    problem = "\"w.bin\", which is compressed by method 14 (LZMA), which is not read here";
  }
  SECTION("a pipe") {
    unpacking.add_odd_zip("x.zip",
                          "i = zipfile.ZipInfo(\"p\"); i.external_attr = (stat.S_IFIFO | 0o644) << "
                          "16; i.create_system = 3; zip.writestr(i, \"\")");
    problem = "\"p\", which is a device, a pipe";
  }
  SECTION("a wrong checksum") {
    unpacking.add_zip("x.zip", "printf aaaaaaaa >a", "-0");
    shell("sed -i s/aaaaaaaa/aaaabaaa/ " + unpacking.archive().string());
    problem = "it is no whole archive";
  }
  SECTION("another zip behind it") {
    unpacking.add_zip("x.zip", "printf a >a");
    const Folder folder;
    shell("cd " + (folder / "").string() + "; printf b >b; zip -q b.zip b; cat b.zip >>" +
          unpacking.archive().string());
    problem = "there is more before its files";
  }
  SECTION("more behind its end") {
    unpacking.add_zip("x.zip", "printf a >a");
    shell("head -c 512 /dev/zero >>" + unpacking.archive().string());
    problem = "there is more behind its end";
  }
  SECTION("half of it") {
    unpacking.add_zip("x.zip", "head -c 100000 /dev/urandom >a");
    fs::resize_file(unpacking.archive(), 50000);
    problem = "it is no whole archive";
  }
  CHECK_THAT(unpacking.run({.url = "s3://b", .unpack = true}),
             StartsWith("ModelArchiveRefused: s3://b: x.zip cannot be unpacked: it ") &&
                 Contains(problem));
}

TEST_CASE("a name that is not UTF-8 is refused where patterns choose, too") {
  Unpacking unpacking;
  unpacking.add_tar("a.tar", "printf 1 >a.txt; printf 2 >\"$(printf 'caf\\351.txt')\"", "");
  CHECK_THAT(unpacking.run({.url = "s3://b", .exclude = {"*.md"}, .unpack = true}),
             StartsWith("ModelArchiveRefused: s3://b: a.tar cannot be unpacked: it has "
                        "\"caf\\xe9.txt\", whose name is not in UTF-8"));
}

TEST_CASE("a zip with a comment and a zstd that begins with a frame to be skipped are read") {
  Unpacking unpacking;
  unpacking.add_odd_zip("a.zip", R"(zip.writestr("a", "1"); zip.comment = b"made by hand")");
  unpacking.add_tar("b.tar.zst", "printf 2 >b", "--zstd");
  const auto file = unpacking.archive(1).string();
  shell("printf '\\120\\52\\115\\30\\4\\0\\0\\0skip' | cat - " + file + " >" + file + ".new; mv " +
        file + ".new " + file);
  CHECK(unpacking.run({.url = "s3://b", .unpack = true}) == "a=1 b=2 ");
}

TEST_CASE("a name that no path on a volume can have, and a link to none, are refused") {
  Unpacking unpacking;
  std::string problem;
  SECTION("a name") {
    unpacking.add_tar("a.tar",
                      "name=$(printf 'd%.0s' $(seq 200)); path=.; for i in $(seq 17); do "
                      "path=$path/$name; done; mkdir -p $path; printf 1 >$path/f",
                      "");
    problem = "which is longer than 3072 bytes with its folders";
  }
  SECTION("a link") {
    const Folder folder;
    unpacking.add_tar("a.tar", "ln -s x l", "");
    shell(
        "python3 -c 'import sys, tarfile\n"
        "with tarfile.open(sys.argv[1], \"w\") as tar:\n"
        "  link = tarfile.TarInfo(\"l\"); link.type = tarfile.SYMTYPE; tar.addfile(link)' " +
        unpacking.archive().string());
    problem = "\"l\", a link that leads to no name";
  }
  CHECK_THAT(unpacking.run({.url = "s3://b", .unpack = true}),
             StartsWith("ModelArchiveRefused: s3://b: a.tar cannot be unpacked: it has ") &&
                 Contains(problem));
}

TEST_CASE("a link of a zip that leads out is refused") {
  Unpacking unpacking;
  unpacking.add_zip("x.zip", "ln -s ../../../../../../../../etc/passwd l");
  CHECK_THAT(unpacking.run({.url = "s3://b", .unpack = true}),
             StartsWith("ModelArchiveRefused: s3://b: x.zip cannot be unpacked: there is \"l\", "
                        "which is a link out of the model's folder"));
}

TEST_CASE("a link to nothing is refused with the archive that has it") {
  Unpacking unpacking;
  unpacking.add_zip("a.zip", "printf w >w");
  unpacking.add_zip("b.zip", "ln -s gone l");
  unpacking.add_zip("c.zip", "printf w >x");
  CHECK_THAT(unpacking.run({.url = "s3://b", .unpack = true}),
             StartsWith("ModelArchiveRefused: s3://b: b.zip cannot be unpacked: there is \"l\", "
                        "which is a link to something that is not there"));
}

TEST_CASE("a file without a name is refused, and a folder's own entry is none") {
  Unpacking unpacking;
  std::string files;
  SECTION("by a tar of everything in a folder") {
    unpacking.add_tar("a.tar", "printf w >w", ".");
    shell("cd " + unpacking.files().string() +
          "; mkdir m; printf w >m/w; tar -c -f a.tar -C m .; rm -r m");
    files = "w=w ";
  }
  SECTION("by a file called .") {
    unpacking.add_odd_zip("a.zip", R"(zip.writestr(".", "w"))");
    files =
        "ModelArchiveRefused: s3://b: a.zip cannot be unpacked: it has a file without a name "
        "(\".\"); pack it again";
  }
  CHECK(unpacking.run({.url = "s3://b", .unpack = true}) == files);
}

TEST_CASE("a zstd that takes much memory is refused with what makes it less") {
  Unpacking unpacking;
  unpacking.add_tar("a.tar.zst", "truncate -s 1G w", "-I 'zstd --long=30'");
  CHECK_THAT(unpacking.run({.url = "s3://b", .unpack = true}),
             StartsWith("ModelArchiveRefused: s3://b: a.tar.zst cannot be unpacked: to read it "
                        "takes more than 256 MiB of memory; compress it again without zstd's "
                        "--long"));
}

TEST_CASE("more names than patterns are compared with are refused with the archive") {
  Unpacking unpacking;
  unpacking.add_tar("a.tar.gz",
                    "python3 -c 'import tarfile\n"
                    "with tarfile.open(\"x\", \"w\") as tar:\n"
                    "  for number in range(26000): tar.addfile(tarfile.TarInfo(\n"
                    "    \"/\".join([\"d\" * 250] * 11) + f\"/{number}\"))'",
                    "");
  shell("cd " + unpacking.files().string() + "; tar -xOf a.tar.gz x | gzip -1 >y; mv y a.tar.gz");
  CHECK_THAT(unpacking.run({.url = "s3://b", .exclude = {"*.md"}, .unpack = true}),
             StartsWith("ModelArchiveRefused: s3://b: a.tar.gz cannot be unpacked: the names of "
                        "its files are longer than 64 MiB"));
}

TEST_CASE("what two have by one name is refused with both") {
  Unpacking unpacking;
  std::string problem;
  SECTION("two archives") {
    unpacking.add_tar("a.tar", "mkdir m; printf 1 >m/w", "");
    unpacking.add_zip("b.zip", "mkdir m; printf 2 >m/w");
    problem = R"(b.zip cannot be unpacked: it has "m/w", which a.tar has, too)";
  }
  SECTION("a file of one where another has a folder") {
    unpacking.add_tar("a.tar", "mkdir m; printf 1 >m/w", "");
    unpacking.add_zip("b.zip", "printf 2 >m");
    problem = R"(b.zip cannot be unpacked: it has "m", which a.tar has, too)";
  }
  SECTION("an archive and the source") {
    unpacking.add_tar("a.tar", "printf 1 >w", "");
    unpacking.add_file("w", "raw");
    problem = R"(a.tar cannot be unpacked: it has "w", and what is beside the archive)";
  }
  SECTION("an archive and itself") {
    unpacking.add_tar("a.tar", "printf 1 >w", "w");
    problem = "a.tar cannot be unpacked: it has \"w\" twice";
  }
  SECTION("one of its files and the archive") {
    unpacking.add_tar("a.tar", "printf 1 >a.tar", "");
    problem = R"(a.tar cannot be unpacked: it has "a.tar", and what is beside the archive)";
  }
  CHECK_THAT(unpacking.run({.url = "s3://b", .unpack = true}),
             StartsWith("ModelArchiveRefused: s3://b: " + problem));
  const auto file = unpacking.files() / "w";
  CHECK((!fs::exists(file) || base::read_file(file) != "2"));
}

TEST_CASE("patterns choose among what is in an archive: all of it where the URL names that") {
  const auto files = [](const Source& source) {
    Unpacking unpacking;
    unpacking.add_zip("llm.zip", "mkdir __MACOSX; touch __MACOSX/._a a.txt; printf w >a.bin");
    return unpacking.run(source);
  };
  CHECK(files({.url = "https://h/llm.zip", .include = {"*.bin"}, .unpack = true}) == "a.bin=w ");
  CHECK(
      files(
          {.url = "https://h/", .include = {"*.zip"}, .exclude = {"__MACOSX/"}, .unpack = true}) ==
      "a.bin=w a.txt= ");
  CHECK(files({.url = "https://h/llm.zip", .exclude = {"*"}, .unpack = true}) ==
        "ModelEmpty: https://h/llm.zip: there is no file in its archives that source.include and "
        "source.exclude let through");
}

TEST_CASE("gzip may consist of several members, and be padded with zeros") {
  Unpacking unpacking;
  unpacking.add_tar("a.tgz", "printf 1 >a; printf 2 >b", "");
  const auto file = unpacking.archive().string();
  shell(
      "cd " + unpacking.files().string() + "; split -b 700 a.tgz part-; rm a.tgz; " +
      "for part in part-*; do gzip -c $part >>a.tgz; rm $part; done; head -c 100000 /dev/zero >>" +
      file);
  SECTION("which is all") {
    CHECK(unpacking.run({.url = "s3://b", .unpack = true}) == "a=1 b=2 ");
  }
  SECTION("unless something else is behind them") {
    shell("printf more >>" + file);
    CHECK_THAT(unpacking.run({.url = "s3://b", .unpack = true}),
               Contains("a.tgz cannot be unpacked: it is no whole archive"));
  }
}

TEST_CASE("a tar that was cut off, or has more behind its end, is refused") {
  Unpacking unpacking;
  std::string problem;
  SECTION("between two files, uncompressed") {
    unpacking.add_tar("a.tar", "printf 1 >a; printf 2 >b", "");
    fs::resize_file(unpacking.archive(), 2 * 512);
    problem = "unexpected EOF";
  }
  SECTION("to nothing") {
    unpacking.add_tar("a.tar", "printf 1 >a", "");
    fs::resize_file(unpacking.archive(), 0);
    problem = "unexpected EOF";
  }
  SECTION("in its checksum") {
    unpacking.add_tar("a.tar", "printf 1 >a", "-z");
    fs::resize_file(unpacking.archive(), fs::file_size(unpacking.archive()) - 1);
    problem = "unexpected EOF";
  }
  SECTION("with another tar behind") {
    unpacking.add_tar("a.tar", "printf 1 >a", "");
    shell("cat " + unpacking.archive().string() + " >" + (unpacking.files() / "x").string() +
          "; cd " + unpacking.files().string() + "; cat x >>a.tar; rm x");
    problem = "there is more behind its end";
  }
  CHECK_THAT(unpacking.run({.url = "s3://b", .unpack = true}),
             StartsWith("ModelArchiveRefused: s3://b: a.tar cannot be unpacked: it is no whole "
                        "archive of a kind that is unpacked here (" +
                        problem));
}

TEST_CASE("what is beside the archives counts for the limits, and sizes that are no numbers do") {
  Unpacking unpacking;
  Limits limits;
  std::string limit;
  SECTION("files") {
    unpacking.add_file("raw", "raw");
    unpacking.add_zip("a.zip", "printf 1 >a");
    limits.files = 1;
    limit = "at least 2 files and folders";
  }
  SECTION("bytes") {
    unpacking.add_file("raw", "raw");
    unpacking.add_zip("a.zip", "printf 1 >a");
    limits.bytes = 3;
    limit = "at least 4 B";
  }
  SECTION("a size that overflows") {
    unpacking.add_file("raw", "raw");
    unpacking.add_tar("a.tar", "printf 1 >a", "");
    // 2^63-1 in base 256, with the header's checksum made right.
    shell("python3 - " + unpacking.archive(1).string() +
          " <<'END'\n"
          "import sys\n"
          "b = bytearray(open(sys.argv[1], 'rb').read())\n"
          "b[124:136] = b'\\x80\\0\\0\\0' + (2**63 - 1).to_bytes(8, 'big')\n"
          "b[148:156] = b' ' * 8\n"
          "b[148:156] = b'%06o\\0 ' % sum(b[:512])\n"
          "open(sys.argv[1], 'wb').write(b)\n"
          "END\n");
    limit = "at least 8191.9 PiB";
  }
  CHECK_THAT(unpacking.run({.url = "s3://b", .unpack = true}, limits),
             StartsWith("SourceTooLarge: s3://b: it has " + limit));
}

TEST_CASE("what cannot fit is refused before it is written, with both numbers") {
  Unpacking unpacking;
  unpacking.add_tar("a.tgz", "truncate -s 10T a", "-z --sparse");
  CHECK_THAT(
      unpacking.run({.url = "s3://b", .unpack = true}),
      StartsWith("VolumeFull: s3://b: what is in a.tgz needs 10.0 TiB, and the volume has "));
  CHECK_FALSE(fs::exists(unpacking.files() / "a"));
}

TEST_CASE("a link of the source to an archive is refused: it would lead to nothing") {
  Unpacking unpacking;
  unpacking.add_zip("v1.zip", "printf w >w");
  fs::create_symlink("v1.zip", unpacking.files() / "latest.zip");
  CHECK_THAT(unpacking.run({.url = "git+https://h/m", .unpack = true}),
             StartsWith("ModelArchiveRefused: git+https://h/m: its archives cannot be unpacked: "
                        "there is \"latest.zip\", which is a link to"));
}

TEST_CASE(
    "files are archives by their names, in any letter case, and a single one whatever its name") {
  const auto found = [](const std::vector<std::string>& names) {
    const Folder folder;
    Listing listing;
    for (const auto& name : names) {
      folder.write(name, "");
      listing.files.push_back({.path = name});
    }
    std::string result;
    try {
      find_archives({.url = "s3://b", .unpack = true}, listing, folder / "");
    } catch (const Failure& failure) {
      return failure.reason + ": " + failure.what();
    }
    for (const auto& file : listing.files)
      if (file.kind == SourceFile::Kind::Archive) result += file.path + " ";
    return result;
  };
  CHECK(found({"a.tar", "b.TAR.GZ", "c.tgz", "d.zip", "sub/e.tar.zst", "f.tbz2", "g.gz", "tar"}) ==
        "a.tar b.TAR.GZ c.tgz d.zip sub/e.tar.zst f.tbz2 ");
  CHECK(found({"v1.0"}) == "v1.0 ");
  CHECK_THAT(found({"a.tar.xz"}),
             StartsWith("ModelArchiveRefused: s3://b: \"a.tar.xz\" is an archive of a kind that is "
                        "not unpacked here"));
  CHECK_THAT(found({"a.bin", "b.bin"}),
             StartsWith("ModelArchiveRefused: s3://b: none of its files is an archive"));
}

TEST_CASE("memory does not grow with what is in an archive") {
  Unpacking unpacking;
  const auto large = std::string(
      "python3 -c 'import random, sys\n"
      "piece = random.randbytes(1 << 20)\n"
      "for i in range(200): sys.stdout.buffer.write(piece)' >a; ");
  SECTION("gzip") {
    unpacking.add_tar("a.tgz", large, "-z");
  }
  SECTION("zstd") {
    unpacking.add_tar("a.tar.zst", large, "--zstd");
  }
  SECTION("bzip2") {
    unpacking.add_tar("a.tar.bz2", "head -c 20M /dev/zero >a; ", "-j");
  }
  SECTION("zip") {
    unpacking.add_zip("a.zip", large);
  }
  SECTION("many files") {
    unpacking.add_odd_zip("a.zip",
                          R"([zip.writestr(f"{i // 100}/{i}", "") for i in range(20000)])");
  }
  const auto most_kibibytes =
      shell("exec 3<<'END'\n{\"archives\": [{\"file\": \"" + unpacking.archive().string() +
            "\"}], \"limits\": {\"files\": 1000000, \"bytes\": 1000000000, \"depth\": 9}}\nEND\n"
            "python3 -c 'import resource, subprocess, sys\n"
            "subprocess.run([\"gradient-unpack\", sys.argv[1]], check=True, pass_fds=[3])\n"
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' " +
            unpacking.files().string());
  INFO(most_kibibytes);
  CHECK(std::stoi(most_kibibytes) < 64 << 10);
}
