#include "base/hash.h"
#include "support/skip.h"
#include "sync/support/helper_run.h"
#include "sync/support/pointer.h"
#include "sync/support/registry.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

// Of the addresses that a pod has itself, 127.0.0.1 is named by the spec here, and 127.0.0.2 by
// what is fetched.

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

struct Hosts {
  WebServer server;
  WebServer other{0, "", "127.0.0.2"};
  HelperRun helper;

  /// Another way to write the address of the other server.
  std::string url_of_other(const std::string& host, const std::string& path) const {
    return "http://" + host + ":" + std::to_string(other.port()) + "/" + path;
  }
  /// What /cgi/NAME/PATH is redirected to: URL/PATH.
  void redirect(const std::string& name, const std::string& url) const {
    server.folder().write_script("cgi/" + name,
                                 "printf 'Status: 307\\r\\nLocation: %s%s%s\\r\\n\\r\\n' '" + url +
                                     "' \"$PATH_INFO\" \"${QUERY_STRING:+?$QUERY_STRING}\"\n");
  }
  /// It was not even connected to, and at the first time.
  void check_refused(const std::string& end, const std::string& place = "127.0.0.2") {
    CHECK_THAT(end, StartsWith("LocalAddressRefused: ") &&
                        Contains("the server leads to " + place) &&
                        Contains("sync.allowLocalAddresses"));
    CHECK(other.log().empty());
    CHECK(helper.retries() == 0);
  }
};

std::string batch(const std::string& content, const std::string& href) {
  return "printf 'Content-Type: application/vnd.git-lfs+json\\r\\n\\r\\n%s' "
         R"('{"transfer":"basic","objects":[{"oid":")" +
         base::sha256_hex(content) + R"(","size":)" + std::to_string(content.size()) +
         R"(,"authenticated":true,"actions":{"download":{"href":")" + href + "\"}}}]}'\n";
}

/// With a large file that the server of .lfsconfig is asked for.
ServedRepository with_large_file(const WebServer& server, const std::string& content,
                                 const std::string& lfs_url) {
  ServedRepository repository(server, "app.git");
  repository.commit(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text");
  repository.commit("weights.bin", pointer(base::sha256_hex(content), content.size()));
  repository.commit(".lfsconfig", "[lfs]\\n\\turl = " + lfs_url);
  return repository;
}

}  // namespace

TEST_CASE("a repository is not redirected to an address that only the pod has") {
  Hosts hosts;
  ServedRepository(hosts.other, "app.git").commit("file", "text");
  const auto host = GENERATE("127.0.0.2", "2130706434", "0x7f.2", "0177.0.0.2", "127.2",
                             "[::ffff:127.0.0.2]", "[::ffff:7f00:2]");
  hosts.redirect("app.git", hosts.url_of_other(host, "git/app.git"));
  SECTION("unless that is allowed") {
    CHECK(hosts.helper.repository(hosts.server.url("cgi/app.git"), {"--allow-local-addresses"}) ==
          "published");
  }
  SECTION("by the spec's own host") {
    hosts.check_refused(hosts.helper.repository(hosts.server.url("cgi/app.git")), "");
  }
  SECTION("nor is a model from git") {
    hosts.check_refused(hosts.helper.model("git+" + hosts.server.url("cgi/app.git")), "");
  }
}

TEST_CASE("no name leads to an address that only the pod has") {
  if (!may_mount()) return support::skip("this user may mount nothing");
  Hosts hosts;
  const Folder folder;
  const auto names = folder.write("hosts", "127.0.0.1 git.example\n127.0.0.2 other.example\n");
  hosts.helper.mount = "mount --bind " + names.string() + " /etc/hosts";
  ServedRepository(hosts.other, "app.git").commit("file", "text");
  hosts.redirect("app.git", hosts.url_of_other("other.example", "git/app.git"));
  const auto path = ":" + std::to_string(hosts.server.port()) + "/cgi/app.git";
  hosts.check_refused(hosts.helper.repository("http://git.example" + path),
                      "other.example (127.0.0.2)");
}

TEST_CASE("the address that a name of the hosts file has is what the spec names by it") {
  const WebServer server;
  ServedRepository(server, "app.git").commit("file", "text");
  const auto url = "http://localhost:" + std::to_string(server.port()) + "/git/app.git";
  CHECK(HelperRun().repository(url) == "published");
}

TEST_CASE("a submodule is not fetched from an address that only the pod has") {
  Hosts hosts;
  const ServedRepository library(hosts.other, "lib.git");
  const auto commit = library.commit("file", "text");
  const ServedRepository repository(hosts.server, "app.git");
  repository.commit("file", "text");
  repository.add_submodule("lib", library.url(), commit);
  SECTION("which the spec does not name") {
    CHECK_THAT(hosts.helper.repository(repository.url()),
               StartsWith("LocalAddressRefused: submodule lib: " + library.url() +
                          ": its host 127.0.0.2 is an address of the pod itself or of its node"));
    CHECK(hosts.other.log().empty());
    CHECK(hosts.helper.retries() == 0);
  }
  SECTION("unless a credential is for it") {
    const Folder secret;
    const auto file = secret.write("password", canary);
    CHECK(hosts.helper.repository(repository.url(),
                                  {R"(--credential={"url":")" + hosts.other.url("git") +
                                   R"(","file":")" + file.string() + "\"}"}) == "published");
  }
}

TEST_CASE("large files of git are not asked for at an address that only the pod has") {
  Hosts hosts;
  auto& [server, other, helper] = hosts;
  const std::string content = "large content";
  other.folder().write("files/content", content);
  SECTION("that .lfsconfig names") {
    const auto repository = with_large_file(server, content, other.url("cgi/large"));
    hosts.check_refused(helper.repository(repository.url()));
  }
  SECTION("that the server of .lfsconfig redirects to") {
    hosts.redirect("large", other.url("cgi/large"));
    const auto repository = with_large_file(server, content, server.url("cgi/large"));
    hosts.check_refused(helper.repository(repository.url()));
  }
  SECTION("that its answer names") {
    server.folder().write_script("cgi/large", batch(content, other.url("files/content")));
    const auto repository = with_large_file(server, content, server.url("cgi/large"));
    hosts.check_refused(helper.repository(repository.url()));
  }
  SECTION("that the place of its answer redirects to") {
    hosts.redirect("store", other.url("files/content"));
    server.folder().write_script("cgi/large", batch(content, server.url("cgi/store")));
    const auto repository = with_large_file(server, content, server.url("cgi/large"));
    hosts.check_refused(helper.repository(repository.url()));
  }
  SECTION("unless that is allowed") {
    server.folder().write_script("cgi/large", batch(content, other.url("files/content")));
    const auto repository = with_large_file(server, content, server.url("cgi/large"));
    CHECK(helper.repository(repository.url(), {"--allow-local-addresses"}) == "published");
  }
}

TEST_CASE("a model of the web is not redirected to an address that only the pod has") {
  Hosts hosts;
  hosts.helper.password = "";
  hosts.other.folder().write("files/llm/weights.bin", "w");
  hosts.redirect("llm", hosts.other.url("files/llm"));
  const auto path = GENERATE("cgi/llm/weights.bin", "cgi/llm/");
  SECTION("unless that is allowed") {
    CHECK(hosts.helper.model(hosts.server.url(path), {"--allow-local-addresses"}) == "published");
  }
  SECTION("by the spec's own host") {
    hosts.check_refused(hosts.helper.model(hosts.server.url(path)));
  }
}

TEST_CASE("a file that a listing has is not redirected to an address that only the pod has") {
  Hosts hosts;
  hosts.helper.password = "";
  hosts.server.folder().write_script(
      "cgi/llm",
      "case \"$PATH_INFO\" in /) printf 'Content-Type: text/html\\r\\n\\r\\n<a "
      "href=\"weights.bin\">weights.bin</a>'; exit;; esac\n"
      "printf 'Status: 307\\r\\nLocation: " +
          hosts.other.url("files/llm") + "%s\\r\\n\\r\\n' \"$PATH_INFO\"\n");
  hosts.other.folder().write("files/llm/weights.bin", "w");
  hosts.check_refused(hosts.helper.model(hosts.server.url("cgi/llm/")));
}

TEST_CASE("an S3 endpoint does not redirect to an address that only the pod has") {
  Hosts hosts;
  hosts.redirect("models", hosts.other.url("files/models"));
  hosts.check_refused(hosts.helper.model("s3://models/llm",
                                         {"--endpoint", hosts.server.url("cgi"), "--path-style"}));
}

TEST_CASE("a registry does not keep its layers at an address that only the pod has") {
  Hosts hosts;
  hosts.helper.password = "";
  hosts.other.folder().write("files/layer", "content");
  const auto url =
      serve_artifact(hosts.server, "content",
                     "case \"$REQUEST_URI\" in */blobs/*) printf 'Status: 307\\r\\nLocation: " +
                         hosts.other.url("files/layer") + "\\r\\n\\r\\n'; exit;; esac\n");
  SECTION("unless that is allowed") {
    CHECK(hosts.helper.model(url, {"--allow-local-addresses"}) == "published");
  }
  SECTION("by itself") {
    hosts.check_refused(hosts.helper.model(url));
  }
}
