#include "sync/oci/oci_manifest.h"

#include "sync/report/failure.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <sys/utsname.h>

namespace content {
namespace {

using json::Json;

constexpr std::string_view digest_prefix = "sha256:";

Failure refused(const std::string& url, const std::string& what) {
  return {"ModelSourceRefused", url + ": " + what};
}

/// Of a descriptor, in hexadecimal digits. They become an argument of a program and, in part, a
/// time; no other algorithm is in use.
std::string sha256_of(const Json& descriptor, const std::string& url) {
  const auto digest = json::string_at(descriptor, {"digest"});
  const auto hex = digest.substr(std::min(digest_prefix.size(), digest.size()));
  const bool is_hex = hex.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (digest.starts_with(digest_prefix) && hex.size() == 64 && is_hex) return hex;
  throw refused(url, "its manifest names content by another digest than sha256; push it again");
}

/// A registry tells no time of a layer. The second is the same for all, so that a new manifest does
/// not make a file newer whose content stays; the fraction tells contents apart, as rclone's times
/// do, wherever a whole file is looked for by size and time.
std::string time_of(const std::string& sha256) {
  std::uint32_t number = 0;
  std::from_chars(sha256.data(), sha256.data() + 8, number, 16);
  auto digits = std::to_string(number % 1'000'000'000U);
  digits.insert(0, 9 - digits.size(), '0');
  return "1980-01-01T00:00:00." + digits + "Z";
}

std::string name_of(const Json& layer) {
  for (const auto* key : {"org.cncf.model.filepath", "org.opencontainers.image.title"}) {
    const auto name = json::string_at(layer, {"annotations", key});
    if (!name.empty()) return name;
  }
  return {};
}

/// In place of a layer that cannot be left out of a manifest
/// (https://github.com/opencontainers/image-spec/blob/main/manifest.md#guidance-for-an-empty-descriptor).
bool is_empty(const Json& layer) {
  return json::string_at(layer, {"mediaType"}) == "application/vnd.oci.empty.v1+json";
}

/// "application/vnd.oci.image.layer.v1.tar+gzip", Docker's "...rootfs.diff.tar.gzip", and so on.
/// How it is compressed its own first bytes say.
bool is_tar(const std::string& media_type) {
  const auto at = media_type.rfind("tar");
  if (at == std::string::npos || at == 0) return false;
  const auto rest = media_type.substr(at + 3);
  const char before = media_type[at - 1];
  return (before == '.' || before == '+' || before == '/' || before == '-') &&
         (rest.empty() || rest.front() == '+' || rest.front() == '.');
}

SourceFile::Kind kind_of(const Json& layer, bool has_name) {
  using Kind = SourceFile::Kind;
  const auto type = json::string_at(layer, {"mediaType"});
  // oras push gives a file, whatever it is, the type of an image's layer, and a name.
  const bool is_unpacked =
      !has_name || type.starts_with("application/vnd.cncf.model.") ||
      json::string_at(layer, {"annotations", "io.deis.oras.content.unpack"}) == "true";
  if (!is_tar(type) || !is_unpacked) return Kind::File;
  const bool is_of_image = type.starts_with("application/vnd.oci.image.layer.") ||
                           type.starts_with("application/vnd.docker.image.rootfs.");
  return is_of_image && !has_name ? Kind::ImageLayer : Kind::Archive;
}

/// In their order, whichever way names are compared.
std::string archive_name(std::size_t number) {
  auto digits = std::to_string(number);
  digits.insert(0, 5 - std::min<std::size_t>(digits.size(), 5), '0');
  return std::string(archives_folder) + "/" + digits;
}

void check_names(const std::vector<SourceFile>& sorted, const std::string& url) {
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i - 1].path == sorted[i].path)
      throw refused(url, "two of its layers have the name " + sorted[i].path + "; rename one");
  }
  for (const auto& file : sorted) {
    const auto folder = file.path + "/";
    const auto inside = std::lower_bound(
        sorted.begin(), sorted.end(), folder,
        [](const SourceFile& other, const std::string& name) { return other.path < name; });
    if (inside != sorted.end() && inside->path.starts_with(folder)) {
      throw refused(url, "its layers have the names " + file.path + " and " + inside->path +
                             ", and no file is a folder, too; rename one");
    }
  }
}

/// "linux/amd64", as far as it is said.
std::string platform_of(const Json& descriptor) {
  const auto os = json::string_at(descriptor, {"platform", "os"});
  return os.empty() ? "" : os + "/" + json::string_at(descriptor, {"platform", "architecture"});
}

/// What builders put beside the images: signatures, and attestations of the build.
bool is_about_another(const Json& descriptor) {
  return platform_of(descriptor) == "unknown/unknown" ||
         !json::at(descriptor, {"annotations", "vnd.docker.reference.type"}).is_null();
}

}  // namespace

bool is_index(const OciDocument& document) {
  return document.media_type == "application/vnd.oci.image.index.v1+json" ||
         document.media_type == "application/vnd.docker.distribution.manifest.list.v2+json";
}

std::string architecture() {
  constexpr std::array<std::pair<std::string_view, const char*>, 3> names{
      {{"x86_64", "amd64"}, {"aarch64", "arm64"}, {"armv7l", "arm"}}};
  utsname system{};
  uname(&system);
  const std::string machine(static_cast<const char*>(system.machine));
  for (const auto& [name, of_go] : names)
    if (machine == name) return of_go;
  return machine;  // ppc64le, s390x, riscv64
}

std::string manifest_for(const OciDocument& index, const std::string& architecture,
                         const std::string& url) {
  std::vector<const Json*> all;
  for (const auto& descriptor : json::elements_at(index.content, {"manifests"}))
    if (!is_about_another(descriptor)) all.push_back(&descriptor);
  const auto digest = [&](const Json& descriptor) {
    return std::string(digest_prefix) + sha256_of(descriptor, url);
  };
  if (all.size() == 1) return digest(*all.front());
  const auto wanted = "linux/" + architecture;
  std::string others;
  for (const auto* descriptor : all) {
    const auto platform = platform_of(*descriptor);
    if (platform == wanted) return digest(*descriptor);
    if (platform.empty()) {
      throw refused(url,
                    "is an index of several artifacts; write one of them by its digest, as "
                    "REPOSITORY@sha256:...");
    }
    if (others.size() < 100) others += (others.empty() ? "" : ", ") + platform;
  }
  if (all.empty()) throw Failure("ModelEmpty", url + ": the index has no manifest");
  throw refused(url, "has no image for " + wanted + " but for " + others +
                         "; push one, or write one of them by its digest");
}

std::vector<SourceFile> files_of(const OciDocument& manifest, const std::string& url) {
  if (is_index(manifest) || !json::at(manifest.content, {"layers"}).is_array()) {
    throw refused(url, "is neither an image nor an artifact with layers; it has the media type " +
                           manifest.media_type.substr(0, 100));
  }
  std::vector<SourceFile> files;
  for (const auto& layer : json::elements_at(manifest.content, {"layers"})) {
    auto name = name_of(layer);
    if (name.empty() && is_empty(layer)) continue;
    const auto sha256 = sha256_of(layer, url);
    const auto kind = kind_of(layer, !name.empty());
    const bool is_file = kind == SourceFile::Kind::File;
    if (name.empty() && is_file) {
      throw refused(url, "its layer sha256:" + sha256.substr(0, 12) +
                             "... has no name and is no archive; give it the annotation "
                             "org.opencontainers.image.title, as oras push does");
    }
    if (is_file) {
      check_path(name);
    } else {
      name = archive_name(files.size());
    }
    const auto bytes = json::integer_at(layer, {"size"}, -1);
    if (bytes < 0) throw refused(url, "its manifest tells no size of " + name + "; push it again");
    files.push_back({.path = std::move(name),
                     .bytes = bytes,
                     .modified = time_of(sha256),
                     .version = sha256,
                     .sha256 = sha256,
                     .kind = kind});
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  check_names(files, url);
  return files;
}

}  // namespace content
