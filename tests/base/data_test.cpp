#include "base/base64.h"
#include "base/files.h"
#include "base/hash.h"
#include "support/folder.h"

#include <catch2/catch.hpp>

using namespace base;

TEST_CASE("base64 is read back as it was written") {
  CHECK(base64_encode("") == "");
  CHECK(base64_encode("a") == "YQ==");
  CHECK(base64_encode(std::string("\0\xff", 2)) == "AP8=");
  CHECK(base64_decode("AP8=") == std::string("\0\xff", 2));
}

TEST_CASE("what is no padded base64 is not guessed at") {
  const auto text = GENERATE("Y", "YQ", "YQ=", "Y===", "YQ==YQ==", "Y Q=", "YQ=\n");
  CAPTURE(text);
  CHECK_FALSE(base64_decode(text));
}

TEST_CASE("a hash is SHA-256, of a text or of a file of any length") {
  const auto* const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  CHECK(sha256_hex("abc") == abc);
  CHECK(short_hash("abc", 8) == "ba7816bf");
  const Folder folder;
  CHECK(sha256_of_file(folder.write("short", "abc")) == abc);
  const std::string large(1'000'000, 'x');
  CHECK(sha256_of_file(folder.write("large", large)) == sha256_hex(large));
  CHECK_THROWS_WITH(sha256_of_file(folder / "none"),
                    Catch::Matchers::Contains("none: No such file or directory"));
}

TEST_CASE("a hash is the same of pieces") {
  Hash sha256(Hash::Kind::Sha256);
  Hash md5(Hash::Kind::Md5);
  for (auto* const hash : {&sha256, &md5}) {
    hash->add("a");
    hash->add("bc");
  }
  CHECK(sha256.hex() == sha256_hex("abc"));
  CHECK(md5.hex() == "900150983cd24fb0d6963f7d28e17f72");
}

TEST_CASE("a keyed hash is that of RFC 4231, section 4.3") {
  CHECK(base::hmac_sha256_hex("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(base::random_bytes(32).size() == 32);
  CHECK(base::random_bytes(32) != base::random_bytes(32));
}

TEST_CASE("a file is read up to a limit") {
  const Folder folder;
  const auto file = folder.write("file", "12345");
  CHECK(read_file(file, 5) == "12345");
  CHECK(read_file(file, std::size_t{1} << 50U) == "12345");  // which takes no memory of its size
  const std::string longer(100'000, 'x');
  CHECK(read_file(folder.write("longer", longer)) == longer);
  CHECK(read_file(folder.write("empty", "")).empty());
  CHECK_THROWS_WITH(read_file(file, 4), file.string() + ": is longer than 4 bytes");
  CHECK_THROWS_WITH(read_file(folder / "none"),
                    Catch::Matchers::Contains("none: No such file or directory"));
}
