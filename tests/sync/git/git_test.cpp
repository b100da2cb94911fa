#include "sync/git/git.h"

#include "sync/git/refs.h"

#include <catch2/catch.hpp>

using namespace content;

namespace {

std::string name(const std::string& ref) {
  const std::string listed =
      "ref: refs/heads/trunk\tHEAD\n"
      "aaa\tHEAD\n"
      "aaa\trefs/heads/trunk\n"
      "bbb\trefs/heads/both\n"
      "ccc\trefs/tags/both\n"
      "ddd\trefs/tags/v1\n"
      "eee\trefs/tags/v1^{}\n"
      "fff\trefs/pull/7/head\n"
      "999\trefs/heads/refs/heads/nested\n";
  const auto found = choose(listed, ref);
  return found ? found->name + " " + found->commit : "none";
}

}  // namespace

TEST_CASE("a ref is a branch, else a tag, else a full name; without one it is the default branch") {
  CHECK(name("") == "refs/heads/trunk aaa");
  CHECK(name("HEAD") == "refs/heads/trunk aaa");
  CHECK(name("trunk") == "refs/heads/trunk aaa");
  CHECK(name("both") == "refs/heads/both bbb");
  CHECK(name("refs/tags/both") == "refs/tags/both ccc");
  CHECK(name("refs/pull/7/head") == "refs/pull/7/head fff");
  CHECK(name("missing") == "none");
}

TEST_CASE("an annotated tag is the commit that it is for") {
  CHECK(name("v1") == "refs/tags/v1 eee");
}

TEST_CASE("a name that only ends alike is not taken") {
  CHECK(name("nested") == "none");
}

TEST_CASE("what could be an option of ssh, or another transport, is no URL of ssh") {
  for (const char* url :
       {"ssh://-oProxyCommand=x/app", "ssh://-u@h/app", "ssh://u@-h/app", "ssh://h", "ssh://h/",
        "ssh://u:p@h/app", "ssh://h:-1/app", "-u@h:app", "u@-h:app", "u@h:-app", "u@h:", "h:app",
        "https://h/app", "file:///app", "ext::sh", "git+ssh://h/app", "ssh://h/a\nb", "/u@h:app"}) {
    INFO(url);
    CHECK_FALSE(is_ssh(url));
  }
  CHECK_FALSE(is_ssh("ssh://h/" + std::string(10U << 20U, 'a')));
}

TEST_CASE("only a whole commit is one") {
  CHECK(is_commit(std::string(40, 'a')));
  CHECK(is_commit(std::string(64, '0')));
  CHECK_FALSE(is_commit("abc1234"));
  CHECK_FALSE(is_commit(std::string(40, 'g')));
  CHECK_FALSE(is_commit(""));
}

TEST_CASE("progress is read off git's own lines") {
  CHECK(received_bytes("Receiving objects:  45% (9/20), 1.50 MiB | 800.00 KiB/s") == 1572864);
  CHECK(received_bytes("Receiving objects: 100% (20/20), 512 bytes | 1.00 KiB/s, done.") == 512);
  CHECK_FALSE(received_bytes("Receiving objects:  45% (9/20)"));
  CHECK_FALSE(received_bytes("Resolving deltas: 100% (3/3), done."));
}
