#include "sync/git/credential.h"

#include "base/files.h"
#include "support/folder.h"
#include "sync/git/git.h"
#include "sync/report/failure.h"

#include <catch2/catch.hpp>

#include <sstream>

using namespace content;

namespace {

std::string answer(const std::string& question, const std::string& secret = "canary-4711\n") {
  const Folder folder;
  const auto file = folder.write("password", secret);
  std::istringstream in(question);
  std::ostringstream out;
  answer_credential({.protocol = "https",
                     .host = "git.example:8443",
                     .username = "jane",
                     .password_file = file.string(),
                     .refused_file = (folder / "refused").string()},
                    in, out);
  return out.str();
}

std::string refusal(const std::string& secret) {
  try {
    answer("protocol=https\nhost=git.example:8443\n\n", secret);
  } catch (const Failure& failure) {
    const std::string text = failure.what();
    return text.substr(text.find("password:"));
  }
  return "none";
}

}  // namespace

TEST_CASE("git is told the credential of its host") {
  CHECK(answer("protocol=https\nhost=git.example:8443\n\n") ==
        "username=jane\npassword=canary-4711\n");
  CHECK(answer("host=GIT.example:8443\nprotocol=https\nwwwauth[]=Basic\n") ==
        "username=jane\npassword=canary-4711\n");
}

TEST_CASE("no other host, port or protocol gets an answer") {
  CHECK(answer("protocol=https\nhost=evil.example\n\n").empty());
  CHECK(answer("protocol=https\nhost=git.example\n\n").empty());
  CHECK(answer("protocol=http\nhost=git.example:8443\n\n").empty());
  CHECK(answer("").empty());
}

TEST_CASE("a credential that the server has refused is not sent again") {
  const Folder folder;
  const auto file = folder.write("password", "canary-4711\n");
  const CredentialOptions options{.protocol = "https",
                                  .host = "git.example",
                                  .username = "jane",
                                  .password_file = file.string(),
                                  .refused_file = (folder / "refused").string()};
  const auto get = [&] {
    std::istringstream in("protocol=https\nhost=git.example\n\n");
    std::ostringstream out;
    answer_credential(options, in, out);
    return out.str();
  };
  const auto erase = [&](const std::string& host) {
    std::istringstream in("protocol=https\nhost=" + host +
                          "\nusername=jane\npassword=canary-4711\n\n");
    remember_refusal(options, in);
  };
  erase("evil.example");
  CHECK(get() == "username=jane\npassword=canary-4711\n");
  erase("git.example");
  CHECK(get().empty());
  CHECK(base::read_file(options.refused_file).empty());
}

TEST_CASE("a credential is one line of text, and a refusal does not repeat it") {
  CHECK(refusal("") == "password: is empty; the Secret's key must hold text");
  CHECK(refusal("canary\n4711") ==
        "password: has more than one line; the Secret's key must hold one line of text");
}

TEST_CASE("without a credential there is no answer, not even a half one") {
  std::istringstream in("protocol=https\nhost=git.example\n\n");
  std::ostringstream out;
  const CredentialOptions options{.protocol = "https",
                                  .host = "git.example",
                                  .username = "jane",
                                  .password_file = "/nowhere/password",
                                  .refused_file = "/nowhere/refused"};
  CHECK_THROWS_AS(answer_credential(options, in, out), Failure);
  CHECK(out.str().empty());
}

TEST_CASE("git's helper is a command whose words no username can leave") {
  const auto helper = credential_helper({.url = "https://git.example:8443/team/app.git",
                                         .username = "--it's; rm",
                                         .password_file = "/credentials/password"},
                                        "/bin/gradient-sync", "/home/refused");
  CHECK(helper ==
        "!'/bin/gradient-sync' credential --protocol 'https' --host 'git.example:8443' "
        "--username='--it'\\''s; rm' "
        "--password-file '/credentials/password' --refused-file '/home/refused'");
  CHECK(credential_helper({.url = "https://git.example/app"}, "/bin/gradient-sync", "/r").empty());
  CHECK(credential_helper({.url = "git@git.example:app", .password_file = "/credentials/password"},
                          "/bin/gradient-sync", "/r")
            .empty());
}
