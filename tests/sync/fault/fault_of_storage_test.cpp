#include "base/files.h"
#include "base/hash.h"
#include "sync/support/helper_run.h"
#include "sync/support/odd_bucket.h"
#include "sync/support/s3_server.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

// What goes wrong with object storage and with sources that change, each tried for real.

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

TEST_CASE("a bucket that is missing, wrong keys and denied access have reasons of their own") {
  if (S3Server::is_missing()) return;
  S3Server server;
  server.put("models");
  server.put("models/llm/weights.bin", "w");
  const auto end = [&](HelperRun& helper, const std::string& url) {
    return helper.model(url, {"--endpoint", server.endpoint(), "--path-style"});
  };
  HelperRun right;
  CHECK(end(right, "s3://models/llm") == "published");
  HelperRun helper;
  CHECK_THAT(end(helper, "s3://none/llm"),
             StartsWith("ModelBucketMissing: s3://none/llm: there is no such bucket"));
  CHECK_THAT(end(helper, "s3://models/none"), StartsWith("ModelSourceMissing: "));
  helper.username = "john";
  CHECK_THAT(end(helper, "s3://models/llm"),
             StartsWith("ModelAuthenticationFailed: ") && Contains("access key is not known"));
  helper.username = "jane";
  helper.password = "canary-wrong";
  CHECK_THAT(end(helper, "s3://models/llm"),
             StartsWith("ModelAuthenticationFailed: ") && Contains("secret key is wrong"));
  CHECK_FALSE(helper.leaks());
  HelperRun anonymous;
  anonymous.password = "";
  CHECK_THAT(end(anonymous, "s3://models/llm"), StartsWith("ModelAccessDenied: "));
  CHECK(helper.retries() + anonymous.retries() == 0);
}

TEST_CASE("a region or a name that no bucket can have is refused for good") {
  if (S3Server::is_missing()) return;
  S3Server server("eu-central-1");
  server.put("models");
  server.put("models/llm/weights.bin", "w");
  HelperRun helper;
  const auto end = [&](const std::string& url, const std::string& region) {
    return helper.model(url, {"--endpoint", server.endpoint(), "--path-style", "--region", region});
  };
  CHECK(end("s3://models/llm", "us-east-1") ==
        "ModelSourceRefused: s3://models/llm: the region is wrong; write the one that the bucket "
        "is in into source.region (the server expects eu-central-1)");
  CHECK_THAT(end("s3://Bad_Models/llm", "eu-central-1"),
             StartsWith("ModelSourceRefused: ") && Contains("no valid name of a bucket"));
  CHECK(helper.retries() == 0);
  CHECK(end("s3://models/llm", "eu-central-1") == "published");
}

TEST_CASE("an object with a control character in its name is refused for good") {
  if (S3Server::is_missing()) return;
  S3Server server;
  server.put("models");
  const auto name = GENERATE("tab%09x", "line%0Ax", "delete%7Fx");
  server.put("models/llm/" + std::string(name), "w");
  HelperRun helper;
  CHECK_THAT(helper.model("s3://models/llm", {"--endpoint", server.endpoint(), "--path-style"}),
             StartsWith("ModelSourceRefused: ") && Contains("control character"));
  CHECK(helper.retries() == 0);
}

TEST_CASE("a file that vanishes between listing and download is told, and looked for again") {
  const WebServer server;
  // Lists two files, one of which is there while it is listed: for ever, or the first time alone.
  const auto lists = [&](const std::string& when) {
    server.folder().write_script(
        "cgi/llm",
        "case $REQUEST_METHOD$PATH_INFO in\n"
        "GET/) echo >>$0.lists; printf 'Content-Type: text/html\\r\\n\\r\\n"
        "<a href=\"kept\">kept</a>'\n"
        "  if " +
            when +
            "; then printf '<a href=\"gone\">gone</a>'; fi ;;\n"
            "GET/gone) printf 'Status: 404\\r\\n\\r\\n' ;;\n"
            "*) printf 'Content-Type: application/octet-stream\\r\\nContent-Length: "
            "1\\r\\n\\r\\n'; [ $REQUEST_METHOD = HEAD ] || printf w ;;\n"
            "esac\n");
  };
  HelperRun helper;
  SECTION("which helps when the source has settled") {
    lists("[ $(wc -l <$0.lists) -le 2 ]");
    CHECK(helper.model(server.url("cgi/llm/")) == "published");
    CHECK(helper.retries() == 1);
  }
  SECTION("and does not when its listing is wrong") {
    lists("true");
    CHECK_THAT(helper.model(server.url("cgi/llm/")), StartsWith("ModelSourceChanged: ") &&
                                                         Contains("vanished") &&
                                                         Contains("; tried 4 times"));
  }
}

TEST_CASE("a file that has another MD5 than its store tells is published with a digest only") {
  if (S3Server::is_missing()) return;
  S3Server server;
  server.put("models");
  const std::vector<std::string> options{"--endpoint", server.endpoint(), "--path-style"};
  const auto *const right = "kAFQmDzST7DWlj99KOF/cg==", *const wrong = "AAAAAAAAAAAAAAAAAAAAAA==";
  HelperRun first;
  server.put_with_md5("models/llm/weights.bin", "abc", right);
  CHECK(first.model("s3://models/llm", options) == "published");
  HelperRun helper;
  server.put_with_md5("models/other/weights.bin", "abc", wrong);
  CHECK_THAT(helper.model("s3://models/other", options),
             StartsWith("ModelSourceChanged: weights.bin has not the MD5") &&
                 Contains("give source.digest") && Contains("; tried 4 times"));
  const auto digest = base::sha256_hex(base::sha256_hex("abc") + "  weights.bin\n");
  auto with_digest = options;
  with_digest.insert(with_digest.end(), {"--digest", "sha256:" + digest});
  CHECK(helper.model("s3://models/other", with_digest) == "published");
}

TEST_CASE("an object under a key of KMS needs no MD5, whether it is alone or not") {
  const auto* const url = GENERATE("s3://models/llm", "s3://models/llm/weights 1.bin");
  const OddBucket bucket({"llm/weights 1.bin", "llm/config.json"});
  bucket.store("not what the ETag says");
  bucket.answer_objects("headers='X-Amz-Server-Side-Encryption: aws:kms\\r\\n'");
  HelperRun helper;
  helper.password = "";
  CHECK(helper.model(url, {"--endpoint", bucket.endpoint(), "--path-style"}) == "published");
}

TEST_CASE("an archived object is told, once") {
  const OddBucket bucket({"llm/old.bin"});
  HelperRun helper;
  helper.password = "";
  bucket.answer_objects(
      "[ $REQUEST_METHOD = GET ] && { printf 'Status: 403\\r\\nContent-Type: "
      "application/xml\\r\\n\\r\\n"
      "<Error><Code>InvalidObjectState</Code><StorageClass>GLACIER</StorageClass></Error>'; exit; "
      "}");
  CHECK(helper.model("s3://models/llm", {"--endpoint", bucket.endpoint(), "--path-style"}) ==
        "ModelSourceArchived: s3://models/llm: the object llm/old.bin is in an archive; restore it "
        "first, or leave it out by source.exclude");
  CHECK(helper.retries() == 0);
}

TEST_CASE("who reads pays where the spec says so") {
  const OddBucket bucket({"llm/weights.bin"});
  HelperRun helper;
  helper.password = "";
  bucket.answer_objects("");
  CHECK(helper.model("s3://models/llm", {"--endpoint", bucket.endpoint(), "--path-style",
                                         "--requester-pays"}) == "published");
  CHECK_THAT(bucket.server().full_log(), Contains("X-Amz-Request-Payer: requester"));
}

TEST_CASE("the query of a source's URL, which may have a signature, is not told") {
  const WebServer server;
  server.folder().write_script("cgi/teapot", "printf 'Status: 418\\r\\n\\r\\n'\n");
  server.folder().write_script("cgi/llm",
                               "printf 'Content-Type: application/octet-stream\\r\\n"
                               "Content-Length: 1\\r\\n\\r\\n'\n"
                               "[ $REQUEST_METHOD = HEAD ] || printf w\n");
  HelperRun helper;
  const auto end = [&](const std::string& path, const std::vector<std::string>& more = {}) {
    return helper.model(server.url(path), more);
  };
  CHECK_THAT(end("none?x=sig-4711"), StartsWith("ModelSourceMissing: " + server.url("none:")));
  CHECK_THAT(end("cgi/teapot/w?x=sig-4711"), StartsWith("SyncFailed: "));
  CHECK_THAT(end("cgi/llm/w?x=sig-4711", {"--digest", "sha256:" + std::string(64, '0')}),
             StartsWith("ModelDigestMismatch: "));
  const auto log = base::read_file(helper.log());
  CHECK_THAT(log, !Contains("sig-4711"));
}

TEST_CASE("a store that is busy may be silent for as long as a git server") {
  HelperRun helper;
  const auto arguments = (helper.folder() / "arguments").string();
  helper.folder().write_script("bin/rclone", "printf '%s\\n' \"$@\" >" + arguments + "; exit 1\n");
  helper.environment = {"PATH=" + (helper.folder() / "bin").string()};
  helper.model("http://127.0.0.1/llm/");
  CHECK_THAT(base::read_file(arguments), Contains("\n--timeout=300s\n"));
}

TEST_CASE("login pages in place of all files of a folder are no model") {
  const WebServer server;
  server.folder().write_script("cgi/llm",
                               "printf 'Content-Type: text/html\\r\\n\\r\\n"
                               "<a href=\"weights.bin\">Log in</a>'\n");
  HelperRun helper;
  CHECK_THAT(helper.model(server.url("cgi/llm/")),
             StartsWith("UnexpectedAnswer: ") && Contains("such as a login form"));
  CHECK(helper.retries() == 0);
}
