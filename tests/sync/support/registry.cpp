#include "sync/support/registry.h"

#include "base/base64.h"
#include "base/files.h"
#include "base/hash.h"
#include "json/json.h"

#include <regex>

namespace {

constexpr const char* variable = "GRADIENT_REGISTRY";
/// Of "canary-4711", by bcrypt, the only kind it takes.
constexpr const char* users = "jane:$2y$04$ba715z3jY2xZGknDUdcB8uOEYnksPqzJcqp9OmvG3sPGJE2U0bksC\n";
constexpr const char* empty_config =
    "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

}  // namespace

bool Registry::is_missing() {
  return is_server_missing(variable, "container registry");
}

Registry::Registry(Readers readers, const std::string& certificate, const std::string& key)
    : scheme_(certificate.empty() ? "http" : "https") {
  std::string text = "version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: " +
                     (folder_ / "data").string() + "}}\nhttp:\n  addr: \"" + host() + "\"\n";
  if (!certificate.empty()) text += "  tls: {certificate: " + certificate + ", key: " + key + "}\n";
  if (readers == Readers::Jane) {
    text += "auth: {htpasswd: {realm: test, path: " + folder_.write("users", users).string() + "}}";
  }
  process_.start(
      {"/bin/sh", "-c", "exec \"$0\" serve \"$1\" >\"$2\" 2>&1", server_program(variable),
       folder_.write("config.yml", text + "\n").string(), (folder_ / "log").string()},
      port_);
}

std::string Registry::url(const std::string& name) const {
  return "oci://" + host() + "/" + name;
}

std::string Registry::curl(const std::string& options) const {
  return shell("curl -sSfk --user jane:canary-4711 " + options);
}

std::string Registry::put(const std::string& repository, const std::string& content) const {
  const auto digest = "sha256:" + base::sha256_hex(content);
  const auto file = folder_.write("layer", content);
  const auto place = curl("-o /dev/null -D - -X POST " + scheme_ + "://" + host() + "/v2/" +
                          repository + "/blobs/uploads/ | sed -n 's/\\r//; s/^[Ll]ocation: //p'");
  curl("-o /dev/null -X PUT -H 'Content-Type: application/octet-stream' --data-binary @" +
       file.string() + " '" + place + "&digest=" + digest + "'");
  return digest;
}

std::string Registry::put_manifest(const std::string& repository, const std::string& tag,
                                   const std::string& media_type, const std::string& json) const {
  const auto file = folder_.write("manifest", json);
  curl("-o /dev/null -X PUT -H 'Content-Type: " + media_type + "' --data-binary @" + file.string() +
       " " + scheme_ + "://" + host() + "/v2/" + repository + "/manifests/" + tag);
  return "sha256:" + base::sha256_hex(json);
}

std::string Registry::push(const std::string& repository, const std::string& tag,
                           const std::vector<std::pair<std::string, std::string>>& files) const {
  put(repository, "{}");
  std::vector<std::string> layers;
  for (const auto& [name, content] : files) {
    layers.push_back(layer_of(put(repository, content), content.size(),
                              "application/vnd.oci.image.layer.v1.tar",  // oras' own default
                              {{"org.opencontainers.image.title", name}}));
  }
  return put_manifest(repository, tag, oci_manifest, manifest_of(layers));
}

int Registry::count(const std::string& request) const {
  const auto log = base::read_file(folder_ / "log");
  int count = 0;
  for (auto at = log.find("\"" + request); at != std::string::npos;
       at = log.find("\"" + request, at + 1))
    ++count;
  return count;
}

std::int64_t Registry::bytes_of(const std::string& digest) const {
  const auto log = base::read_file(folder_ / "log");
  const std::regex answer("/blobs/" + digest + " HTTP/1.1\" 20[06] ([0-9]+)");
  std::int64_t sum = 0;
  for (std::sregex_iterator match(log.begin(), log.end(), answer), end; match != end; ++match)
    sum += std::stoll((*match)[1]);
  return sum;
}

std::filesystem::path Registry::file_of(const std::string& digest) const {
  const auto hex = digest.substr(digest.find(':') + 1);
  return folder_ /
         ("data/docker/registry/v2/blobs/sha256/" + hex.substr(0, 2) + "/" + hex + "/data");
}

std::string Registry::login(const std::string& host, const std::string& password) {
  return R"({"auths": {")" + host + R"(": {"auth": ")" + base::base64_encode("jane:" + password) +
         R"("}}})";
}

std::string layer_of(const std::string& digest, std::size_t bytes, const std::string& media_type,
                     const std::map<std::string, std::string>& annotations) {
  auto all = json::Json::object();
  for (const auto& [key, value] : annotations)
    all[key] = json::Json(value);
  return json::text(json::object({{"digest", digest},
                                  {"size", bytes},
                                  {"mediaType", media_type},
                                  {"annotations", std::move(all)}}));
}

std::string manifest_of(const std::vector<std::string>& layers) {
  std::string all;
  for (const auto& layer : layers)
    all += (all.empty() ? "" : ",") + layer;
  return R"({"schemaVersion": 2, "mediaType": ")" + std::string(oci_manifest) +
         R"(", "config": {"mediaType": "application/vnd.oci.empty.v1+json", "size": 2, "digest": ")" +
         empty_config + R"("}, "layers": [)" + all + "]}";
}

std::string serve_artifact(const WebServer& server, const std::string& content,
                           const std::string& before) {
  const auto layer = "sha256:" + base::sha256_hex(content);
  const auto manifest =
      manifest_of({layer_of(layer, content.size(), "application/octet-stream",
                            {{"org.opencontainers.image.title", "weights.bin"}})});
  const auto file = server.folder().write("manifest", manifest).string();
  const auto layer_file = server.folder().write("layer", content).string();
  server.folder().write_script(
      "v2",
      before + "case \"$REQUEST_URI\" in */blobs/*) type=application/octet-stream; file=" +
          layer_file + ";; *) type=" + oci_manifest + "; file=" + file +
          ";; esac\nprintf 'Content-Type: %s\\r\\nContent-Length: %s\\r\\nDocker-Content-Digest: "
          "sha256:" +
          base::sha256_hex(manifest) +
          "\\r\\n\\r\\n' $type $(wc -c <$file)\n[ \"$REQUEST_METHOD\" = HEAD ] || cat $file\n");
  return "oci://127.0.0.1:" + std::to_string(server.port()) + "/llm:1";
}
