#include "gradient/status/text.h"

#include <catch2/catch.hpp>

using namespace gradient::diagnosis;

TEST_CASE("an excerpt is one line") {
  CHECK(excerpt(" a\n\tb\r\n") == "a b");
}

TEST_CASE("an excerpt has no signed URLs and no wrappers of gRPC") {
  CHECK(excerpt("get https://cdn.example.com/blob?signature=canary\" failed") ==
        "get https://cdn.example.com/blob\" failed");
  CHECK(excerpt("a: rpc error: code = Unknown desc = rpc error: code = NotFound desc = b") ==
        "a: b");
  CHECK(excerpt("what? no url") == "what? no url");
}

TEST_CASE("a long excerpt is cut between characters") {
  CHECK(excerpt("0123456789", 10) == "0123456789");
  CHECK(excerpt("01234567890", 10) == "0123456...");
  CHECK(excerpt("012345\xc3\xa4"
                "7890",
                10) == "012345...");
}

TEST_CASE("letter case does not hide a cause") {
  CHECK(has("Volume: Multi-Attach error", "multi-attach"));
  CHECK_FALSE(has("", "x"));
}

TEST_CASE("what is quoted is found") {
  CHECK(in_quotes("ReplicaSet \"demo-1\" is progressing.") == "demo-1");
  CHECK(in_quotes("no \" end").empty());
}
