#include "sync/rclone/name_filter.h"
#include "sync/support/helper_run.h"
#include "sync/support/odd_bucket.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

// Nothing of a source is left out in silence: what cannot be a file of a folder is refused by its
// name, or left out because the spec says so.

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

std::string published_files(const HelperRun& helper) {
  return shell("cd " + (helper.folder() / "volume/..data").string() +
               "/ && find . -type f ! -name '..*' | sort | tr '\n' ' '");
}

std::string end(HelperRun& helper, const OddBucket& bucket, const std::string& url,
                std::vector<std::string> more = {}) {
  helper.password = "";  // anonymous
  more.insert(more.end(), {"--endpoint", bucket.endpoint(), "--path-style"});
  return helper.model(url, more);
}

}  // namespace

TEST_CASE("a key that cannot be a file is refused by its name, also where rclone goes by folders") {
  struct Case {
    std::string key, shown, pattern;
  };
  const auto odd = GENERATE(
      Case{"m//b.bin", "/b.bin", "//b.bin"}, Case{"m/x//y.bin", "x//y.bin", "x//**"},
      Case{"m/../b", "\uff0e\uff0e/b", "\uff0e\uff0e/**"}, Case{"m/x/./c", "x/\uff0e/c", "c"},
      Case{"m/" + std::string(256, 'l'), std::string(200, 'l'), "lll*"});
  const OddBucket bucket({"m/a.bin", "m/x/a.bin", odd.key});
  const auto is_refused =
      StartsWith("ModelSourceRefused: the source has \"" + odd.shown + "\", ") &&
      Contains("; rename it, or leave it out by source.exclude");
  HelperRun helper;
  for (const auto& more : {std::vector<std::string>{}, {"--exclude", "old/"}}) {
    CHECK_THAT(end(helper, bucket, "s3://models/m", more),
               StartsWith("ModelSourceRefused: the source has \"" + odd.shown) &&
                   Contains("; rename it, or leave it out by source.exclude"));
  }
  CHECK(helper.retries() == 0);
  CHECK(end(helper, bucket, "s3://models/m", {"--exclude", odd.pattern}) == "published");
  CHECK(published_files(helper) == "./a.bin ./x/a.bin ");
}

TEST_CASE("a key that begins with a slash is refused, and is not in the folder of its name") {
  const OddBucket bucket({"/m/c.bin", "m/a.bin"});
  HelperRun helper;
  CHECK_THAT(end(helper, bucket, "s3://models"),
             StartsWith("ModelSourceRefused: the source has \"/m/c.bin\", "));
  CHECK(end(helper, bucket, "s3://models/m") == "published");
  CHECK(published_files(helper) == "./a.bin ");
}

TEST_CASE("an object and a folder of one name cannot both be files") {
  const OddBucket bucket({"m/a", "m/a/b", "n", "n/x", "o", "o.bin", "o-hf/x"});
  HelperRun helper;
  CHECK_THAT(end(helper, bucket, "s3://models/m"),
             StartsWith("ModelSourceRefused: the source has \"a\", which is a file and, for "
                        "\"a/b\", a folder; "));
  CHECK(helper.retries() == 0);
  CHECK_THAT(end(helper, bucket, "s3://models/n"),
             StartsWith("ModelSourceRefused: s3://models/n: is an object and a folder, ") &&
                 Contains("end the URL with a slash for the folder"));
  CHECK(end(helper, bucket, "s3://models/m", {"--exclude", "/a"}) == "published");
  CHECK(published_files(helper) == "./a/b ");
  HelperRun slash;
  CHECK(end(slash, bucket, "s3://models/n/") == "published");
  CHECK(published_files(slash) == "./x ");
  HelperRun alone;
  CHECK(end(alone, bucket, "s3://models/o") == "published");
  CHECK(published_files(alone) == "./o ");
}

TEST_CASE("a link of a listing that is refused is no file that may be missing") {
  const WebServer server;
  server.folder().write_script(
      "cgi/llm",
      "case $REQUEST_METHOD$PATH_INFO in\n"
      "GET/) printf 'Content-Type: text/html\\r\\n\\r\\n"
      "<a href=a>a</a><a href=secret>secret</a><a href=gone>gone</a>' ;;\n"
      "*/secret) printf 'Status: 403\\r\\n\\r\\n' ;;\n"
      "*/gone) printf 'Status: 404\\r\\n\\r\\n' ;;\n"
      "*) printf 'Content-Type: application/octet-stream\\r\\nContent-Length: 1\\r\\n\\r\\n'\n"
      "[ $REQUEST_METHOD = HEAD ] || printf w ;;\n"
      "esac\n");
  HelperRun helper;
  const auto url = server.url("cgi/llm/");
  CHECK_THAT(helper.model(url), StartsWith("ModelAccessDenied: " + url + "secret: ") &&
                                    Contains("; source.exclude can leave the file out"));
  CHECK(helper.model(url, {"--exclude", "secret"}) == "published");
  CHECK(published_files(helper) == "./a ");
  CHECK(shell("grep -c '\"event\":\"left-out\".*lead to no file: .*gone' " +
              helper.log().string()) == "1");
}

TEST_CASE("a link that may be a file and is not followed is refused by its name") {
  const WebServer server;
  server.folder().write_script(
      "cgi/llm",
      "html() { printf 'Content-Type: text/html\\r\\n\\r\\n'; }\n"
      "case $REQUEST_METHOD$PATH_INFO in\n"
      "GET/) html; cat " +
          (server.folder() / "links").string() +
          " ;;\n"
          "GET/sub/) html; printf '<a href=c>c</a>' ;;\n"
          "*/a|*/b|*/sub/c) printf 'Content-Type: application/octet-stream\\r\\n"
          "Content-Length: 1\\r\\n\\r\\n'\n"
          "[ $REQUEST_METHOD = HEAD ] || printf w ;;\n"
          "*) printf 'Status: 404\\r\\n\\r\\n' ;;\n"
          "esac\n");
  const auto page = [&](const std::string& links) {
    server.folder().write("links", "<a href=a>a</a>" + links);
  };
  const auto url = server.url("cgi/llm/");
  HelperRun helper;
  const auto refused = [&](const std::string& file, const std::string& why) {
    return "ModelSourceRefused: " + url + ": the listing has \"" + file +
           "\", which is not fetched: " + why +
           "; have the server link it by its plain address, or leave it out by source.exclude";
  };
  page("<a href=\"b?download=" + std::string(canary) + "\">b</a>");
  CHECK(helper.model(url) == refused("b", "its link has a query"));
  CHECK(helper.model(url, {"--exclude", "b"}) == "published");
  CHECK(published_files(helper) == "./a ");
  page("<a href=\"sub/c\">c</a>");
  HelperRun second;
  CHECK(second.model(url) == refused("sub/c", "its folder has no link"));
  // The orders of a listing, another form of a file that is there, and what leads elsewhere.
  page(
      "<a href=\"?C=N;O=D\">Name</a><a href=\"./?C=S\">Size</a><a href=\"a?download\">a</a>"
      "<a href=\"sub/\">sub</a><a href=\"sub/c\">c</a><a href=\"../?x\">up</a>"
      "<a href=\"http://other.example.com/b?x\">b</a>");
  HelperRun third;
  CHECK(third.model(url) == "published");
  CHECK(published_files(third) == "./a ./sub/c ");
  CHECK_FALSE(helper.leaks());
}

TEST_CASE("patterns let names through as rclone does files") {
  const content::Source source{
      .url = "s3://models", .include = {"*.bin", "/a.txt"}, .exclude = {"old/"}};
  CHECK(content::let_through(source,
                             {"a.bin", "sub/b.bin", "sub/a.txt", "a.txt", "old/c.bin",
                              "sub/old/d/c.bin", "sub/\n\"b.bin"},
                             {}) ==
        std::vector<std::string>{"a.bin", "sub/b.bin", "a.txt", "sub/\n\"b.bin"});
}
