#include "kube/config/address.h"

#include "kube/config/config.h"

#include <catch2/catch.hpp>

namespace kube {

TEST_CASE("a server's URL has these parts") {
  struct Case {
    std::string url;
    Address address;
    std::string text;
  };
  const auto sample = GENERATE(values<Case>({
      {"https://10.0.0.1:6443", {true, "10.0.0.1", 6443, ""}, "https://10.0.0.1:6443"},
      {"https://api.example", {true, "api.example", 443, ""}, "https://api.example:443"},
      {"http://localhost/", {false, "localhost", 80, ""}, "http://localhost:80"},
      {"https://[fd00::1]:6443", {true, "fd00::1", 6443, ""}, "https://[fd00::1]:6443"},
      {"https://[::1]", {true, "::1", 443, ""}, "https://[::1]:443"},
      {"https://h:1/k8s/clusters/c//",
       {true, "h", 1, "/k8s/clusters/c"},
       "https://h:1/k8s/clusters/c"},
  }));
  const auto address = parse_address(sample.url, "server");
  CHECK(address == sample.address);
  CHECK(address.text() == sample.text);
}

TEST_CASE("what is no server's URL is refused, with the field and without a password") {
  struct Case {
    std::string url;
    std::string problem;
  };
  const auto sample = GENERATE(values<Case>({
      {"", "server: must begin with https:// or http://"},
      {"10.0.0.1:6443", "server: must begin with https:// or http://"},
      {"unix:///run/x", "server: must begin with https:// or http://"},
      {"https://", "server: has no host"},
      {"https://:6443", "server: has no host"},
      {"https://a b", "server: the host is not a name or an address"},
      {"https://h:0", "server: the port is not a number from 1 to 65535"},
      {"https://h:65536", "server: the port is not a number from 1 to 65535"},
      {"https://h:6443x", "server: the port is not a number from 1 to 65535"},
      {"https://[::1", "server: has no closing ]"},
      {"https://[::1]6443", "server: has text after the ]"},
      {"https://h/?a=b", "server: must not have a query or a fragment"},
      {"https://joe:hunter2@h",
       "server: must not contain a user or password; put them into the user entry"},
  }));
  CAPTURE(sample.url);
  CHECK_THROWS_WITH(parse_address(sample.url, "server"), sample.problem);
}

}  // namespace kube
