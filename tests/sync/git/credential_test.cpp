#include "sync/git/credential.h"

#include "support/folder.h"
#include "sync/git/git.h"
#include "sync/report/failure.h"

#include <catch2/catch.hpp>

#include <chrono>
#include <sstream>

using namespace content;

namespace {

/// What git is told when it has credentials for these URLs, each with its number as the user.
struct Helper {
  explicit Helper(const std::vector<std::string>& urls = {"https://git.example:8443"},
                  const std::string& secret = "canary-4711\n") {
    const auto file = folder.write("password", secret);
    for (const auto& url : urls) {
      options.credentials.push_back({.url = url,
                                     .username = std::to_string(options.credentials.size()),
                                     .password_file = file});
    }
    options.state = folder / "state";
  }
  std::string get(const std::string& question) const {
    std::istringstream in(question);
    std::ostringstream out;
    answer_credential(options, in, out);
    return out.str();
  }
  /// The user for a URL in three parts; empty without an answer.
  std::string user(const std::string& protocol, const std::string& host,
                   const std::string& path) const {
    const auto answer = get("protocol=" + protocol + "\nhost=" + host + "\npath=" + path + "\n\n");
    if (answer.empty()) return "";
    const auto begin = std::string("username=").size();
    return answer.substr(begin, answer.find('\n') - begin);
  }
  void erase(const std::string& host) const {
    std::istringstream in("protocol=https\nhost=" + host + "\nusername=0\npassword=x\n\n");
    remember_refusal(options, in);
  }

  Folder folder;
  CredentialOptions options;
};

std::string refusal(const std::string& secret) {
  try {
    Helper({"https://git.example"}, secret).get("protocol=https\nhost=git.example\n\n");
  } catch (const Failure& failure) {
    const std::string text = failure.what();
    return text.substr(text.find("password:"));
  }
  return "none";
}

}  // namespace

TEST_CASE("git is told the credential of its host") {
  CHECK(Helper().get("protocol=https\nhost=git.example:8443\n\n") ==
        "username=0\npassword=canary-4711\n");
  CHECK(Helper().get("host=GIT.example:8443\nprotocol=https\nwwwauth[]=Basic\n") ==
        "username=0\npassword=canary-4711\n");
  CHECK(Helper({"https://git.example"}).user("https", "git.example:443", "") == "0");
}

TEST_CASE("no other host, port or protocol gets an answer") {
  const Helper helper;
  for (const auto* question :
       {"protocol=https\nhost=evil.example\n\n", "protocol=https\nhost=git.example\n\n",
        "protocol=http\nhost=git.example:8443\n\n",
        "protocol=https\nhost=evil.git.example:8443\n\n",
        "protocol=https\nhost=evil.example@git.example:8443\n\n",
        "protocol=https\nhost=git.example:8443?.evil.example\n\n", ""}) {
    INFO(question);
    CHECK(helper.get(question).empty());
  }
}

TEST_CASE("of several credentials the one for the longest part of the URL is told") {
  const Helper helper({"https://git.example", "https://git.example/team/",
                       "https://git.example/team", "https://git.example/team/app.git",
                       "http://git.example/team/app"});
  CHECK(helper.user("https", "git.example", "other/app.git") == "0");
  CHECK(helper.user("https", "git.example", "team") == "1");
  CHECK(helper.user("https", "git.example", "team/lib.git") == "1");
  CHECK(helper.user("https", "git.example", "teams/lib.git") == "0");
  for (const auto* path : {"team/app", "team/app.git", "team/app.git/info/lfs/objects/batch"})
    CHECK(helper.user("https", "git.example", path) == "3");
  CHECK(helper.user("https", "git.example", "team/app.gitea") == "1");
  CHECK(helper.user("http", "git.example", "team/app.git/info/lfs") == "4");
  CHECK(helper.user("http", "git.example", "team/lib").empty());
  CHECK(helper.user("https", "other.example", "team/app").empty());
}

TEST_CASE("a path that leads out of its folder has no credential of that folder") {
  const Helper helper({"https://git.example/team"});
  CHECK(helper.user("https", "git.example", "team/x/../lib") == "");
  CHECK(helper.user("https", "git.example", "team/..") == "");
  CHECK(helper.user("https", "git.example", "team/./lib") == "");
}

TEST_CASE("a repository's own password is for itself first, and for its host after the others") {
  GitRemote remote{.url = "https://git.example/team/app.git",
                   .username = "own",
                   .password_file = "/credentials/password"};
  const auto users = [&] {
    std::string result;
    for (const auto& credential : credentials_of(remote))
      result += credential.username + " " + credential.url + "\n";
    return result;
  };
  CHECK(users() == "own https://git.example\n");
  CHECK_FALSE(have_paths(credentials_of(remote)));
  remote.credentials = {{.url = "https://git.example", .username = "other"}};
  CHECK(users() ==
        "own https://git.example/team/app.git\nother https://git.example\nown "
        "https://git.example\n");
  CHECK(have_paths(credentials_of(remote)));
  remote.password_file = "";
  CHECK(users() == "other https://git.example\n");
}

TEST_CASE("what may go over http may go over https of the same host") {
  const auto urls = [](const std::string& url) {
    std::string result;
    for (const auto& credential : credentials_of({.url = url, .password_file = "/password"}))
      result += credential.url + " ";
    return result;
  };
  CHECK(urls("http://git.example/app") == "http://git.example https://git.example ");
  CHECK(urls("http://git.example:8080/app") == "http://git.example:8080 ");
  CHECK(urls("https://git.example/app") == "https://git.example ");
  CHECK(urls("git@git.example:app").empty());
}

TEST_CASE("a credential that the server has refused is not sent again, and others are") {
  const Helper helper({"https://git.example", "https://other.example"});
  helper.erase("evil.example");
  CHECK_FALSE(is_credential_refused(helper.options.state));
  CHECK(helper.user("https", "git.example", "") == "0");
  helper.erase("git.example");
  CHECK(is_credential_refused(helper.options.state));
  CHECK(helper.user("https", "git.example", "").empty());
  CHECK(helper.user("https", "other.example", "") == "1");
}

TEST_CASE("a token of an App that is over after its hour is not refused") {
  Helper helper({"https://git.example"});
  helper.options.credentials[0].app = {.id = "1", .installation = "2"};
  const auto answered = helper.folder.write("state/answered-0", "");
  const auto minutes = GENERATE(10, 60);
  std::filesystem::last_write_time(
      answered, std::filesystem::file_time_type::clock::now() - std::chrono::minutes(minutes));
  helper.erase("git.example");
  CHECK(is_credential_refused(helper.options.state) == (minutes == 10));
}

TEST_CASE("a credential is one line of text, and a refusal does not repeat it") {
  CHECK(refusal("") == "password: is empty; the Secret's key must hold text");
  CHECK(refusal("canary\n4711") ==
        "password: has more than one line; the Secret's key must hold one line of text");
}

TEST_CASE("without a credential there is no answer, not even a half one") {
  std::istringstream in("protocol=https\nhost=git.example\n\n");
  std::ostringstream out;
  const CredentialOptions options{
      .credentials = {{.url = "https://git.example", .password_file = "/nowhere/password"}},
      .state = "/nowhere"};
  CHECK_THROWS_AS(answer_credential(options, in, out), Failure);
  CHECK(out.str().empty());
}

TEST_CASE("what goes wrong in git's helper is told to git's caller") {
  const Helper helper;
  CHECK_FALSE(credential_problem(helper.options.state));
  remember_problem(helper.options, Failure("ServerBusy", "wait", Failure::Kind::Transient));
  const auto told = credential_problem(helper.options.state);
  REQUIRE(told);
  CHECK(told->reason == "ServerBusy");
  CHECK(told->what() == std::string("wait"));
  CHECK(told->kind == Failure::Kind::Transient);
}

TEST_CASE("git's helper is a command whose words no username can leave") {
  const auto helper = credential_helper({{.url = "https://git.example:8443",
                                          .username = "--it's; rm",
                                          .password_file = "/credentials/password"}},
                                        "/bin/gradient-sync", "/home/state");
  CHECK(helper ==
        "!LD_PRELOAD= '/bin/gradient-sync' credential --state '/home/state' "
        "--credential='{\"file\":\"/credentials/password\",\"url\":\"https://git.example:8443\","
        "\"username\":\"--it'\\''s; rm\"}'");
  CHECK(credential_helper({}, "/bin/gradient-sync", "/state").empty());
}

TEST_CASE("a credential goes through a command line unchanged") {
  const GitCredential plain{.url = "https://git.example/team",
                            .username = "a \"b\" $c",
                            .password_file = "/host-credentials/0"};
  CHECK(read_git_credential(to_text(plain)) == plain);
  const GitCredential of_app{.url = "https://github.com",
                             .password_file = "/host-credentials/1",
                             .app = {{.id = "12", .installation = "34", .api = "https://a/v3"}}};
  CHECK(read_git_credential(to_text(of_app)) == of_app);
  CHECK_THROWS_AS(read_git_credential("{}"), std::invalid_argument);
  CHECK_THROWS_AS(read_git_credential(R"({"url":"ssh://git@git.example/"})"),
                  std::invalid_argument);
}
