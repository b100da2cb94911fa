#include "sync/hasher.h"

#include "base/hash.h"
#include "support/folder.h"

#include <catch2/catch.hpp>

using content::Hasher;

TEST_CASE("files are hashed as they arrive, and those that cannot be read are left out") {
  const Folder folder;
  Hasher hasher(folder / "");
  CHECK(Hasher(folder / "").finish().empty());
  Hasher::Hashes expected;
  for (int i = 0; i < 100; ++i) {
    const auto name = "f" + std::to_string(i);
    folder.write(name, name);
    hasher.add(name);
    expected[name] = base::sha256_hex(name);
  }
  hasher.add("missing");
  CHECK(hasher.finish() == expected);
}

TEST_CASE("a hasher that is given up ends without its rest") {
  const Folder folder;
  folder.write("file", "text");
  Hasher hasher(folder / "");
  for (int i = 0; i < 100000; ++i)
    hasher.add("file");
}
