#include "base/files.h"
#include "base/hash.h"
#include "json/json.h"
#include "sync/oci/oci_manifest.h"
#include "sync/support/helper_run.h"
#include "sync/support/model_pod.h"
#include "sync/support/registry.h"
#include "sync/support/wait.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

#include <fstream>

// Models that are artifacts of a registry: with oci-pull, against a real one.

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
namespace fs = std::filesystem;

namespace {

/// A pod that asks every second for what is new.
struct FollowingPod {
  Folder volume;
  ModelPod pod;

  explicit FollowingPod(const std::string& url)
      : pod({.source = url, .target = volume / "model", .options = {"--refresh-interval", "1"}}) {}
  bool shows(const std::string& file, const std::string& text) {
    return becomes([&] { return reads(volume / ("model/" + file), text) || pod.has_ended(); }) &&
           !pod.has_ended();
  }
};

}  // namespace

TEST_CASE("an artifact's layers are the files that they are called, and its digest is told") {
  if (Registry::is_missing()) return;
  const Registry registry(Registry::Readers::Jane);
  const auto digest =
      registry.push("team/llm", "1.0", {{"weights.bin", "w"}, {"sub/config.json", "{}"}});
  HelperRun helper;
  const auto reference = GENERATE_COPY(std::string("team/llm:1.0"), "team/llm@" + digest);
  CHECK(helper.model(registry.url(reference)) == "published");
  CHECK(reads(helper.folder() / "volume/weights.bin", "w"));
  CHECK(reads(helper.folder() / "volume/sub/config.json", "{}"));
  const auto meta = json::parse(base::read_file(helper.folder() / "volume/..data/..meta.json"));
  CHECK(json::string_at(meta, {"version"}) == digest);
  CHECK_FALSE(helper.leaks());
}

TEST_CASE("an image's files are those of its layers, and a new one is unpacked beside the old") {
  if (Registry::is_missing()) return;
  const Registry registry;
  const auto push = [&](const std::string& script) {
    const Folder content;
    shell("cd " + (content / "").string() + "; " + script + "; tar -czf layer.tar.gz *");
    const auto layer = base::read_file(content / "layer.tar.gz");
    registry.put("llm", "{}");
    registry.put_manifest(
        "llm", "1", oci_manifest,
        manifest_of({layer_of(registry.put("llm", layer), layer.size(),
                              "application/vnd.oci.image.layer.v1.tar+gzip", {})}));
  };
  push("mkdir -p models bin; printf first >models/weights.bin; ln -s /bin/busybox bin/sh");
  Folder volume;
  ModelPod pod({.source = registry.url("llm:1"),
                .target = volume / "model",
                .options = {"--refresh-interval", "1", "--include=/models/**"}});
  const auto shows = [&](const std::string& text) {
    return becomes(
        [&] { return reads(volume / "model/models/weights.bin", text) || pod.has_ended(); });
  };
  INFO(pod.log());
  REQUIRE(shows("first"));
  push("mkdir models; printf second >models/weights.bin");
  REQUIRE(shows("second"));
  INFO(pod.log());
  CHECK_FALSE(pod.has_ended());
  CHECK_FALSE(fs::exists(volume / "model/bin"));
  CHECK_FALSE(fs::exists(volume / "model/..data/..archives"));
}

TEST_CASE("patterns choose among the files of an artifact") {
  if (Registry::is_missing()) return;
  const Registry registry;
  registry.push("llm", "1", {{"a.bin", "a"}, {"old/b.bin", "b"}, {"c.txt", "c"}});
  HelperRun helper;
  helper.password = "";
  CHECK(helper.model(registry.url("llm:1"), {"--include=*.bin", "--exclude=old/"}) == "published");
  CHECK(fs::exists(helper.folder() / "volume/a.bin"));
  CHECK_FALSE(fs::exists(helper.folder() / "volume/old"));
  CHECK_FALSE(fs::exists(helper.folder() / "volume/c.txt"));
  CHECK(registry.count("GET /v2/llm/blobs/") == 1);
  HelperRun other;
  other.password = "";
  CHECK_THAT(other.model(registry.url("llm:1"), {"--include=*.gguf"}),
             StartsWith("ModelEmpty: ") && Contains("let through"));
}

TEST_CASE("while a tag stays, a refresh is one HEAD; when it moves, what changed is fetched") {
  if (Registry::is_missing()) return;
  const Registry registry;
  registry.push("llm", "1", {{"kept.bin", "kept"}, {"changed.bin", "first"}});
  FollowingPod following(registry.url("llm:1"));
  REQUIRE(following.shows("changed.bin", "first"));
  const auto heads = [&] { return registry.count("HEAD /v2/llm/manifests/1"); };
  REQUIRE(becomes([&] { return heads() >= 2; }));
  CHECK(registry.count("GET /v2/llm/manifests/") == 1);
  const auto digest = registry.push("llm", "1", {{"kept.bin", "kept"}, {"changed.bin", "other"}});
  REQUIRE(following.shows("changed.bin", "other"));
  CHECK(reads(following.volume / "model/kept.bin", "kept"));
  CHECK(registry.count("GET /v2/llm/manifests/") == 2);
  CHECK(registry.count("GET /v2/llm/blobs/") == 3);
  CHECK(becomes([&] { return following.pod.tells("published", digest); }));
}

TEST_CASE("of an index the image of this machine is fetched, and the index's digest is told") {
  if (Registry::is_missing()) return;
  const Registry registry;
  const auto ours = registry.push("llm", "ours", {{"a.bin", "ours"}});
  const auto other = registry.push("llm", "other", {{"a.bin", "another"}});
  const auto entry = [&](const std::string& digest, const std::string& architecture) {
    return R"({"mediaType": ")" + std::string(oci_manifest) + R"(", "digest": ")" + digest +
           R"(", "size": )" + std::to_string(fs::file_size(registry.file_of(digest))) +
           R"(, "platform": {"os": "linux", "architecture": ")" + architecture + R"("}})";
  };
  const auto digest = registry.put_manifest(
      "llm", "1", oci_index,
      R"({"schemaVersion": 2, "mediaType": ")" + std::string(oci_index) + R"(", "manifests": [)" +
          entry(other, "s390x") + "," + entry(ours, content::architecture()) + "]}");
  HelperRun helper;
  helper.password = "";
  CHECK(helper.model(registry.url("llm:1")) == "published");
  CHECK(reads(helper.folder() / "volume/a.bin", "ours"));
  CHECK_THAT(base::read_file(helper.folder() / "volume/..data/..meta.json"), Contains(digest));
}

TEST_CASE("a layer that is not what its digest says is never published, and fetched again") {
  if (Registry::is_missing()) return;
  const Registry registry;
  registry.push("llm", "1", {{"a.bin", "right"}});
  const auto layer = registry.file_of(registry.put("llm", "right"));
  std::ofstream(layer) << "wrong";
  FollowingPod following(registry.url("llm:1"));
  REQUIRE(becomes([&] { return following.pod.tells("retry", "ModelSourceChanged"); }));
  CHECK_FALSE(fs::exists(following.volume / "model/..data"));
  std::ofstream(layer) << "right";
  CHECK(following.shows("a.bin", "right"));
}

TEST_CASE("a registry that gives nothing is told with what to do, and the password never") {
  if (Registry::is_missing()) return;
  const Registry registry(Registry::Readers::Jane);
  registry.push("llm", "1", {{"a.bin", "w"}});
  HelperRun helper;
  std::string end;
  SECTION("a password that is wrong") {
    helper.password = "canary-0000";
    end = helper.model(registry.url("llm:1"));
    CHECK_THAT(end, StartsWith("ModelAuthenticationFailed: oci://") &&
                        Contains("source.containerRegistry, and check its username and password"));
  }
  SECTION("no login") {
    helper.password = "";
    end = helper.model(registry.url("llm:1"));
    CHECK_THAT(end, StartsWith("ModelAuthenticationFailed: oci://"));
    helper.password = "canary-0000";
  }
  SECTION("a login for another registry") {
    const Folder secret;
    secret.write("config.json", Registry::login("registry.example.com", "canary-0000"));
    helper.password = "";
    end = helper.model(registry.url("llm:1"), {"--credentials-dir", (secret / "").string()});
    CHECK_THAT(end, StartsWith("ModelAuthenticationFailed: oci://") &&
                        Contains("has a login for registry.example.com, and not for this"));
    helper.password = "canary-0000";
  }
  SECTION("a tag that is not there") {
    end = helper.model(registry.url("llm:2"));
    CHECK_THAT(end, StartsWith("ModelSourceMissing: oci://") && Contains("repository, tag"));
  }
  SECTION("a web server in its place") {
    const WebServer server;
    end = helper.model("oci://127.0.0.1:" + std::to_string(server.port()) + "/llm:1");
    CHECK_THAT(end, StartsWith("ModelSourceMissing: oci://"));
  }
  INFO(end);
  CHECK(helper.retries() == 0);
  CHECK_FALSE(helper.leaks());
}

TEST_CASE("a registry of a private authority is trusted where the configuration names it") {
  if (Registry::is_missing()) return;
  const Folder authority;
  const auto file = [&](const std::string& name) { return (authority / name).string(); };
  shell(
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 "
      "-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -keyout " +
      file("key") + " -out " + file("crt") + " 2>/dev/null");
  const Registry registry(Registry::Readers::Jane, file("crt"), file("key"));
  registry.push("llm", "1", {{"a.bin", "w"}});
  HelperRun helper;
  CHECK_THAT(helper.model(registry.url("llm:1")), StartsWith("TLSVerificationFailed: "));
  helper.environment.push_back("GRADIENT_CA_BUNDLE=" + base::read_file(file("crt")));
  CHECK(helper.model(registry.url("llm:1")) == "published");
}

TEST_CASE("a layer that is kept elsewhere is fetched there, without the login") {
  const WebServer registry;
  const WebServer store;
  const std::string layer = "w";
  store.folder().write("files/layer", layer);
  const auto digest = "sha256:" + base::sha256_hex(layer);
  const auto manifest = manifest_of({layer_of(digest, layer.size(), "application/octet-stream",
                                              {{"org.opencontainers.image.title", "a.bin"}})});
  registry.folder().write("manifest", manifest);
  registry.folder().write_script(
      "v2", after_login("case $REQUEST_URI in */blobs/*) printf 'Status: 307\\r\\nLocation: " +
                        store.url("files/layer?signature=canary-0000") + "\\r\\n\\r\\n';;\n" +
                        "*) printf 'Content-Type: " + std::string(oci_manifest) +
                        "\\r\\nDocker-Content-Digest: sha256:" + base::sha256_hex(manifest) +
                        "\\r\\nContent-Length: " + std::to_string(manifest.size()) +
                        "\\r\\n\\r\\n'; [ $REQUEST_METHOD = HEAD ] || cat $(dirname "
                        "$0)/manifest;; esac\n"));
  HelperRun helper;
  CHECK(helper.model("oci://127.0.0.1:" + std::to_string(registry.port()) + "/llm:1") ==
        "published");
  CHECK(reads(helper.folder() / "volume/a.bin", "w"));
  CHECK_THAT(registry.full_log(), Contains("Authorization: Basic "));
  CHECK_THAT(store.log(), Contains("GET /files/layer?signature="));
  CHECK_THAT(store.full_log(), !Contains("Authorization: "));
  CHECK_FALSE(helper.leaks());
}

TEST_CASE("a registry that asks for time is given it, more often than others are tried") {
  constexpr int refusals = 5;  // more than there are tries without a Retry-After
  const WebServer server;
  const auto of = GENERATE("manifests", "blobs");
  const auto asked = (server.folder() / "asked").string();
  fs::create_directory(asked);
  const auto url = serve_artifact(
      server, "content",
      "case \"$REQUEST_URI\" in */" + std::string(of) + "/*) mktemp " + asked +
          "/XXXXXX >/dev/null; [ $(ls " + asked + " | wc -l) -gt " + std::to_string(refusals) +
          " ] || { printf 'Status: 429\\r\\nRetry-After: 1\\r\\n\\r\\n'; exit; };; esac\n");
  HelperRun helper;
  helper.password = "";
  CHECK(helper.model(url) == "published");
  CHECK(helper.retries() == refusals);
}
