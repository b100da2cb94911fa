#include "sync/git/large_file_settings.h"

#include "sync/report/failure.h"
#include "sync/support/pointer.h"
#include "sync/support/repository_run.h"
#include "sync/support/sidecar.h"
#include "sync/support/ssh_server.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

// Where a repository's .lfsconfig may lead git-lfs.

using namespace content;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
namespace fs = std::filesystem;

namespace {

const std::string any_server =
    "the URL of a server; write one that begins with https:// or http://";

/// "" or what is wrong with a .lfsconfig.
std::string problem(const GitRemote& remote, const std::string& text,
                    const std::vector<std::string>& large_files = {"weights.bin"}) {
  const Folder tree;
  tree.write(".lfsconfig", text);
  const Git git(remote, GRADIENT_SYNC, {}, {});
  try {
    check_large_file_settings(git, tree / "", large_files);
    return "";
  } catch (const Failure& failure) {
    CHECK(failure.reason == "GitLfsFailed");
    CHECK(failure.kind == Failure::Kind::Permanent);
    CHECK_THAT(failure.what(), StartsWith(remote.url + ": "));
    return std::string(failure.what()).substr(remote.url.size() + 2);
  }
}

std::string problem(const std::string& text) {
  return problem({.url = "https://git.example/app.git"}, text);
}

/// A repository with a pointer, and a .lfsconfig.
struct WithPointer {
  explicit WithPointer(const std::string& settings) : served(server, "app.git") {
    served.commit(".gitattributes", "*.bin filter=lfs");
    served.commit("weights.bin", pointer(std::string(64, 'a'), 7));
    served.add_file(".lfsconfig", files.write("settings", settings).string());
  }
  /// How a helper ends for one of the server's repositories.
  static std::string sync(const ServedRepository& repository) {
    return publish_repository({.url = repository.url()});
  }

  Folder files;
  WebServer server;
  ServedRepository served;
};

}  // namespace

TEST_CASE("large files come from a server that .lfsconfig names") {
  for (const auto& url : {"https://lfs.example", "http://lfs.example:8080/a/b.git/info/lfs",
                          "https://jane@lfs.example/", "http://[::1]:80/lfs"}) {
    CHECK(problem("[lfs]\nurl = " + std::string(url)) == "");
    CHECK(problem("[lfs]\npushurl = " + std::string(url)) == "");
    CHECK(problem("[remote \"origin\"]\nlfsurl = " + std::string(url)) == "");
    CHECK(problem("[lfs \"" + std::string(url) + "\"]\naccess = basic\nlocksverify = false") == "");
  }
}

TEST_CASE("settings that lead nowhere may be in .lfsconfig, whether git-lfs takes them or not") {
  CHECK(problem("[lfs]\nfetchexclude = \"*.bin\"\nlocksverify = false\nstorage = /volume\n"
                "gitprotocol = https\n[lfs \"transfer\"]\nmaxretries = 3\n"
                "[lfs \"extension.case\"]\npriority = 0\nclean = rm -rf /\n") == "");
  CHECK(problem("") == "");
}

TEST_CASE("a .lfsconfig that names anything but a server is refused with the key") {
  for (const std::string url : {"/volume/app",
                                "../app",
                                "app",
                                ".",
                                "~/app",
                                "",
                                "file:///volume/app",
                                "file:/volume/app",
                                "FILE:///volume/app",
                                "File:///volume/app",
                                "HTTPS://lfs.example",
                                "https:",
                                "https:///app",
                                "https://",
                                "ext::sh -c id",
                                "http::/volume/app",
                                "git://lfs.example/app",
                                "ftp://lfs.example",
                                "ssh://git@lfs.example/app",
                                "ssh://git@git.example/app",
                                "git@git.example:app.git",
                                "git.example:app",
                                "git+ssh://git.example/app",
                                "https://lfs.example\\\\@/x y",
                                "https://-oProxyCommand=id/x"}) {
    INFO(url);
    CHECK(problem("[lfs]\nurl = " + url) == "lfs.url in .lfsconfig must be " + any_server);
    CHECK(problem("[LFS]\nPushUrl = " + url) == "lfs.pushurl in .lfsconfig must be " + any_server);
    for (const std::string name : {"url", "pushurl", "lfsurl", "lfspushurl"}) {
      CHECK(problem("[remote \"a.b\"]\n" + name + " = " + url) ==
            "remote.a.b." + name + " in .lfsconfig must be " + any_server);
    }
  }
  CHECK(problem("[lfs]\nurl = /volume/app\nurl = https://lfs.example") ==
        "lfs.url in .lfsconfig must be " + any_server);
}

TEST_CASE("no setting of .lfsconfig puts another address in a server's place") {
  CHECK(problem("[url \"/volume/\"]\ninsteadOf = https://") ==
        "url./volume/.insteadof in .lfsconfig must be for " + any_server);
  CHECK(problem("[url \"file:///volume/\"]\npushInsteadOf = https://") ==
        "url.file:///volume/.pushinsteadof in .lfsconfig must be for " + any_server);
  CHECK(problem("[lfs \"/volume/app\"]\naccess = none") ==
        "lfs./volume/app.access in .lfsconfig must be for " + any_server);
  CHECK(problem("[lfs]\ngitprotocol = file") ==
        "lfs.gitprotocol in .lfsconfig must be https or http");
  CHECK_THAT(problem("[url \"file://jane:canary-4711@h/\"]\ninsteadOf = https://"),
             StartsWith("url.*.insteadof in .lfsconfig must be") && !Contains("canary"));
}

TEST_CASE("what git-lfs would read as other settings than git is refused") {
  CHECK_THAT(problem("[include]\npath = /volume/settings"),
             StartsWith("include.path in .lfsconfig includes another file"));
  CHECK_THAT(problem("[includeIf \"gitdir:/\"]\npath = settings"),
             StartsWith("includeif.gitdir:/.path in .lfsconfig includes another file"));
  CHECK_THAT(problem("[lfs]\nfetchexclude = \"a\\nlfs.url=/volume/app\""),
             StartsWith("lfs.fetchexclude in .lfsconfig has a line's end"));
  CHECK_THAT(problem("[remote \"origin.lfsurl=/volume/app\"]\nx = y"),
             StartsWith("remote.origin.lfsurl=/volume/app.x in .lfsconfig has a line's end"));
  CHECK(problem("[lfs\nurl = https://lfs.example") ==
        ".lfsconfig is not what git reads as configuration; mend it");
}

TEST_CASE("a .lfsconfig is a plain file") {
  const auto plain =
      ".lfsconfig must be a plain file, and no symbolic link, folder or large file "
      "(LFS)";
  CHECK(problem({.url = "https://git.example/app.git"}, "", {".lfsconfig"}) == plain);
  const Folder tree;
  const Git git({.url = "https://git.example/app.git"}, GRADIENT_SYNC, {}, {});
  CHECK_NOTHROW(check_large_file_settings(git, tree / "", {"weights.bin"}));
  fs::create_symlink("none", tree / ".lfsconfig");
  CHECK_THROWS_WITH(check_large_file_settings(git, tree / "", {"weights.bin"}), Contains(plain));
  fs::remove(tree / ".lfsconfig");
  fs::create_directory(tree / ".lfsconfig");
  CHECK_THROWS_WITH(check_large_file_settings(git, tree / "", {"weights.bin"}), Contains(plain));
}

TEST_CASE("over ssh large files may come from the repository's own host over ssh, too") {
  const Folder files;
  make_key(files / "key");
  for (const auto* repository : {"git@git.example:app.git", "ssh://git@git.example:2222/app.git"}) {
    const GitRemote remote{.url = repository, .password_file = files / "key"};
    CHECK(problem(remote, "[lfs]\nurl = " + std::string(repository)) == "");
    CHECK(problem(remote, "[lfs]\nurl = https://lfs.example") == "");
    for (const std::string url : {"ssh://git@other.example/app.git", "git@other.example:app.git",
                                  "ssh://git@git.example:2200/app.git", "/volume/app"}) {
      CHECK(problem(remote, "[lfs]\nurl = " + url) ==
            "lfs.url in .lfsconfig must be " + any_server +
                ", or the ssh:// URL or USER@HOST:PATH of the repository's own host");
    }
  }
}

TEST_CASE("a repository, a submodule and a model do not go where .lfsconfig must not lead") {
  const Folder app;
  shell("git init --quiet " + (app / "other").string());
  const WithPointer with("[lfs]\nurl = " + (app / "other").string() + "\n");
  const auto told = "lfs.url in .lfsconfig must be " + any_server;
  CHECK(with.sync(with.served) == "GitLfsFailed: " + with.served.url() + ": " + told);
  const ServedRepository outer(with.server, "outer.git");
  outer.commit("file", "text");
  outer.add_submodule("lib", with.served.url(), with.served.git("rev-parse main"));
  CHECK(with.sync(outer) == "GitLfsFailed: submodule lib: " + with.served.url() + ": " + told);
  CHECK(Sidecar({.url = "git+" + with.served.url()}, app / "model").end() ==
        "GitLfsFailed: " + with.served.url() + ": " + told);
}

TEST_CASE("what counts of .lfsconfig is how it is checked out") {
  // In UTF-16 these are "\n[lfs]\nurl=/etc\n", in UTF-8 one word.
  WithPointer with("\u0a5b\u6c66\u735d\u0a75\u726c\u3d2f\u6574\u630a");
  with.served.commit(".gitattributes",
                     "*.bin filter=lfs\\n.lfsconfig working-tree-encoding=UTF-16BE");
  CHECK(with.sync(with.served) ==
        "GitLfsFailed: " + with.served.url() + ": lfs.url in .lfsconfig must be " + any_server);
}

TEST_CASE("a server that .lfsconfig names is asked for the large files") {
  WithPointer with("");
  with.served.add_file(
      ".lfsconfig",
      with.files.write("settings", "[lfs]\nurl = " + with.server.url("cgi/lfs")).string());
  with.server.folder().write_script("cgi/lfs", "printf 'Status: 404\\r\\n\\r\\n'\n");
  CHECK_THAT(with.sync(with.served), StartsWith("GitLfsFailed: "));
  CHECK_THAT(with.server.log(), Contains("POST /cgi/lfs/objects/batch"));
}

TEST_CASE("what the server says of large files is told, and what no other try can mend is final") {
  struct Answer {
    const char* status;
    const char* body;
    const char* told;
  };
  const auto answer = GENERATE(values<Answer>(
      {{"403", R"({"message":"Accept the licence first."})",
        "GitLfsFailed: URL: the server of its large files (LFS), such as weights.bin, refuses to "
        "give them, and says \"Accept the licence first\"; accept the licence or give a token that "
        "may read it, if it is that"},
       {"403", "",
        "GitAccessDenied: URL: the server of its large files (LFS), such as weights.bin, denies "
        "access; accept the licence or give a token that may read it"},
       {"200", R"({"objects":[{"oid":"OID","size":7,"error":{"code":404,"message":"Gone"}}]})",
        "GitLfsFailed: URL: the server lacks weights.bin, a large file (LFS), and says "
        "\"Gone\"; push it again"}}));
  WithPointer with("");
  with.served.add_file(
      ".lfsconfig",
      with.files.write("settings", "[lfs]\nurl = " + with.server.url("cgi/lfs")).string());
  std::string body = answer.body;
  if (const auto at = body.find("OID"); at != std::string::npos)
    body.replace(at, 3, std::string(64, 'a'));
  with.server.folder().write_script(
      "cgi/lfs", "printf 'Status: " + std::string(answer.status) +
                     "\\r\\nContent-Type: " + (body.empty() ? "text/plain" : "application/json") +
                     "\\r\\n\\r\\n%s' '" + body + "'\n");
  auto told = std::string(answer.told);
  told.replace(told.find("URL"), 3, with.served.url());
  CHECK(with.sync(with.served) == told);
}

TEST_CASE("a server that .lfsconfig names and that wants credentials is told as what it is") {
  const WebServer other;
  other.folder().write_script("cgi/lfs", after_login(""));
  const auto origin = "http://localhost:" + std::to_string(other.port());
  WithPointer with("[lfs]\nurl = " + origin + "/cgi/lfs\n");
  const Folder secret;
  GitRemote remote{.url = with.served.url()};
  SECTION("without credentials") {}
  SECTION("with those of the repository") {
    remote.username = "jane";
    remote.password_file = secret.write("password", canary);
  }
  CHECK(publish_repository(remote) ==
        "GitAuthenticationFailed: " + remote.url + ": " + origin +
            ", which .lfsconfig names as the server of its large files (LFS), asks for "
            "credentials, and those of the repository are sent to its own host alone; let that "
            "server give the files without credentials, or have the repository's host serve them "
            "and remove the URL from .lfsconfig; a GradientDeployment can give a credential for "
            "that server in repositories.credentials");
  CHECK_THAT(other.full_log(), Contains("/cgi/lfs/objects/batch") && !Contains("Authorization"));
}

TEST_CASE("an LFS server of the repository's host that refuses the credentials is asked once") {
  WithPointer with("");
  with.server.folder().write_script(
      "cgi/lfs", "printf 'Status: 401\\r\\nWWW-Authenticate: Basic realm=lfs\\r\\n\\r\\n'\n");
  with.served.add_file(
      ".lfsconfig",
      with.files.write("settings", "[lfs]\nurl = " + with.server.url("cgi/lfs")).string());
  const Folder secret;
  const GitRemote remote{.url = with.served.url(),
                         .username = "jane",
                         .password_file = secret.write("password", canary)};
  CHECK(publish_repository(remote) == "GitAuthenticationFailed: " + remote.url +
                                          ": the server of its large files (LFS) refuses the "
                                          "credentials; accept the licence or give a token that "
                                          "may read it");
  const auto log = with.server.full_log();
  const auto first = log.find("Authorization: Basic ");
  CHECK(first != std::string::npos);
  CHECK(log.find("Authorization: Basic ", first + 1) == std::string::npos);
}
