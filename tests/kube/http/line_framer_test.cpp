#include "kube/http/line_framer.h"

#include <catch2/catch.hpp>

#include <random>
#include <vector>

namespace kube {
namespace {

using Lines = std::vector<std::string>;

Lines framed(const std::vector<std::string>& chunks, std::size_t limit = 100) {
  LineFramer framer(limit);
  Lines lines;
  for (const auto& chunk : chunks)
    framer.feed(chunk, [&](std::string_view line) { lines.emplace_back(line); });
  return lines;
}

}  // namespace

TEST_CASE("lines come out whole, in order and without their ends") {
  CHECK(framed({"a\nb\r\n", "c\n"}) == Lines{"a", "b", "c"});
  CHECK(framed({"a", "b", "c\nd", "\r", "\n"}) == Lines{"abc", "d"});
}

TEST_CASE("empty lines and a line without an end do not come out") {
  CHECK(framed({"\n\r\na\n\nb"}) == Lines{"a"});
}

TEST_CASE("a CR within a line stays") {
  CHECK(framed({"a\rb\n"}) == Lines{"a\rb"});
}

TEST_CASE("a line may be as long as the limit, in one piece or many") {
  CHECK(framed({"1234\n"}, 4) == Lines{"1234"});
  CHECK(framed({"12", "34", "\n"}, 4) == Lines{"1234"});
  const auto* message = "a line of the stream is longer than 4 bytes";
  CHECK_THROWS_WITH(framed({"12345\n"}, 4), message);
  CHECK_THROWS_WITH(framed({"12345"}, 4), message);
  CHECK_THROWS_WITH(framed({"12", "34", "5"}, 4), message);
  CHECK_THROWS_WITH(framed({"12", "345\n"}, 4), message);
}

TEST_CASE("a line's consumer may throw, and the line is not repeated") {
  LineFramer framer(100);
  framer.feed("a", [](std::string_view) {});
  CHECK_THROWS_WITH(framer.feed("b\nc\n", [](std::string_view) { throw std::runtime_error("x"); }),
                    "x");
  Lines lines;
  framer.feed("d\n", [&](std::string_view line) { lines.emplace_back(line); });
  CHECK(lines == Lines{"d"});
}

// Fuzz target: whatever the bytes and wherever they are cut, the lines are those of the whole.
TEST_CASE("random bytes cut at random give the lines of the whole") {
  std::mt19937 random(20260131);
  const std::string alphabet("\n\n\r\r{}\"a\\\0\xC3\xA9\xFF", 13);
  for (int round = 0; round < 20000; ++round) {
    std::string text(random() % 64, ' ');
    for (auto& c : text)
      c = alphabet[random() % alphabet.size()];
    std::vector<std::string> chunks;
    for (std::size_t begin = 0; begin < text.size();) {
      const auto size = 1 + random() % 8;
      chunks.push_back(text.substr(begin, size));
      begin += size;
    }
    if (framed(chunks) != framed({text})) FAIL("seeded round " << round);
  }
}

}  // namespace kube
