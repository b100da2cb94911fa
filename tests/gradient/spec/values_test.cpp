#include "gradient/spec/values.h"

#include "gradient/spec/plain_secrets.h"
#include "gradient/spec/quantity.h"
#include "gradient/spec/references.h"

#include <catch2/catch.hpp>

namespace values = gradient::values;

TEST_CASE("a quantity gets the form that the API server gives it") {
  const auto canonical = [](const std::string& text) {
    return values::canonical_quantity(text).value_or("none");
  };
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"0", "0"},
      {"0Gi", "0"},
      {"10Gi", "10Gi"},
      {"+10Gi", "10Gi"},
      {"1024Mi", "1Gi"},
      {"1.5Gi", "1536Mi"},
      {"0.5Gi", "512Mi"},
      {"1536Mi", "1536Mi"},
      {"1000M", "1G"},
      {"1.5G", "1500M"},
      {"1000", "1k"},
      {"1500", "1500"},
      {"0.5", "500m"},
      {"500m", "500m"},
      {"1000m", "1"},
      {"0.0001", "100u"},
      {"1n", "1n"},
      {"0.1n", "1n"},
      {"512Ki", "512Ki"},
      {"0.5Ki", "512"},
      {"1Ei", "1Ei"},
      {"2E", "2E"},
      {"1e3", "1e3"},
      {"1E3", "1e3"},
      {"12e5", "1200e3"},
      {"5e0", "5"},
      {"1073741824", "1073741824"},
      {"22.5Gi", "23040Mi"},
      {".5", "500m"},
      {"5.", "5"},
  }));
  INFO(text);
  CHECK(canonical(text) == expected);
}

TEST_CASE("what is no quantity is none") {
  for (const char* text : {"", "Gi", "ten", "-1", "1 Gi", "1GiB", "1K", "0x10", "1..5", "1e",
                           "1e999", "99999999999999999999", "16Ei", "1e30", "."}) {
    INFO(text);
    CHECK_FALSE(values::canonical_quantity(text));
  }
}

TEST_CASE("quantities are compared by their thousandths") {
  CHECK(values::quantity_millis("500m") == 500);
  CHECK(values::quantity_millis("2") == 2000);
  CHECK(values::quantity_millis("1Ki") == 1024000);
  CHECK(values::quantity_millis("1n") == 1);
  CHECK_FALSE(values::quantity_millis("8Ei"));
  CHECK_FALSE(values::quantity_millis("x"));
}

TEST_CASE("durations are hours, minutes and seconds in this order") {
  CHECK(values::duration_seconds("90s") == 90);
  CHECK(values::duration_seconds("10m") == 600);
  CHECK(values::duration_seconds("1h1m1s") == 3661);
  for (const char* text :
       {"", "10", "m", "1m1h", "1m1m", "1d", "1.5h", "-1m", "12345678s", "1 m"}) {
    INFO(text);
    CHECK_FALSE(values::duration_seconds(text));
  }
}

TEST_CASE("image references are as containers' runtimes want them") {
  const std::string digest = "@sha256:" + std::string(64, 'a');
  for (const std::string& good :
       {std::string("app"), std::string("app:1.4"), std::string("ubuntu:20.04"),
        std::string("paperspace/ml_server"), std::string("localhost/app"),
        std::string("localhost:5000/app"), std::string("10.0.0.1:5000/team/app:V1.4") + digest,
        std::string("Registry.example.com/team/app"), std::string("a--b/c__d.e"), "app" + digest}) {
    INFO(good);
    CHECK(values::image_problem(good).empty());
  }
  for (const std::string& bad :
       {std::string("App"), std::string("team/App"), std::string("Team/app"), std::string(":image"),
        std::string("app:"), std::string("-app"), std::string("app/"), std::string("/app"),
        std::string("a//b"), std::string("a_-b"), std::string("a..b"), std::string("a___b"),
        std::string("https://h/app"), std::string("h:99999/app"), std::string("app@sha256:aa"),
        std::string("app:.x"), "app:" + std::string(129, 'a'), std::string("user@host/app")}) {
    INFO(bad);
    CHECK(values::image_problem(bad) ==
          "must be a container image reference with its repository in lower case, such as "
          "registry.example.com/team/app:1.4 (only the tag may have capitals)");
  }
  CHECK(values::image_problem("app 1") ==
        "must not contain blanks or line breaks; write one reference such as "
        "registry.example.com/team/app:1.4");
  CHECK(values::image_problem("app\n") == values::image_problem("a b"));
}

TEST_CASE("paths are compared in one form") {
  CHECK(values::normal_path("/opt//models/") == "/opt/models");
  CHECK(values::normal_path("/") == "/");
  CHECK(values::is_below("/opt/repos/x", "/opt/repos"));
  CHECK_FALSE(values::is_below("/opt/repos", "/opt/repos"));
  CHECK_FALSE(values::is_below("/opt/repos2", "/opt/repos"));
}

TEST_CASE("a password in a URL is seen wherever the URL stands") {
  for (const char* text :
       {"https://u:p@h", "https://u:p@h/x", "redis://:p@h", "x=1;postgres://u:p@h,y",
        "https://a/b https://u:p@h", "///u:p@h", "//u:p@", "ftp://u:p@q@h", "h://u:pa$s@h"}) {
    INFO(text);
    CHECK(values::shows_password(text));
  }
  for (const char* text : {"", "//", "u:p@h", "https://u@h", "https://u:@h", "https://h:80/a@b",
                           "https://u@h/a:b@c", "http://h:80 me@h", "https://u:$(PASSWORD)@h",
                           "registry:5000/app:1@sha256:a", "git@github.com:o/r", "mailto:a@b"}) {
    INFO(text);
    CHECK_FALSE(values::shows_password(text));
  }
  CHECK_FALSE(values::shows_password(std::string(32768, '/')));
}

TEST_CASE("a token in a URL's query is seen by its name") {
  for (const char* url : {"https://h/r?token=x", "https://h/r?a=b&ACCESS_TOKEN=x",
                          "https://h/r?X-Amz-Signature=x&a=b", "https://h?sig=", "?password=x"}) {
    INFO(url);
    CHECK(values::has_token(url));
  }
  for (const char* url : {"https://h/r", "https://h/r?", "https://h/r?token", "https://h/token=x",
                          "https://h/r?tokens=1", "https://h/r?a=token=x", "https://h/r?a#?token=x",
                          "https://h/r?version=2&raw=1"}) {
    INFO(url);
    CHECK_FALSE(values::has_token(url));
  }
}
