#include "sync/volume/hasher.h"

#include "base/hash.h"
#include "support/folder.h"

#include <catch2/catch.hpp>

using content::Hasher;

TEST_CASE("files are hashed as they arrive, and those that cannot be read have no hash") {
  const Folder folder;
  Hasher hasher(folder / "");
  CHECK(Hasher(folder / "").finish().empty());
  Hasher::Results expected;
  for (int i = 0; i < 100; ++i) {
    const auto name = "f" + std::to_string(i);
    folder.write(name, name);
    hasher.add(name, false);
    hasher.add(name, true);
    expected[name].sha256 = base::sha256_hex(name);
  }
  hasher.add("missing", true);
  expected["missing"];
  CHECK(hasher.finish() == expected);
}

TEST_CASE("a file's MD5 comes with its SHA-256 when it is asked for") {
  const Folder folder;
  folder.write("file", "abc");  // RFC 1321 and FIPS 180 have the hashes of this text
  Hasher hasher(folder / "");
  hasher.add("file", true);
  CHECK(hasher.finish() ==
        Hasher::Results{
            {"file",
             {.sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
              .md5 = "900150983cd24fb0d6963f7d28e17f72"}}});
}

TEST_CASE("a file that grows is hashed as it does, and moves meanwhile") {
  const Folder folder;
  std::string text;
  Hasher hasher(folder / "files");
  for (int i = 0; i < 50; ++i) {
    text += std::string(100'000, static_cast<char>('a' + i % 26));
    folder.write("growing", text + "not yet the file's");
    hasher.follow("file", folder / "growing", static_cast<std::int64_t>(text.size()), true);
  }
  folder.write("growing", text);
  std::filesystem::create_directory(folder / "files");
  std::filesystem::rename(folder / "growing", folder / "files/file");
  hasher.add("file", true);
  hasher.add("file", true);
  base::Hash md5(base::Hash::Kind::Md5);
  md5.add(text);
  CHECK(hasher.finish() ==
        Hasher::Results{{"file", {.sha256 = base::sha256_hex(text), .md5 = md5.hex()}}});
}

TEST_CASE("a file that was begun with its MD5 has none when it turns out to be of no use") {
  const Folder folder;
  const std::string text(200'000, 'x');
  folder.write("growing", text);
  Hasher hasher(folder / "");
  hasher.follow("file", folder / "growing", 100'000, true);
  hasher.follow("file", folder / "growing", 100'000, false);
  folder.write("file", text);
  hasher.add("file", true);
  CHECK(hasher.finish() == Hasher::Results{{"file", {.sha256 = base::sha256_hex(text)}}});
}

TEST_CASE("a hasher that is given up ends without its rest") {
  const Folder folder;
  folder.write("file", "text");
  Hasher hasher(folder / "");
  for (int i = 0; i < 100000; ++i)
    hasher.add("file" + std::to_string(i), true);
}
