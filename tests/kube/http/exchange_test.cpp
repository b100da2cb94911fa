#include "kube/http/exchange.h"

#include <catch2/catch.hpp>

#include <thread>

namespace kube {
namespace {

using Until = Exchange::Until;
using Overflow = Exchange::Overflow;
using Taken = Exchange::Taken;

const std::stop_token never;
const auto later = std::chrono::steady_clock::now() + std::chrono::hours(1);
const auto past = std::chrono::steady_clock::now();

}  // namespace

TEST_CASE("bytes that overtake the head wait for it") {
  Exchange exchange(100, Overflow::HoldBack);
  exchange.on_bytes("abc", nullptr);
  CHECK(exchange.wait(Until::Anything, never, past).bytes.empty());
  exchange.on_head({.status = 200});
  const auto news = exchange.wait(Until::Anything, never, later);
  CHECK(news.head->status == 200);
  CHECK(news.bytes == "abc");
  CHECK(exchange.wait(Until::Anything, never, past).bytes.empty());
}

TEST_CASE("nothing new is told apart from something") {
  Exchange exchange(100, Overflow::HoldBack);
  CHECK_FALSE(exchange.wait(Until::Anything, never, past).is_new);
  exchange.on_head({.status = 200});
  CHECK(exchange.wait(Until::Anything, never, past).is_new);
  CHECK_FALSE(exchange.wait(Until::Anything, never, past).is_new);
}

TEST_CASE("a sender is held back until its bytes are taken") {
  Exchange exchange(4, Overflow::HoldBack);
  exchange.on_head({.status = 200});
  bool resumed = false;
  CHECK(exchange.on_bytes("abcd", nullptr) == Taken::Now);
  CHECK(exchange.on_bytes("e", [&] { resumed = true; }) == Taken::Later);
  CHECK_FALSE(resumed);
  CHECK(exchange.wait(Until::Anything, never, later).bytes == "abcde");
  CHECK(resumed);
  CHECK(exchange.on_bytes("f", nullptr) == Taken::Now);
}

TEST_CASE("an answer that is too long is refused, and that is the failure") {
  Exchange exchange(4, Overflow::Refuse);
  exchange.on_head({.status = 200});
  CHECK(exchange.on_bytes("abcd", nullptr) == Taken::Now);
  CHECK(exchange.on_bytes("e", nullptr) == Taken::Refused);
  exchange.on_end(Failure{Failure::Cause::Broken, "closed"});
  const auto news = exchange.wait(Until::End, never, later);
  CHECK(news.failure->cause == Failure::Cause::Unusable);
  CHECK(news.failure->text == "the answer is longer than 4 bytes");
}

TEST_CASE("who leaves lets the sender go on, into nothing") {
  Exchange exchange(1, Overflow::HoldBack);
  bool resumed = false;
  exchange.on_bytes("ab", [&] { resumed = true; });
  exchange.abandon();
  CHECK(resumed);
  CHECK(exchange.on_bytes("c", nullptr) == Taken::Refused);
}

TEST_CASE("a wait ends with the end, a stop, or its deadline") {
  Exchange exchange(100, Overflow::Refuse);
  exchange.on_head({.status = 200});
  CHECK_FALSE(exchange.wait(Until::End, never, past).ended);

  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });
  CHECK_FALSE(exchange.wait(Until::End, stop.get_token(), later).ended);

  std::jthread sender([&] {
    exchange.on_bytes("abc", nullptr);
    exchange.on_end(std::nullopt);
  });
  const auto news = exchange.wait(Until::End, never, later);
  CHECK(news.ended);
  CHECK(news.bytes == "abc");
  CHECK_FALSE(news.failure);
}

}  // namespace kube
