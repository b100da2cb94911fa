#include "sync/oci/oci_manifest.h"

#include "base/hash.h"
#include "sync/report/failure.h"

#include <catch2/catch.hpp>

using namespace content;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

constexpr const char* url = "oci://registry.example.com/team/llm:1";
const std::string digest_a = base::sha256_hex("a");

std::string layer(const std::string& annotation, const std::string& name,
                  const std::string& digest = "sha256:" + digest_a) {
  return R"({"mediaType": "application/vnd.cncf.model.weight.v1.raw", "digest": ")" + digest +
         R"(", "size": 1, "annotations": {")" + annotation + R"(": ")" + name + R"("}})";
}

std::string titled(const std::string& name) {
  return layer("org.opencontainers.image.title", name);
}

OciDocument manifest(const std::string& layers) {
  return {.digest = "sha256:" + digest_a,
          .media_type = "application/vnd.oci.image.manifest.v1+json",
          .content = json::parse(R"({"layers": [)" + layers + "]}")};
}

OciDocument index(const std::string& manifests) {
  return {.digest = "sha256:" + digest_a,
          .media_type = "application/vnd.oci.image.index.v1+json",
          .content = json::parse(R"({"manifests": [)" + manifests + "]}")};
}

std::string entry(const std::string& content, const std::string& more = "") {
  return R"({"digest": "sha256:)" + base::sha256_hex(content) + "\"" + more + "}";
}

std::string platform(const std::string& os, const std::string& architecture) {
  return R"(, "platform": {"os": ")" + os + R"(", "architecture": ")" + architecture + R"("})";
}

/// "REASON: message", or the paths.
std::string read(const OciDocument& document) {
  try {
    std::string paths;
    for (const auto& file : files_of(document, url))
      paths += file.path + " ";
    return paths;
  } catch (const Failure& failure) {
    return failure.reason + ": " + failure.what();
  }
}

std::string choice(const OciDocument& document) {
  try {
    return manifest_for(document, "arm64", url);
  } catch (const Failure& failure) {
    return failure.reason + ": " + failure.what();
  }
}

}  // namespace

TEST_CASE("layers are the files that ORAS and ModelPack call them, and what they hash to") {
  const auto files = files_of(
      manifest(titled("sub/weights.bin") + "," + layer("org.cncf.model.filepath", "config.json")),
      url);
  REQUIRE(files.size() == 2);
  CHECK(files[0].path == "config.json");
  CHECK(files[1].path == "sub/weights.bin");
  CHECK(files[0].bytes == 1);
  CHECK(files[0].sha256 == digest_a);
  CHECK(files[0].version == digest_a);
}

TEST_CASE("layers are unpacked that are of an image, or that their tools unpack, in their order") {
  using Kind = SourceFile::Kind;
  const auto of = [](const std::string& type, const std::string& annotations = "") {
    return R"({"mediaType": "application/)" + type + R"(", "digest": "sha256:)" + digest_a +
           R"(", "size": 1, "annotations": {)" + annotations + "}}";
  };
  const std::string title = R"("org.opencontainers.image.title": "a")";
  const auto kind = [&](const std::string& layer) {
    const auto files = files_of(manifest(layer), url);
    REQUIRE(files.size() == 1);
    return files.front().kind;
  };
  CHECK(kind(of("vnd.oci.image.layer.v1.tar+gzip")) == Kind::ImageLayer);
  CHECK(kind(of("vnd.docker.image.rootfs.diff.tar.gzip")) == Kind::ImageLayer);
  CHECK(kind(of("vnd.oci.image.layer.v1.tar", title)) == Kind::File);
  CHECK(kind(of("vnd.oci.image.layer.v1.tar+gzip",
                title + R"(, "io.deis.oras.content.unpack": "true")")) == Kind::Archive);
  CHECK(kind(of("vnd.cncf.model.weight.v1.tar", R"("org.cncf.model.filepath": "a")")) ==
        Kind::Archive);
  CHECK(kind(of("vnd.cncf.model.weight.v1.raw", R"("org.cncf.model.filepath": "a")")) ==
        Kind::File);
  CHECK(kind(of("vnd.kitops.modelkit.model.v1.tar+gzip")) == Kind::Archive);
  std::string layers = of("x-tar");
  for (int i = 0; i < 10; ++i)
    layers += "," + of("vnd.oci.image.layer.v1.tar");
  const auto files = files_of(manifest(layers), url);
  REQUIRE(files.size() == 11);
  CHECK(files.front().kind == Kind::Archive);
  CHECK(files.back().kind == Kind::ImageLayer);
}

TEST_CASE("a layer's time tells contents apart, and is the same second for all") {
  const auto files = files_of(
      manifest(titled("a") + "," +
               layer("org.opencontainers.image.title", "b", "sha256:" + base::sha256_hex("b"))),
      url);
  CHECK_THAT(files[0].modified, StartsWith("1980-01-01T00:00:00."));
  CHECK_THAT(files[1].modified, StartsWith("1980-01-01T00:00:00."));
  CHECK(files[0].modified != files[1].modified);
}

TEST_CASE("what cannot be files is refused with the layer or the name") {
  CHECK_THAT(read(manifest(titled("../a"))),
             StartsWith("ModelSourceRefused: ") && Contains("../a"));
  CHECK_THAT(read(manifest(titled("/a"))), StartsWith("ModelSourceRefused: ") && Contains("/a"));
  CHECK_THAT(read(manifest(titled("a") + "," + titled("a"))),
             StartsWith("ModelSourceRefused: ") && Contains("two of its layers have the name a"));
  CHECK_THAT(read(manifest(titled("a") + "," + titled("a-b") + "," + titled("a/b"))),
             StartsWith("ModelSourceRefused: ") && Contains("the names a and a/b"));
  CHECK_THAT(read(manifest(R"({"digest": "sha256:)" + digest_a + R"(", "size": 1})")),
             StartsWith("ModelSourceRefused: ") &&
                 Contains("its layer sha256:" + digest_a.substr(0, 12) + "... has no name"));
  CHECK_THAT(read(manifest(layer("org.opencontainers.image.title", "a", "sha512:00"))),
             StartsWith("ModelSourceRefused: ") && Contains("another digest than sha256"));
  CHECK_THAT(read(manifest(
                 layer("org.opencontainers.image.title", "a", "sha256:" + std::string(64, '/')))),
             StartsWith("ModelSourceRefused: ") && Contains("another digest than sha256"));
  CHECK_THAT(read({.digest = "",
                   .media_type = "application/vnd.docker.distribution.manifest.v1+prettyjws",
                   .content = json::parse("{}")}),
             StartsWith("ModelSourceRefused: ") && Contains("manifest.v1+prettyjws"));
  CHECK(read(manifest(R"({"mediaType": "application/vnd.oci.empty.v1+json", "size": 2})")).empty());
}

TEST_CASE("of an index the only manifest is meant, or the one for this machine") {
  const auto arm = entry("arm", platform("linux", "arm64"));
  const auto amd = entry("amd", platform("linux", "amd64"));
  const auto attestation = entry("proof", platform("unknown", "unknown"));
  CHECK(choice(index(amd + "," + arm + "," + attestation)) == "sha256:" + base::sha256_hex("arm"));
  CHECK(choice(index(amd + "," + attestation)) == "sha256:" + base::sha256_hex("amd"));
  CHECK(choice(index(entry("any"))) == "sha256:" + base::sha256_hex("any"));
}

TEST_CASE("an index that leaves the choice open is refused with what it has") {
  const auto amd = entry("amd", platform("linux", "amd64"));
  const auto windows = entry("windows", platform("windows", "arm64"));
  CHECK_THAT(choice(index(amd + "," + windows)),
             StartsWith("ModelSourceRefused: ") &&
                 Contains("no image for linux/arm64 but for linux/amd64, windows/arm64"));
  CHECK_THAT(choice(index(entry("one") + "," + entry("two"))),
             StartsWith("ModelSourceRefused: ") && Contains("index of several artifacts"));
  CHECK_THAT(choice(index("")), StartsWith("ModelEmpty: "));
}
