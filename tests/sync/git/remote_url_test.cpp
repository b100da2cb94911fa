#include "sync/git/remote_url.h"

#include "sync/git/submodule_url.h"
#include "sync/report/failure.h"

#include <catch2/catch.hpp>

using namespace content;
using Urls = std::vector<std::string>;

namespace {

/// "SCHEME USER HOST PORT PATH", or "none".
std::string parts(const std::string& text) {
  const auto url = read_remote_url(text);
  if (!url) return "none";
  const auto or_dash = [](const std::string& part) { return part.empty() ? "-" : part; };
  return url->scheme + " " + or_dash(url->user) + (url->has_password ? ":*" : "") + " " +
         url->host + " " + or_dash(url->port) + " " + or_dash(url->path);
}

/// Where a submodule is looked for below repositories at `known`.
Urls places(const Urls& known, const std::string& url) {
  KnownRemotes remotes;
  for (const auto& text : known)
    remotes.push_back(read_remote_url(text).value());
  return submodule_urls(remotes, "lib", url, false);
}

std::string refusal(const std::string& url) {
  try {
    return places({"https://git.example/o/app.git"}, url).front();
  } catch (const Failure& failure) {
    CHECK(failure.reason == "GitSubmoduleRefused");
    return failure.what();
  }
}

}  // namespace

TEST_CASE("a URL of a remote is read as git reads it") {
  CHECK(parts("https://git.example/o/r.git") == "https - git.example - /o/r.git");
  CHECK(parts("HTTPS://owner@Git.Example:443/o/R.git") == "https owner git.example - /o/R.git");
  CHECK(parts("http://jane:word@[::1]:8080/r") == "http jane:* [::1] 8080 /r");
  CHECK(parts("ssh://git@git.example:2222/o/r") == "ssh git git.example 2222 /o/r");
  CHECK(parts("SSH://git.example:22/o/r") == "ssh - git.example - /o/r");
  CHECK(parts("git@GitHub.com:o/r.git") == "ssh git github.com - o/r.git");
  CHECK(parts("git@git.example:/srv/r.git") == "ssh git git.example - /srv/r.git");
  CHECK(parts("git://git.example/r") == "git - git.example - /r");
}

TEST_CASE("what is no URL of a server, or could be an option of ssh, is none of a remote") {
  for (const auto* text : {"",
                           "/srv/r.git",
                           "../r",
                           "file:///srv/r",
                           "ext::sh -c id",
                           "http::/srv/r",
                           "https:///r",
                           "https://",
                           "https://-x/r",
                           "https://good\\@evil/r",
                           "https://h:8o/r",
                           "https://a b/r",
                           "host:path",
                           "C:/r",
                           "git@-oProxyCommand=id:r",
                           "-x@h:r",
                           "git@h:-r",
                           "git@h:",
                           "ssh://-x@h/r",
                           "ssh://-x/r",
                           "ssh://h/",
                           "ssh://h",
                           "git@h:a\nb",
                           "https://h/a\tb"}) {
    INFO(text);
    CHECK(parts(text) == "none");
  }
  CHECK(parts("https://" + std::string(5000, 'a')) == "none");
}

TEST_CASE("a submodule on the repository's host is fetched as the repository is") {
  const Urls web = {"https://git.example:8443/o/app.git"};
  const Urls lib = {"https://git.example:8443/o/lib.git"};
  for (const auto* url : {"git@git.example:o/lib.git", "git@Git.Example:/o/lib.git",
                          "ssh://git@git.example:2222/o/lib.git", "SSH://git.example/o/lib.git",
                          "git://git.example/o/lib.git", "https://owner@GIT.example:8443/o/lib.git",
                          "HTTPS://git.example:8443/o/lib.git"}) {
    INFO(url);
    CHECK(places(web, url) == lib);
  }
  CHECK(places({"https://github.com/o/app"}, "http://GitHub.com:80/o/lib") ==
        Urls{"https://github.com/o/lib"});
  CHECK(places({"https://github.com/o/app"}, "ssh://git@ssh.github.com:443/o/lib") ==
        Urls{"https://github.com/o/lib"});
  CHECK(places({"https://git.example/o/app"}, "git@git.example:o/a b#c") ==
        Urls{"https://git.example/o/a%20b%23c"});
}

TEST_CASE("below a repository of ssh its own server is asked, then a URL of https as it is") {
  const Urls ours = {"ssh://git@ssh.github.com:443/o/app.git"};
  CHECK(places(ours, "git@GitHub.com:o/lib.git") == Urls{"ssh://git@ssh.github.com:443/o/lib.git"});
  CHECK(places(ours, "https://owner@github.com/o/lib.git") ==
        Urls{"ssh://git@ssh.github.com:443/o/lib.git", "https://github.com/o/lib.git"});
  const Urls in_short = {"git@git.example:o/app.git"};
  CHECK(places(in_short, "ssh://jane@Git.example:2222/o/lib.git") ==
        Urls{"git@git.example:o/lib.git"});
  CHECK(places(in_short, "ssh://jane@git.example:22/~/lib") ==
        Urls{"ssh://jane@git.example/~/lib"});
  CHECK(places({"git@git.example:/srv/app.git"}, "https://git.example/srv/lib.git").front() ==
        "git@git.example:/srv/lib.git");
}

TEST_CASE("another server of the web stays one, also on the repository's host") {
  CHECK(places({"https://git.example/o/app"}, "https://git.example:8443/o/lib") ==
        Urls{"https://git.example:8443/o/lib"});
  CHECK(places({"http://git.example/o/app"}, "https://git.example/o/lib") ==
        Urls{"https://git.example/o/lib"});
  CHECK(places({"https://git.example/o/app"}, "https://jane@other.example/lib") ==
        Urls{"https://other.example/lib"});
}

TEST_CASE("a credential for another host says how that is spoken to") {
  CHECK(places({"git@git.example:o/app.git", "https://other.example/team"},
               "git@other.example:team/lib.git") == Urls{"https://other.example/team/lib.git"});
  CHECK(places({"git@git.example:o/app.git", "https://git.example"},
               "https://git.example/o/lib.git") == Urls{"https://git.example/o/lib.git"});
}

TEST_CASE("a submodule that cannot be fetched is refused with the line to change") {
  const std::string line = "submodule.lib.url in .gitmodules ";
  const std::string remedy =
      ", and there is no private key for that host; write https://other.example/o/lib.git; where "
      "that is private, a GradientDeployment can give a credential for the host in "
      "repositories.credentials";
  CHECK(refusal("git@other.example:o/lib.git") == line + "is over ssh on other.example" + remedy);
  CHECK(refusal("ssh://git@other.example:2222/o/lib.git") ==
        line + "is over ssh on other.example" + remedy);
  CHECK(refusal("https://jane:canary@git.example/lib") ==
        line + "has a password in it; take that out of use, and write https://git.example/lib");
  CHECK(refusal("git://other.example/lib") ==
        line +
            "is one of git://, which sync.allowGitProtocol of the operator's configuration does "
            "not allow; write https://other.example/lib");
  for (const auto* url : {"/srv/lib", "file:///srv/lib", "ext::sh -c id"}) {
    CHECK(refusal(url) == line +
                              "is no URL of a server; write one that begins with https://, http:// "
                              "or ssh://, or USER@HOST:PATH");
  }
}

TEST_CASE("messages have neither the query nor the user of a URL, which may be tokens") {
  CHECK(for_messages("https://h/a.git?token=canary") == "https://h/a.git");
  CHECK(for_messages("https://canary@h:1/a@b.git") == "https://h:1/a@b.git");
  CHECK(for_messages("https://u:canary@h") == "https://h");
  CHECK(for_messages("git@h:a.git") == "git@h:a.git");
  CHECK(for_messages("ssh://git@h/a.git") == "ssh://git@h/a.git");
}
