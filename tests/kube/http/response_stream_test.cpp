#include "kube/http/response_stream.h"

#include <catch2/catch.hpp>

#include <thread>

namespace kube {
namespace {

using Until = ResponseStream::Until;
using Overflow = ResponseStream::Overflow;
using Flow = ResponseStream::Flow;

const std::stop_token never;
const auto later = std::chrono::steady_clock::now() + std::chrono::hours(1);
const auto past = std::chrono::steady_clock::now();

}  // namespace

TEST_CASE("bytes that overtake the head wait for it") {
  ResponseStream stream(100, Overflow::HoldBack);
  stream.on_bytes("abc", nullptr);
  CHECK(stream.wait(Until::Anything, never, past).bytes.empty());
  stream.on_head({.status = 200});
  const auto received = stream.wait(Until::Anything, never, later);
  CHECK(received.head->status == 200);
  CHECK(received.bytes == "abc");
  CHECK(stream.wait(Until::Anything, never, past).bytes.empty());
}

TEST_CASE("nothing new is told apart from something") {
  ResponseStream stream(100, Overflow::HoldBack);
  CHECK_FALSE(stream.wait(Until::Anything, never, past).is_new);
  stream.on_head({.status = 200});
  CHECK(stream.wait(Until::Anything, never, past).is_new);
  CHECK_FALSE(stream.wait(Until::Anything, never, past).is_new);
}

TEST_CASE("a sender is held back until its bytes are taken") {
  ResponseStream stream(4, Overflow::HoldBack);
  stream.on_head({.status = 200});
  bool resumed = false;
  CHECK(stream.on_bytes("abcd", nullptr) == Flow::Continue);
  CHECK(stream.on_bytes("e", [&] { resumed = true; }) == Flow::Pause);
  CHECK_FALSE(resumed);
  CHECK(stream.wait(Until::Anything, never, later).bytes == "abcde");
  CHECK(resumed);
  CHECK(stream.on_bytes("f", nullptr) == Flow::Continue);
}

TEST_CASE("an answer that is too long is refused, and that is the failure") {
  ResponseStream stream(4, Overflow::Refuse);
  stream.on_head({.status = 200});
  CHECK(stream.on_bytes("abcd", nullptr) == Flow::Continue);
  CHECK(stream.on_bytes("e", nullptr) == Flow::Stop);
  stream.on_end(TransferFailure{TransferFailure::Cause::Broken, "closed"});
  const auto received = stream.wait(Until::End, never, later);
  CHECK(received.failure->cause == TransferFailure::Cause::Unusable);
  CHECK(received.failure->text == "the answer is longer than 4 bytes");
}

TEST_CASE("who leaves lets the sender go on, into nothing") {
  ResponseStream stream(1, Overflow::HoldBack);
  bool resumed = false;
  stream.on_bytes("ab", [&] { resumed = true; });
  stream.abandon();
  CHECK(resumed);
  CHECK(stream.on_bytes("c", nullptr) == Flow::Stop);
}

TEST_CASE("a wait ends with the end, a stop, or its deadline") {
  ResponseStream stream(100, Overflow::Refuse);
  stream.on_head({.status = 200});
  CHECK_FALSE(stream.wait(Until::End, never, past).ended);

  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });
  CHECK_FALSE(stream.wait(Until::End, stop.get_token(), later).ended);

  std::jthread sender([&] {
    stream.on_bytes("abc", nullptr);
    stream.on_end(std::nullopt);
  });
  const auto received = stream.wait(Until::End, never, later);
  CHECK(received.ended);
  CHECK(received.bytes == "abc");
  CHECK_FALSE(received.failure);
}

}  // namespace kube
