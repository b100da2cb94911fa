#include "base/files.h"
#include "json/json.h"
#include "sync/support/cutting_proxy.h"
#include "sync/support/helper_run.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <future>
#include <vector>

// What goes wrong between gradient-sync and a server of git or https, each tried for real: its
// reason, whether it is tried again, and that no credential is told.

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

std::string answer(const std::string& headers, const std::string& body) {
  return after_login("printf '" + headers + "\\r\\n\\r\\n" + body + " %s\\n' " +
                     "\"$HTTP_AUTHORIZATION $(echo ${HTTP_AUTHORIZATION#Basic } | base64 -d)\"\n");
}

struct Answer {
  std::string name, program;
  std::string repository;  ///< how the failure begins
  std::string model;
  bool is_transient = false;
};

constexpr const char* plain = "Content-Type: text/plain";

std::vector<Answer> answers() {
  const auto echo = [](const std::string& status) {
    return answer("Status: " + status + "\\r\\n" + plain, "error: you sent");
  };
  return {{"500", echo("500"), "ServerFailed: ", "ServerFailed: ", true},
          {"503", echo("503"), "ServerFailed: ", "ServerFailed: ", true},
          {"429", echo("429"), "ServerBusy: ", "ServerBusy: ", true},
          {"401", echo("401\\r\\nWWW-Authenticate: Basic realm=\"you sent it\""),
           "GitAuthenticationFailed: ", "ModelAuthenticationFailed: "},
          {"403", echo("403"), "GitAccessDenied: ", "ModelAccessDenied: "},
          {"404", echo("404"), "GitRepositoryNotFound: ", "ModelSourceMissing: "},
          {"login", answer("Content-Type: text/html", "<html><form>Log in"),
           "UnexpectedAnswer: ", "UnexpectedAnswer: "},
          {"teapot", echo("418"), "SyncFailed: ", "SyncFailed: ", true},
          // A packet of git's protocol with a text of the server's, which git calls fatal.
          {"error",
           after_login("t=\"ERR you sent $HTTP_AUTHORIZATION\"\n"
                       "printf 'Content-Type: application/x-git-upload-pack-advertisement\\r\\n"
                       "\\r\\n001e# service=git-upload-pack\\n0000%04x%s' $((${#t} + 4)) \"$t\"\n"),
           "SyncFailed: ", "", true}};
}

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

/// All at once, since those that are transient take the time of their tries.
template <class Item, class Work>
auto at_once(const std::vector<Item>& items, const Work& work) {
  std::vector<std::future<decltype(work(items.front()))>> running;
  for (const auto& item : items)
    running.push_back(std::async(std::launch::async, work, item));
  return running;
}

struct Told {
  std::string end;
  int retries = 0;
  bool leaks = false;
  int requests = 0;
};

}  // namespace

TEST_CASE(
    "each answer of a git server has its reason, is tried again only if that may help, and "
    "gives away nothing that it repeats") {
  const auto all = answers();
  auto tried = at_once(all, [](const Answer& answer) {
    const WebServer server;
    server.folder().write_script("cgi/app.git", answer.program);
    HelperRun helper;
    const auto end = helper.repository(server.url("cgi/app.git"));
    return Told{end, helper.retries(), helper.leaks(), count(server.log(), "GET ")};
  });
  auto told = tried.begin();
  for (const auto& answer : all) {
    const auto [end, retries, leaks, requests] = (told++)->get();
    INFO(answer.name << ": " << end);
    CHECK_THAT(end, StartsWith(answer.repository));
    CHECK(retries == (answer.is_transient ? 3 : 0));
    CHECK((end.find("; tried 4 times") != std::string::npos) == answer.is_transient);
    CHECK_FALSE(leaks);
    CHECK(requests >= (answer.is_transient ? 4 : 1));
    CHECK(requests <= (answer.is_transient ? 12 : 3));
  }
}

TEST_CASE(
    "each answer of a server of files has its reason, is tried again only if that may help, "
    "and gives away nothing that it repeats") {
  auto all = answers();
  all.pop_back();
  auto tried = at_once(all, [](const Answer& answer) {
    const WebServer server;
    server.folder().write_script("cgi/llm", answer.program);
    HelperRun helper;
    const auto end = helper.model(server.url("cgi/llm/weights.bin"));
    return Told{end, helper.retries(), helper.leaks(),
                count(server.log(), "GET ") + count(server.log(), "HEAD ")};
  });
  auto told = tried.begin();
  for (const auto& answer : all) {
    const auto [end, retries, leaks, requests] = (told++)->get();
    INFO(answer.name << ": " << end);
    CHECK_THAT(end, StartsWith(answer.model));
    CHECK(retries == (answer.is_transient ? 3 : 0));
    CHECK_FALSE(leaks);
    CHECK(requests >= (answer.is_transient ? 4 : 1));
    CHECK(requests <= (answer.is_transient ? 24 : 6));
  }
}

TEST_CASE("a server that asks for time is given it, more often than others are tried") {
  constexpr int refusals = 5;  // more than there are tries without a Retry-After
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  repository.commit("file", "text");
  server.folder().write("files/weights.bin", "w");
  // Each request leaves a file; after so many, the server answers.
  const auto busy = [&](const std::string& name, const std::string& then) {
    const auto asked = server.folder() / ("asked-" + name);
    std::filesystem::create_directory(asked);
    server.folder().write_script(
        "cgi/" + name, "mktemp " + (asked / "XXXXXX").string() + " >/dev/null\nif [ $(ls " +
                           asked.string() + " | wc -l) -gt " + std::to_string(refusals) +
                           " ]; then\n" + then +
                           "else printf 'Status: 503\\r\\nRetry-After: 1\\r\\n\\r\\n'; fi\n");
  };
  const auto redirect = [&](const std::string& to) {
    return "printf 'Status: 302\\r\\nLocation: " + server.url(to) + "'\"$PATH_INFO\"'" +
           (to.starts_with("git") ? "?'\"$QUERY_STRING\"'" : "") + "\\r\\n\\r\\n'\n";
  };
  busy("code", redirect("git/app.git"));
  busy("llm", redirect("files"));
  auto cloned = std::async(std::launch::async, [&] {
    HelperRun helper;
    return Told{helper.repository(server.url("cgi/code")), helper.retries()};
  });
  HelperRun helper;
  const auto model = helper.model(server.url("cgi/llm/weights.bin"));
  CHECK(model == "published");
  CHECK(helper.retries() >= 2);
  const auto told = cloned.get();
  CHECK(told.end == "published");
  CHECK(told.retries == refusals);
}

TEST_CASE("what a server has told of a ref in a try that failed is not asked again") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  repository.commit("file", "text");
  const auto asked = (server.folder() / "asked").string();
  std::filesystem::create_directory(asked);
  // The first discovery is of the ref, and the second of a fetch.
  server.folder().write_script(
      "cgi/app.git", "mktemp " + asked + "/XXXXXX >/dev/null\nif [ $(ls " + asked +
                         " | wc -l) = 2 ]; then printf 'Status: 503\\r\\n\\r\\n'; else printf "
                         "'Status: 302\\r\\nLocation: " +
                         repository.url() +
                         "%s?%s\\r\\n\\r\\n' \"$PATH_INFO\" \"$QUERY_STRING\"; fi\n");
  const auto url = server.url("cgi/app.git");
  HelperRun helper;
  helper.password = "";
  CHECK((GENERATE(true, false) ? helper.repository(url) : helper.model("git+" + url)) ==
        "published");
  CHECK(helper.retries() == 1);
  CHECK(shell("ls " + asked + " | wc -l") == "3");
}

TEST_CASE("the last line of a repository's helper is what it has published, new or not") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  const auto commit = repository.commit("file", "text");
  HelperRun helper;
  for (int i = 0; i < 2; ++i) {
    REQUIRE(helper.repository(repository.url(), {"--ref", "main"}) == "published");
    const auto log = base::read_file(helper.log());
    const auto line = json::parse(log.substr(log.rfind('\n', log.size() - 2) + 1));
    CHECK(json::string_at(line, {"event"}) == "published");
    CHECK(json::string_at(line, {"commit"}) == commit);
    CHECK(json::string_at(line, {"ref"}) == "refs/heads/main");
  }
}

TEST_CASE("a wrong user and a wrong password are refused after one try") {
  const WebServer server;
  const ServedRepository repository(server, "private.git");
  repository.commit("file", "text");
  server.folder().write("files/private/weights.bin", "w");
  HelperRun helper;
  const auto wrong = GENERATE(as<std::string>(), "user", "password");
  (wrong == "user" ? helper.username : helper.password) = "canary-wrong";
  CHECK_THAT(helper.repository(repository.url()),
             Contains("GitAuthenticationFailed: ") && Contains("check username and password"));
  CHECK(count(server.full_log(), "Authorization: ") == 1);
  CHECK(count(server.log(), "GET ") <= 2);
  CHECK_THAT(helper.model(server.url("files/private/")), StartsWith("ModelAuthenticationFailed: "));
  CHECK(count(server.log(), "GET ") <= 4);
  CHECK(helper.retries() == 0);
  CHECK_FALSE(helper.leaks());
}

TEST_CASE("a certificate that cannot be trusted is told with what is wrong, after one try") {
  const Folder folder;
  const auto file = [&](const char* name) { return (folder / name).string(); };
  const std::string key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ";
  std::string problem;
  SECTION("expired") {
    folder.write("index", "");
    folder.write("ca", "[ca]\ndefault_ca=d\n[d]\ndatabase=" + file("index") +
                           "\nrand_serial=yes\nnew_certs_dir=" + file("") +
                           "\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n");
    shell("openssl req -new -subj /CN=127.0.0.1 " + key + file("key") + " -out " + file("csr") +
          " 2>/dev/null && openssl ca -batch -notext -selfsign -config " + file("ca") +
          " -keyfile " + file("key") + " -in " + file("csr") + " -out " + file("crt") +
          " -startdate 20200101000000Z -enddate 20200102000000Z 2>/dev/null");
    problem = "has expired";
  }
  SECTION("self-signed") {
    shell("openssl req -x509 -days 1 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 " +
          key + file("key") + " -out " + file("crt") + " 2>/dev/null");
    problem = "is self-signed or of an unknown authority";
  }
  SECTION("for another name") {
    shell("openssl req -x509 -days 1 -subj /CN=h -addext subjectAltName=DNS:other.example.com " +
          key + file("key") + " -out " + file("crt") + " 2>/dev/null");
    problem = "is for another host name";
  }
  shell("cat " + file("key") + " " + file("crt") + " >" + file("pem"));
  const WebServer server(0, file("pem"));
  HelperRun helper;
  if (problem.find("name") != std::string::npos)
    helper.environment.push_back("GRADIENT_CA_BUNDLE=" + shell("cat " + file("crt")));
  CHECK_THAT(helper.repository(server.url("git/private.git")),
             StartsWith("TLSVerificationFailed: ") && Contains(problem));
  CHECK_THAT(helper.model(server.url("files/private/")),
             StartsWith("TLSVerificationFailed: ") && Contains(problem));
  CHECK(helper.retries() == 0);
  CHECK(server.log().empty());
}

TEST_CASE("a host that is unknown or refuses is told after some tries, each with its time") {
  const std::vector<std::string> urls{"http://git.example.invalid/",
                                      "http://127.0.0.1:" + std::to_string(free_port()) + "/"};
  auto tried = at_once(urls, [](const std::string& url) {
    HelperRun helper;
    return Told{helper.repository(url + "app.git"), helper.retries()};
  });
  auto models = at_once(urls, [](const std::string& url) {
    HelperRun helper;
    return Told{helper.model(url + "llm/"), helper.retries()};
  });
  for (auto* const found : {&tried, &models}) {
    const auto unknown = found->at(0).get();
    const auto refused = found->at(1).get();
    CHECK_THAT(unknown.end, StartsWith("HostUnknown: ") && Contains("; tried 4 times"));
    CHECK_THAT(refused.end, StartsWith("HostUnreachable: ") && Contains("refuses the connection"));
    CHECK(unknown.retries == 3);
    CHECK(refused.retries == 3);
  }
}

TEST_CASE("a connection that is cut in the middle of a pack or a file is tried again") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  const auto large = shell("head -c 600000 /dev/urandom | base64 -w0");
  server.folder().write("large", large);
  shell("cd " + (server.folder() / "git/app.git").string() +
        " && blob=$(git hash-object -w ../../large)"
        " && tree=$(printf '100644 blob %s\\tlarge\\n' $blob | git mktree)"
        " && git update-ref refs/heads/main"
        " $(git -c user.name=t -c user.email=t@t commit-tree -m Large $tree)");
  server.folder().write("files/llm/weights.bin", large);
  const auto url = [](const CuttingProxy& proxy, const std::string& path) {
    return "http://127.0.0.1:" + std::to_string(proxy.port()) + "/" + path;
  };

  SECTION("and works when the network does again") {
    CuttingProxy git(server.port(), 200000);
    git.heal_after(1);
    HelperRun helper;
    CHECK(helper.repository(url(git, "git/app.git")) == "published");
    CHECK(git.cuts() == 1);
    CHECK(helper.retries() == 1);

    CuttingProxy files(server.port(), 200000);
    files.heal_after(1);
    HelperRun sidecar;
    CHECK(sidecar.model(url(files, "files/llm/")) == "published");
    CHECK(files.cuts() == 1);
  }
  SECTION("and told when it does not") {
    CuttingProxy git(server.port(), 200000);
    CuttingProxy files(server.port(), 200000);
    HelperRun helper;
    HelperRun sidecar;
    auto model =
        std::async(std::launch::async, [&] { return sidecar.model(url(files, "files/llm/")); });
    CHECK_THAT(helper.repository(url(git, "git/app.git")),
               StartsWith("ConnectionLost: ") && Contains("; tried 4 times"));
    CHECK_THAT(model.get(), StartsWith("ConnectionLost: ") && Contains("; tried 4 times"));
    CHECK(helper.retries() == 3);
    CHECK(sidecar.retries() == 3);
    CHECK(git.cuts() >= 4);
    CHECK(files.cuts() >= 4);
    CHECK_FALSE(std::filesystem::exists(sidecar.folder() / "volume/..data"));
  }
}

TEST_CASE("a file of git may be larger than the memory that there is") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  const auto large = server.folder() / "large";
  shell("head -c 100000000 /dev/urandom >" + large.string());
  repository.add_file("large", large.string());
  HelperRun helper;
  const auto limited =
      helper.folder().write_script("bin/git", "ulimit -d 65536\nPATH=/usr/bin exec git \"$@\"\n");
  std::erase_if(helper.environment, [](const auto& entry) { return entry.starts_with("PATH="); });
  helper.environment.push_back("PATH=" + limited.parent_path().string() + ":/usr/bin:/bin");
  const auto is_whole = [&](const std::string& file) {
    return shell("cmp " + large.string() + " " + (helper.folder() / file).string() +
                 " && echo same") == "same";
  };
  CHECK(helper.repository(repository.url()) == "published");
  CHECK(is_whole("volume/.gradient/checkouts/key/tree/large"));
  CHECK(helper.model("git+" + repository.url()) == "published");
  CHECK(is_whole("volume/..data/large"));
}

TEST_CASE("what git and rclone would tell by their environment is not told") {
  const WebServer server;
  const ServedRepository repository(server, "private.git");
  repository.commit("file", "text");
  server.folder().write("files/private/weights.bin", "w");
  HelperRun helper;
  const auto trace = (helper.folder() / "trace").string();
  for (const auto* name : {"GIT_TRACE", "GIT_TRACE_CURL", "GIT_TRACE_PACKET", "GIT_TRACE_SETUP",
                           "GIT_TRACE2_EVENT", "RCLONE_LOG_FILE"})
    helper.environment.push_back(std::string(name) + "=" + trace);
  for (const auto* setting :
       {"GIT_CURL_VERBOSE=1", "GIT_TRACE_REDACT=0", "GIT_LFS_TRACE=1", "RCLONE_VERBOSE=2",
        "RCLONE_DUMP=headers,bodies,auth", "RCLONE_CONFIG_SOURCE_URL=http://127.0.0.1:1"})
    helper.environment.emplace_back(setting);
  CHECK(helper.repository(repository.url()) == "published");
  HelperRun sidecar;
  sidecar.environment = helper.environment;
  CHECK(sidecar.model(server.url("files/private/")) == "published");
  helper.password = canary;
  CHECK_FALSE(helper.leaks());
  CHECK_FALSE(sidecar.leaks());
  CHECK_FALSE(std::filesystem::exists(trace));
}
