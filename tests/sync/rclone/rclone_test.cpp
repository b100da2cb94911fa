#include "sync/rclone/rclone.h"

#include "support/folder.h"
#include "sync/rclone/encrypted_objects.h"
#include "sync/rclone/name_filter.h"
#include "sync/rclone/rclone_listing.h"
#include "sync/rclone/rclone_remote.h"
#include "sync/report/failure.h"

#include <catch2/catch.hpp>

using namespace content;

namespace {

std::string listed(const std::string& path, const std::string& more = "") {
  return R"({"Path":")" + path + R"(","Size":3,"ModTime":"2026-01-01T00:00:00Z")" + more + "}\n";
}

}  // namespace

TEST_CASE("a listing has files by path, their bytes together, and a fingerprint") {
  const auto listing = read_listing(
      "[\n"
      R"({"Path":"b/c","Size":5},)"
      "\n"
      R"({"Path":"a","Size":2})"
      "\n]\n");
  REQUIRE(listing.files.size() == 2);
  CHECK(listing.files[0].path == "a");
  CHECK(listing.files[0].bytes == 2);
  CHECK(listing.files[1].path == "b/c");
  CHECK(listing.files[0].version != listing.files[1].version);
  CHECK(listing.bytes == 7);
  CHECK(listing.fingerprint == read_listing("[\n"
                                            R"({"Path":"a","Size":2},)"
                                            "\n"
                                            R"({"Path":"b/c","Size":5})"
                                            "\n]\n")
                                   .fingerprint);
}

TEST_CASE("a fingerprint changes with name, size, time and checksum") {
  const auto before = read_listing(listed("a")).fingerprint;
  CHECK(read_listing(listed("b")).fingerprint != before);
  CHECK(read_listing(listed("a", R"(,"Hashes":{"md5":"1"})")).fingerprint != before);
  CHECK(read_listing(R"({"Path":"a","Size":4,"ModTime":"2026-01-01T00:00:00Z"})").fingerprint !=
        before);
  CHECK(read_listing(R"({"Path":"a","Size":3,"ModTime":"2026-01-01T00:00:01Z"})").fingerprint !=
        before);
}

TEST_CASE("a name that would leave the folder, or is like one of ours, is refused") {
  const auto path =
      GENERATE("../../etc/passwd", "a/../b", "a//b", "/etc/passwd", "..data", "a/./b", "a/", "");
  try {
    read_listing(listed(path));
    FAIL("taken: " << path);
  } catch (const Failure& failure) {
    CHECK(failure.reason == "ModelSourceRefused");
    CHECK(
        std::string(failure.what()) ==
        "the source has \"" + std::string(path) +
            "\", which cannot be a file here: no part of a name may be empty, \".\" or begin with "
            "\"..\"; rename it, or leave it out by source.exclude");
  }
}

TEST_CASE("a name with a newline, which would be two lines of a digest's listing, is refused") {
  CHECK_THROWS_WITH(
      read_listing(listed(R"(a\nb/c\n)")),
      R"(the source has "a\nb/c\n", which has a newline in its name; rename it, or leave )"
      "it out by source.exclude");
}

TEST_CASE("a control character, which rclone lists as the sign for it, is refused") {
  const auto sign = GENERATE("\u2400", "\u2409", "\u241f", "\u2421");
  const auto path = "a/b" + std::string(sign) + "c";
  CHECK_THROWS_WITH(
      read_listing(listed(path)),
      "the source has \"" + path +
          "\", which has a control character, shown as a sign, in its name; rename it, or leave it "
          "out by source.exclude");
  CHECK(read_listing(listed("\u23ff\u2420\u2422\u2440 größe")).files.size() == 1);
}

TEST_CASE("two files of one path, and a file that is a folder, too, are refused") {
  CHECK_THROWS_WITH(
      read_listing(listed("a/b") + listed("a.c") + listed("a") + listed("a/c")),
      "the source has \"a\", which is a file and, for \"a/b\", a folder; rename it, or "
      "leave it out by source.exclude");
  CHECK_THROWS_WITH(
      read_listing(listed("a/b") + listed("c") + listed("a/b")),
      "the source has \"a/b\", which is the name of two files; rename it, or leave it "
      "out by source.exclude");
  CHECK(read_listing(listed("a/b") + listed("a.c") + listed("a/c/d")).files.size() == 3);
}

TEST_CASE("what rclone leaves out is in its log alone") {
  using Kind = LeftOut::Kind;
  const auto left_out = [](const std::string& message) {
    return left_out_in(json::object({{"msg", message}, {"object", "a/b"}}));
  };
  const auto link =
      left_out("skipping because of error: failed to stat: HTTP Error: 403 Forbidden");
  REQUIRE(link);
  CHECK(link->kind == Kind::Link);
  CHECK(link->file == "a/b");
  CHECK(link->why == "failed to stat: HTTP Error: 403 Forbidden");
  const auto name = left_out("Entry doesn't belong in directory \"a/\" (too short) - ignoring");
  REQUIRE(name);
  CHECK(name->kind == Kind::Name);
  CHECK(name->why == "Entry doesn't belong in directory \"a/\" (too short)");
  CHECK(left_out("Odd name received \"b\"")->kind == Kind::Name);
  CHECK_FALSE(left_out("Excluded"));
}

TEST_CASE("which objects are encrypted with keys of KMS is in the headers of S3's answers") {
  EncryptedObjects objects;
  const auto read = [&](const std::string& request, const std::string& headers) {
    objects.read(json::object({{"msg", request + " HTTP/1.1\r\nHost: s3.example.com\r\n"}}));
    objects.read(json::object({{"msg", "HTTP/1.1 200 OK\r\nEtag: \"1\"\r\n" + headers + "\r\n"}}));
  };
  read("HEAD /models/llm/a%20b.bin", "X-Amz-Server-Side-Encryption: aws:kms\r\n");
  read("HEAD /models/llm/c.bin", "X-Amz-Server-Side-Encryption: AES256\r\n");
  read("HEAD /models/llm/d.bin", "");
  read("HEAD /other/e.bin?versionId=1", "X-Amz-Server-Side-Encryption: aws:kms:dsse\r\n");
  CHECK(objects.has("models/llm/a b.bin"));
  CHECK_FALSE(objects.has("models/llm/c.bin"));
  CHECK_FALSE(objects.has("models/llm/d.bin"));
  CHECK_FALSE(objects.has("models/a b.bin"));
  CHECK(objects.has("bucket-in-the-host-name/other/e.bin"));
}

TEST_CASE("an S3 source with keys, at an endpoint of its own") {
  const Folder folder;
  folder.write("accessKeyId", "id\n");
  folder.write("secretAccessKey", "canary-4711");
  const auto remote = rclone_remote({.url = "s3://models/llm/v1",
                                     .endpoint = "https://s3.example:9000",
                                     .region = "eu-1",
                                     .path_style = true,
                                     .credentials = folder / ""});
  CHECK(remote.path == "models/llm/v1");
  CHECK(remote.options == RcloneOptions{{"type", "s3"},
                                        {"env_auth", "false"},
                                        {"provider", "Other"},
                                        {"endpoint", "https://s3.example:9000"},
                                        {"region", "eu-1"},
                                        {"force_path_style", "true"},
                                        {"list_version", "2"},
                                        {"access_key_id", "id"},
                                        {"secret_access_key", "canary-4711"}});
}

TEST_CASE("an S3 source without a Secret is read anonymously, at Amazon") {
  const auto remote = rclone_remote({.url = "s3://models", .region = "us-east-1"});
  CHECK(remote.path == "models");
  CHECK(remote.options == RcloneOptions{{"type", "s3"},
                                        {"env_auth", "false"},
                                        {"provider", "AWS"},
                                        {"region", "us-east-1"},
                                        {"force_path_style", "false"},
                                        {"list_version", "2"}});
}

TEST_CASE("a Secret without a key that S3 needs is named") {
  const Folder folder;
  folder.write("accessKeyId", "id");
  CHECK_THROWS_WITH(rclone_remote({.url = "s3://models", .credentials = folder / ""}),
                    "the Secret of the model has no key secretAccessKey");
}

TEST_CASE("an http source is a folder and a path in it, with a header when there is a Secret") {
  CHECK(rclone_remote({.url = "https://h/a/my%20model.bin"}).path == "my model.bin");
  CHECK(rclone_remote({.url = "https://h/a/my%20model.bin"}).options ==
        RcloneOptions{{"type", "http"}, {"url", "https://h/a/"}});
  CHECK(rclone_remote({.url = "https://h/a/"}).path.empty());
  CHECK(rclone_remote({.url = "https://h"}).options ==
        RcloneOptions{{"type", "http"}, {"url", "https://h/"}});
  const Folder folder;
  folder.write("username", "jane");
  folder.write("password", "canary-4711");
  CHECK(rclone_remote({.url = "https://h/a/", .credentials = folder / ""}).options ==
        RcloneOptions{{"type", "http"},
                      {"url", "https://h/a/"},
                      {"headers", "Authorization,\"Basic amFuZTpjYW5hcnktNDcxMQ==\""}});
  folder.write("token", "to\"ken");
  CHECK(rclone_remote({.url = "https://h/a/", .credentials = folder / ""}).options ==
        RcloneOptions{{"type", "http"},
                      {"url", "https://h/a/"},
                      {"headers", "Authorization,\"Bearer to\"\"ken\""}});
}

TEST_CASE("files that are left out come first, then those that are taken, then all the others") {
  CHECK(rclone_filters({.url = "s3://models"}).empty());
  CHECK(rclone_filters({.url = "s3://models", .exclude = {"old/"}}) ==
        std::vector<std::string>{"--filter=- old/"});
  CHECK(rclone_filters({.url = "s3://models", .include = {"*.bin", "-x"}, .exclude = {"old/"}}) ==
        std::vector<std::string>{"--filter=- old/", "--filter=+ *.bin", "--filter=+ -x",
                                 "--filter=- **"});
}

TEST_CASE("a bucket of Google is read with a service account, and anonymously without a Secret") {
  CHECK(rclone_remote({.url = "gs://models/llm"}).options ==
        RcloneOptions{{"type", "google cloud storage"}, {"anonymous", "true"}});
  CHECK(rclone_remote({.url = "gs://models/llm"}).path == "models/llm");
  const Folder folder;
  const Source source{.url = "gs://models/llm", .credentials = folder / ""};
  CHECK_THROWS_WITH(rclone_remote(source), "the Secret of the model has no key serviceAccountJson");
  folder.write("serviceAccountJson", "{\n  \"private_key\": \"-----BEGIN\\ncanary\"\n}\n");
  CHECK(rclone_remote(source).options ==
        RcloneOptions{{"type", "google cloud storage"},
                      {"service_account_credentials", R"({"private_key":"-----BEGIN\ncanary"})"}});
  folder.write("serviceAccountJson", "canary");
  CHECK_THROWS_WITH(rclone_remote(source),
                    Catch::Matchers::EndsWith("is no JSON object; put the whole key file of the "
                                              "service account into the Secret"));
}

TEST_CASE("a container of Azure is read with the account's key, or with a signed URL") {
  const Folder folder;
  Source source{.url = "azureblob://models/llm", .credentials = folder / ""};
  CHECK_THROWS_WITH(rclone_remote(source), "the Secret of the model has no key account");
  folder.write("account", "shop");
  folder.write("accountKey", "Y2FuYXJ5\n");
  CHECK(rclone_remote(source).path == "models/llm");
  CHECK(rclone_remote(source).options ==
        RcloneOptions{{"type", "azureblob"}, {"account", "shop"}, {"key", "Y2FuYXJ5"}});
  source.endpoint = "https://blob.core.usgovcloudapi.net";
  CHECK(rclone_remote(source).options ==
        RcloneOptions{{"type", "azureblob"},
                      {"account", "shop"},
                      {"key", "Y2FuYXJ5"},
                      {"endpoint", "https://shop.blob.core.usgovcloudapi.net"}});
  folder.write("sasUrl", "https://shop.blob.core.windows.net/models?sig=canary");
  CHECK_THROWS_WITH(rclone_remote(source),
                    "the Secret's sasUrl names a host already; remove source.endpoint");
  source.endpoint.clear();
  CHECK(rclone_remote(source).options ==
        RcloneOptions{{"type", "azureblob"},
                      {"sas_url", "https://shop.blob.core.windows.net/models?sig=canary"}});
}

TEST_CASE("sftp needs the host's keys, a user, and a private key or password") {
  const Folder folder;
  Source source{.url = "sftp://files.example.com:2222/models/llm", .credentials = folder / ""};
  CHECK_THROWS_WITH(rclone_remote(source), "the Secret of the model has no key username");
  source.url = "sftp://jane@files.example.com:2222/models/llm";
  CHECK_THROWS_WITH(rclone_remote(source), "the Secret of the model has no key knownHosts");
  folder.write("knownHosts", "files.example.com ssh-ed25519 AAAA\n");
  CHECK_THROWS_WITH(rclone_remote(source),
                    "the Secret of the model has neither privateKey nor password");
  folder.write("privateKey", "-----BEGIN\r\ncanary\r\n-----END");
  CHECK(rclone_remote(source).path == "/models/llm");
  CHECK(rclone_remote(source).options ==
        RcloneOptions{{"type", "sftp"},
                      {"shell_type", "none"},
                      {"disable_hashcheck", "true"},
                      {"user", "jane"},
                      {"host", "files.example.com"},
                      {"port", "2222"},
                      {"known_hosts_file", (folder / "knownHosts").string()},
                      {"key_pem", R"(-----BEGIN\ncanary\n-----END\n)"}});
}

TEST_CASE("options reach rclone as the bytes that they are") {
  CHECK(rclone_configuration({{"type", "s3"}, {"endpoint", "%(key)s\n[x]\xff\""}}) ==
        R"({"source":{"endpoint":"JShrZXkpcwpbeF3/Ig==","type":"czM="}})");
}

TEST_CASE("the query of a URL, which may have a signature, is not told") {
  CHECK(without_queries("Get \"https://h/c?sig=canary\": EOF\nhttps://h?sig=canary") ==
        "Get \"https://h/c\": EOF\nhttps://h");
  CHECK(without_queries("no URL") == "no URL");
}

TEST_CASE("a source with the pod's own identity has no keys, and rclone asks the cloud for them") {
  const auto s3 = rclone_remote({.url = "s3://models/llm", .workload_identity = true});
  CHECK(s3.options.at("env_auth") == "true");
  CHECK_FALSE(s3.options.contains("access_key_id"));
  const auto gs = rclone_remote({.url = "gs://models/llm", .workload_identity = true});
  CHECK(gs.options.at("env_auth") == "true");
  CHECK_FALSE(gs.options.contains("anonymous"));
  const auto azure = rclone_remote({.url = "azureblob://models/llm",
                                    .endpoint = "https://blob.core.usgovcloudapi.net",
                                    .account = "examplemodels",
                                    .workload_identity = true});
  CHECK(azure.options.at("env_auth") == "true");
  CHECK(azure.options.at("endpoint") == "https://examplemodels.blob.core.usgovcloudapi.net");
}

TEST_CASE("a public container of Azure is read without a Secret") {
  const auto azure = rclone_remote({.url = "azureblob://models/llm", .account = "examplemodels"});
  CHECK(azure.options == RcloneOptions{{"type", "azureblob"}, {"account", "examplemodels"}});
}
