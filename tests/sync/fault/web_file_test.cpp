#include "base/files.h"
#include "sync/support/helper_run.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

// Files of web servers that are not as those of a plain one: behind a signed URL, without an answer
// to HEAD, compressed on the way.

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

/// A script that gives "weights", also a part of it.
constexpr const char* weights = R"(
printf 'Content-Type: application/octet-stream\r\n'
case $HTTP_RANGE in
bytes=0-0) printf 'Status: 206\r\nContent-Range: bytes 0-0/7\r\nContent-Length: 1\r\n\r\nw' ;;
*) printf 'Content-Length: 7\r\n\r\n'; [ $REQUEST_METHOD = HEAD ] || printf weights ;;
esac
)";

std::string refuse(int status) {
  return "printf 'Status: " + std::to_string(status) + "\\r\\n\\r\\n'; exit;";
}

std::string content_of(const HelperRun& helper, const std::string& file) {
  return base::read_file(helper.folder() / ("volume/..data/" + file));
}

struct Anonymous : HelperRun {
  Anonymous() { password = ""; }
};

}  // namespace

TEST_CASE("a signed URL of a Secret is asked for by GET, and is nowhere in what is left") {
  const WebServer server;
  const WebServer store;
  // As S3's: the signature is for GET alone, and the query that another host is sent is its own.
  server.folder().write_script(
      "cgi/signed",
      "[ \"$REQUEST_METHOD?$QUERY_STRING\" = 'GET?X-Amz-Signature=canary-4711&b=%2F' ] || { " +
          refuse(403) + "}\nprintf 'Status: 302\\r\\nLocation: http://localhost:" +
          std::to_string(store.port()) + "/cgi/store/w?own=1\\r\\n\\r\\n'\n");
  store.folder().write_script("cgi/store", weights);
  const auto url = server.url("cgi/signed/my%20model.bin");
  const Folder secret;
  secret.write("signedUrl", url + "?X-Amz-Signature=canary-4711&b=%2F\n");
  Anonymous helper;
  CHECK(helper.model(url, {"--credentials-dir", (secret / "").string()}) == "published");
  CHECK(content_of(helper, "my model.bin") == "weights");
  CHECK_THAT(store.full_log(), Contains("GET /cgi/store/w?own=1") && !Contains("canary-4711"));
  server.folder().write_script("cgi/signed", refuse(403));
  Anonymous expired;
  CHECK_THAT(expired.model(url, {"--credentials-dir", (secret / "").string()}),
             StartsWith("ModelAccessDenied: " + url + ": "));
  for (const auto* run : {&helper, &expired})
    CHECK(shell("grep -rl canary-4711 " + (run->folder() / "").string() + " || true").empty());
}

TEST_CASE("a signed URL is for source.url") {
  const Folder secret;
  secret.write("signedUrl", "https://files.example.com/other.bin?sig=canary-4711");
  Anonymous helper;
  CHECK(helper.model("https://files.example.com/weights.bin",
                     {"--credentials-dir", (secret / "").string()}) ==
        "ModelSourceRefused: the Secret's signedUrl is not source.url with a query; write the part "
        "before its '?' into source.url");
}

TEST_CASE("where HEAD is refused, GET decides") {
  const WebServer server;
  const auto status = GENERATE(403, 405, 501);
  server.folder().write_script(
      "cgi/llm", "[ $REQUEST_METHOD = GET ] || { " + refuse(status) + " }\n" + weights);
  server.folder().write_script("cgi/none", refuse(403));
  Anonymous helper;
  CHECK_THAT(helper.model(server.url("cgi/none/w.bin")), StartsWith("ModelAccessDenied: "));
  CHECK(helper.model(server.url("cgi/llm/w.bin")) == "published");
  CHECK(content_of(helper, "w.bin") == "weights");
  CHECK(helper.retries() == 0);
}

TEST_CASE("a redirection to nothing is told as that, whatever page comes with it") {
  const WebServer server;
  const std::string page = "Content-Type: text/html\\r\\n\\r\\n<html>no such file</html>'\n";
  server.folder().write_script("cgi/moved",
                               "printf 'Status: 302\\r\\nLocation: /cgi/gone/w\\r\\n\\r\\n'\n");
  server.folder().write_script("cgi/gone", "printf 'Status: 404\\r\\n" + page);
  server.folder().write_script("cgi/signed", "[ $REQUEST_METHOD = GET ] || { " + refuse(403) +
                                                 " }\nprintf 'Status: 404\\r\\n" + page);
  server.folder().write_script("cgi/login", "printf '" + page);
  Anonymous helper;
  for (const auto* path : {"cgi/moved/w.bin", "cgi/signed/w.bin", "cgi/gone/w.bin"}) {
    const auto url = server.url(path);
    CHECK(helper.model(url) ==
          "ModelSourceMissing: " + url + ": there is nothing at this address; check source.url");
  }
  CHECK_THAT(helper.model(server.url("cgi/login/w.bin")),
             StartsWith("UnexpectedAnswer: ") && Contains("such as a login form"));
}

TEST_CASE("where HEAD is redirected to nothing, GET decides, too") {
  const WebServer server;
  server.folder().write_script("cgi/llm",
                               "[ $REQUEST_METHOD = GET ] || { printf 'Status: 302\\r\\n"
                               "Location: /cgi/gone/w\\r\\n\\r\\n'; exit; }\n" +
                                   std::string(weights));
  server.folder().write_script("cgi/gone", refuse(404));
  Anonymous helper;
  CHECK(helper.model(server.url("cgi/llm/w.bin")) == "published");
  CHECK(content_of(helper, "w.bin") == "weights");
}

TEST_CASE("a file that comes compressed is as the server has it") {
  const WebServer server;
  const auto answers = GENERATE("always", "where it is asked to");
  INFO("compressed " << answers);
  server.folder().write("packed", "{\"a\": 1}");
  server.folder().write_script(
      "cgi/llm",
      "cd $(dirname $0)/..\n"
      "if [ $REQUEST_METHOD$PATH_INFO = GET/ ]; then printf 'Content-Type: text/html\\r\\n\\r\\n"
      "<a href=config.json>config</a>'; exit; fi\n"
      "file=packed; printf 'Content-Type: application/json\\r\\n'\n" +
          std::string(
              answers == std::string("always") ? "" : "case $HTTP_ACCEPT_ENCODING in *gzip*)\n") +
          "gzip -nkf packed; file=packed.gz; printf 'Content-Encoding: gzip\\r\\n'\n" +
          (answers == std::string("always") ? "" : ";; esac\n") +
          "printf \"Content-Length: $(stat -c %s $file)\\r\\n\\r\\n\"\n"
          "[ $REQUEST_METHOD = HEAD ] || cat $file\n");
  for (const auto* file : {"config.json", ""}) {
    Anonymous helper;
    CHECK(helper.model(server.url(std::string("cgi/llm/") + file)) == "published");
    CHECK(content_of(helper, "config.json") == "{\"a\": 1}");
  }
}

TEST_CASE("an answer that is no listing, and a login without credentials, are told as such") {
  const WebServer server;
  server.folder().write_script("cgi/text", "printf 'Content-Type: text/plain\\r\\n\\r\\nhello'\n");
  server.folder().write("files/private/a", "w");
  Anonymous helper;
  CHECK_THAT(helper.model(server.url("cgi/text/")),
             StartsWith("UnexpectedAnswer: ") && Contains("is no listing"));
  CHECK(helper.model(server.url("files/private/a")) ==
        "ModelAuthenticationFailed: " + server.url("files/private/a") +
            ": the server asks for credentials, and the Model has none; name a Secret in "
            "source.secretName");
  CHECK(helper.retries() == 0);
}
