#include "kube/http/error.h"

#include <catch2/catch.hpp>

namespace kube {

TEST_CASE("a refusal says what was tried and what the server says") {
  const Response response{
      .status = 409,
      .body = R"({"kind":"Status","message":"Apply failed with 1 conflict","reason":"Conflict",)"
              R"("details":{"causes":[{"reason":"FieldManagerConflict","message":"m"}]}})"};
  const auto error = api_error(response, "apply Service ns/a");
  CHECK(std::string(error.what()) ==
        "apply Service ns/a: 409 Conflict: Apply failed with 1 conflict");
  CHECK(error.conflict());
  CHECK(error.reason == "Conflict");
  CHECK(error.causes == std::vector<std::string>{"FieldManagerConflict"});
  CHECK(error.retry_after_seconds == 0);
}

TEST_CASE("an answer that is no Status is shown in part, on one line") {
  CHECK(std::string(
            api_error({.status = 502, .body = "<html>\n<b>Bad Gateway</b>\n"}, "get x").what()) ==
        "get x: 502: <html> <b>Bad Gateway</b>");
  CHECK(std::string(api_error({.status = 500}, "get x").what()) == "get x: 500: no message");
  const auto longest = api_error({.status = 500, .body = std::string(5000, 'x')}, "get x");
  CHECK(std::string(longest.what()) == "get x: 500: " + std::string(200, 'x'));
}

TEST_CASE("a kind that the server does not have is told from an object, with what to do") {
  const Response unknown{.status = 404, .body = "404 page not found\n"};
  const auto error = api_error(unknown, "get Model ns/a", "install it");
  CHECK(std::string(error.what()) == "get Model ns/a: 404: no matches for kind; install it");
  CHECK(error.kind_not_served());
  CHECK(error.not_found());
  CHECK(std::string(api_error(unknown, "get x").what()) == "get x: 404: no matches for kind");
  const Response absent{
      .status = 404,
      .body = R"({"kind":"Status","message":"models \"a\" not found","reason":"NotFound",)"
              R"("details":{"name":"a","kind":"models"}})"};
  CHECK_FALSE(api_error(absent, "get Model ns/a", "install it").kind_not_served());
  CHECK(std::string(api_error(absent, "get Model ns/a", "install it").what()) ==
        "get Model ns/a: 404 NotFound: models \"a\" not found");
}

TEST_CASE("a redirect is an error") {
  CHECK(std::string(api_error({.status = 302, .body = "<a href=x>Found</a>"}, "get x").what()) ==
        "get x: 302: a redirect, which is not followed");
}

TEST_CASE("when to try again comes from the header, or else from the details") {
  const std::string body = R"({"kind":"Status","details":{"retryAfterSeconds":3}})";
  CHECK(api_error({.status = 429, .body = body}, "x").retry_after_seconds == 3);
  CHECK(
      api_error({.status = 429, .body = body, .retry_after_seconds = 9}, "x").retry_after_seconds ==
      9);
}

TEST_CASE("the kinds of refusal are told apart by the status") {
  CHECK(api_error({.status = 404}, "x").not_found());
  CHECK(api_error({.status = 410}, "x").gone());
  CHECK(api_error({.status = 422}, "x").invalid());
  CHECK(api_error({.status = 403}, "x").forbidden());
  CHECK(api_error({.status = 429}, "x").throttled());
  CHECK_FALSE(api_error({.status = 500}, "x").throttled());
}

}  // namespace kube
