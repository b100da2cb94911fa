#include "sync/program/local_addresses.h"

#include "support/folder.h"

#include <catch2/catch.hpp>

#include <cstdlib>

using content::host_of_place;
using content::local_address_check;

namespace {

/// What may be connected to besides the addresses of others.
std::string named(const Folder& folder, const std::vector<std::string>& places) {
  const auto variables = local_address_check(
      {.named = places, .hosts = folder / "hosts", .resolver = folder / "resolv.conf"});
  REQUIRE_FALSE(variables.empty());
  const std::string name = "GRADIENT_LOCAL_ADDRESSES=";
  REQUIRE(variables.front().starts_with(name));
  return variables.front().substr(name.size());
}

/// A variable of our own environment, for as long as it lives.
struct Variable {
  Variable(const char* name_in, const std::string& value) : name(name_in) {
    setenv(name, value.c_str(), 1);
  }
  ~Variable() { unsetenv(name); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  const char* name;
};

}  // namespace

TEST_CASE("a place has its host in every form of a URL") {
  CHECK(host_of_place("https://Git.Example:8443/app.git") == "git.example");
  CHECK(host_of_place("http://jane@git.example?ref=main") == "git.example");
  CHECK(host_of_place("ssh://git@[::1]:22/app.git") == "::1");
  CHECK(host_of_place("http://[::1]") == "::1");
  CHECK(host_of_place("git@git.example:o/app.git") == "git.example");
  CHECK(host_of_place("127.0.0.1:5000/llm") == "127.0.0.1");
  CHECK(host_of_place("127.0.0.1") == "127.0.0.1");
}

TEST_CASE("an address that a place names is named however it is written") {
  const Folder folder;
  CHECK(named(folder, {"http://127.0.0.1:80/"}) == "127.0.0.1");
  CHECK(named(folder, {"http://2130706433/", "http://0x7f.1", "http://[::ffff:127.0.0.1]"}) ==
        "127.0.0.1");
  CHECK(named(folder, {"http://[0:0:0:0:0:0:0:1]/", "git@169.254.1.1:x"}) == "169.254.1.1,::1");
}

TEST_CASE("of names those of the hosts file are addresses, and what DNS says is not asked") {
  const Folder folder;
  folder.write(
      "hosts",
      "127.0.0.1\tlocalhost # and more.example\n::1 localhost\n\n10.1.2.3 GIT.example a\n");
  CHECK(named(folder, {"http://localhost:8080/"}) == "127.0.0.1,::1");
  CHECK(named(folder, {"https://Git.Example/"}) == "10.1.2.3");
  CHECK(named(folder, {"https://more.example/", "https://other.example"}).empty());
}

TEST_CASE("name servers and proxies may have any address, at their ports") {
  const Folder folder;
  folder.write("resolv.conf",
               "search example\nnameserver 169.254.20.10\nnameserver fe80::1%eth0\n");
  CHECK(named(folder, {}) == "169.254.20.10:53,[fe80::1]:53");
  folder.write("resolv.conf", "");
  const Variable proxy("http_proxy", "http://127.0.0.3:3128");
  const Variable other("https_proxy", "127.0.0.4");
  CHECK(named(folder, {}) == "127.0.0.3:3128,127.0.0.4:1080,127.0.0.4:443,127.0.0.4:80");
}

TEST_CASE("a proxy is not asked for local addresses") {
  const Folder folder;
  const auto direct = [&] {
    return local_address_check({.hosts = folder / "hosts", .resolver = folder / "resolv.conf"});
  };
  const auto local = direct().back();
  CHECK(local.starts_with("NO_PROXY=localhost,127.0.0.0/8,169.254.0.0/16,"));
  {
    const Variable some("no_proxy", ".svc");
    CHECK(direct().back() == "NO_PROXY=.svc," + local.substr(9));
    CHECK(direct()[1] == "no_proxy=.svc," + local.substr(9));
  }
  const Variable all("no_proxy", "*");
  CHECK(direct().size() == 1);
}

TEST_CASE("where all is allowed, no program looks") {
  CHECK(local_address_check({.named = {"http://127.0.0.1"}, .allow_all = true}).empty());
}
