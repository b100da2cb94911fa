#include "kube/config/credentials.h"

#include "base/rfc3339.h"
#include "support/folder.h"
#include "support/manual_clock.h"

#include <catch2/catch.hpp>

namespace kube {
namespace {

using namespace std::chrono_literals;

/// A plugin that answers with what is in file `answer` and notes that it ran.
ExecPlugin plugin_in(const Folder& folder) {
  const auto script =
      folder.write_script("plugin", "echo ran >> " + (folder / "runs").string() + "; cat " +
                                        (folder / "answer").string() + "\n");
  return {.api_version = "client.authentication.k8s.io/v1", .command = script.string()};
}

std::string answer(const std::string& status) {
  return R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{)" +
         status + "}}";
}

long runs(const Folder& folder) {
  std::ifstream file(folder / "runs");
  return std::count(std::istreambuf_iterator<char>(file), {}, '\n');
}

}  // namespace

TEST_CASE("a token, a user with a password, or nothing, is what a request proves itself with") {
  CHECK(Credentials({.token = " t0ken\n"}).current()->authorization == "Bearer t0ken");
  CHECK(Credentials({.username = "joe", .password = "a:b"}).current()->authorization ==
        "Basic am9lOmE6Yg==");
  CHECK(Credentials({}).current()->authorization.empty());
}

TEST_CASE("a token that could smuggle a header in is refused, unseen") {
  CHECK_THROWS_WITH(Credentials({.token = "hunter2\r\nX: y"}).current(),
                    "token: holds a control character");
}

TEST_CASE("a token file is read again each minute") {
  const Folder folder;
  const auto clock = std::make_shared<ManualClock>();
  Credentials credentials({.token = "stale", .token_file = folder.write("token", "a\n")}, clock);
  CHECK(credentials.current()->authorization == "Bearer a");
  folder.write("token", "b");
  clock->advance(59s);
  CHECK(credentials.current()->authorization == "Bearer a");
  clock->advance(1s);
  CHECK(credentials.current()->authorization == "Bearer b");
}

TEST_CASE("a token file that cannot be read, or is empty, leaves the former token in use") {
  const Folder folder;
  const auto clock = std::make_shared<ManualClock>();
  Credentials credentials({.token_file = folder.write("token", "a")}, clock);
  credentials.current();
  folder.write("token", "\n");
  clock->advance(1min);
  CHECK(credentials.current()->authorization == "Bearer a");
  std::filesystem::remove(folder / "token");
  clock->advance(1min);
  CHECK(credentials.current()->authorization == "Bearer a");
}

TEST_CASE("without a former token an empty or missing file is an error") {
  const Folder folder;
  const auto file = folder.write("token", " \n");
  CHECK_THROWS_WITH(Credentials({.token_file = file}).current(),
                    "tokenFile " + file.string() + ": is empty");
  CHECK_THROWS_WITH(Credentials({.token_file = "/no/such"}).current(),
                    "tokenFile: /no/such: No such file or directory");
}

TEST_CASE("a refused token is read again at once, and tried again only if it is another") {
  const Folder folder;
  Credentials credentials({.token_file = folder.write("token", "a")});
  const auto first = credentials.current()->version;
  CHECK_FALSE(credentials.refresh(first));
  folder.write("token", "b");
  CHECK(credentials.refresh(first));
  CHECK(credentials.current()->authorization == "Bearer b");
  CHECK(credentials.refresh(first));  // somebody else's refusal of the same old token
  CHECK_FALSE(Credentials({.token = "t"}).refresh(1));
}

TEST_CASE("a plugin runs once, and again shortly before its credential expires") {
  const Folder folder;
  const auto clock = std::make_shared<ManualClock>();
  const auto expires = base::rfc3339(clock->wall() + 10min);
  folder.write("answer", answer(R"("token":"a","expirationTimestamp":")" + expires + "\""));
  Credentials credentials({.exec = plugin_in(folder)}, clock);
  CHECK(credentials.current()->authorization == "Bearer a");
  clock->advance(9min + 49s);
  credentials.current();
  CHECK(runs(folder) == 1);
  folder.write("answer", answer(R"("token":"b")"));
  clock->advance(1s);
  CHECK(credentials.current()->authorization == "Bearer b");
  clock->advance(std::chrono::hours(1000));
  CHECK(credentials.current()->authorization == "Bearer b");
  CHECK(runs(folder) == 2);
}

TEST_CASE("a plugin runs again when its credential is refused") {
  const Folder folder;
  folder.write("answer", answer(R"("token":"a")"));
  Credentials credentials({.exec = plugin_in(folder)});
  const auto version = credentials.current()->version;
  folder.write("answer", answer(R"("token":"b")"));
  CHECK(credentials.refresh(version));
  CHECK(credentials.current()->authorization == "Bearer b");
}

TEST_CASE("a plugin may give a certificate with its key") {
  const Folder folder;
  folder.write("answer", answer(R"("clientCertificateData":"CRT","clientKeyData":"KEY")"));
  Credentials credentials({.exec = plugin_in(folder)});
  CHECK(credentials.current()->authorization.empty());
  CHECK(credentials.current()->certificate == ClientCertificate{"CRT", "KEY"});
}

TEST_CASE("a token in the kubeconfig comes before a plugin") {
  const Folder folder;
  CHECK(Credentials({.token = "t", .exec = plugin_in(folder)}).current()->authorization ==
        "Bearer t");
  CHECK(runs(folder) == 0);
}

}  // namespace kube
