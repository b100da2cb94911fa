#include "sync/report/retry.h"

#include "sync/report/retry_after.h"

#include <catch2/catch.hpp>

#include <ctime>

using namespace content;
using namespace std::chrono_literals;

namespace {

Failure busy(std::optional<std::chrono::seconds> retry_after = {}) {
  Failure failure("ServerBusy", "https://git.example: slow down", Failure::Kind::Transient);
  failure.retry_after = retry_after;
  return failure;
}

std::string http_date(std::chrono::system_clock::time_point time) {
  const auto seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::string text(sizeof "Sun, 06 Nov 1994 08:49:37 GMT" - 1, '\0');
  std::strftime(text.data(), text.size() + 1, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text;
}

}  // namespace

TEST_CASE("how long a server asks to wait is the last Retry-After of the headers") {
  CHECK(retry_after("") == std::nullopt);
  CHECK(retry_after("HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n") == std::nullopt);
  CHECK(retry_after("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 20\r\nDate: x\r\n") == 20s);
  CHECK(retry_after("14:20:59 http.c:678 <= Recv header: retry-after: 1\n"
                    "14:21:00 http.c:678 <= Recv header: retry-after:   7\n") == 7s);
  CHECK(retry_after("Retry-After: 0") == 0s);
  CHECK(retry_after("Retry-After: soon") == std::nullopt);
  CHECK(retry_after("Retry-After: -1") == std::nullopt);
  CHECK(retry_after("Retry-After: 86400") == 1h);
  CHECK(retry_after("Retry-After: 99999999999999999999") == 1h);
}

TEST_CASE("a server may ask for a date to be waited for") {
  const auto now = std::chrono::system_clock::now();
  const auto left = retry_after("Retry-After: " + http_date(now + 100s));
  REQUIRE(left);
  CHECK(*left > 90s);
  CHECK(*left <= 100s);
  CHECK(retry_after("Retry-After: " + http_date(now - 100s)) == 0s);
  CHECK(retry_after("Retry-After: " + http_date(now + 5h)) == 1h);
}

TEST_CASE("there are four tries within seven seconds") {
  Backoff backoff;
  CHECK(backoff.next(busy()) == 1s);
  CHECK(backoff.next(busy()) == 2s);
  CHECK(backoff.next(busy()) == 4s);
  CHECK_THROWS_WITH(backoff.next(busy()), "https://git.example: slow down; tried 4 times");
}

TEST_CASE("a time that the server asks for is waited for, with jitter, and is no try") {
  Backoff backoff;
  CHECK(backoff.next(busy()) == 1s);
  for (int i = 0; i < 20; ++i) {
    const auto pause = backoff.next(busy(20s));
    CHECK(pause >= 20s);
    CHECK(pause <= 24s);
  }
  CHECK(backoff.next(busy()) == 2s);
  CHECK(backoff.tries() == 22);
}

TEST_CASE("after an hour of such times the helper ends") {
  Backoff backoff;
  CHECK(backoff.next(busy(1h)) >= 1h);
  CHECK_THROWS_WITH(backoff.next(busy(1s)), "https://git.example: slow down; tried 2 times");
}

TEST_CASE("a retry tells when it comes, and that the server asks for it") {
  CHECK(retry_message(busy(), 2s) == "https://git.example: slow down; trying again in 2 s");
  CHECK(retry_message(busy(20s), 21500ms) ==
        "https://git.example: slow down; as the server asks, trying again in 22 s");
}
