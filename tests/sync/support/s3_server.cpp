#include "sync/support/s3_server.h"

#include "base/hash.h"
#include "sync/support/web_server.h"

namespace {

constexpr const char* variable = "GRADIENT_S3_SERVER";

/// A signed request; its address is to follow.
std::string curl(const std::string& method, const std::string& content, const std::string& region) {
  return "curl -sSf -o /dev/null -X " + method +
         " --user jane:canary-4711 --aws-sigv4 aws:amz:" + region +
         ":s3 -H x-amz-content-sha256:" + base::sha256_hex(content);
}

}  // namespace

bool S3Server::is_missing() {
  return is_server_missing(variable, "S3");
}

S3Server::S3Server(const std::string& region) : region_(region) {
  process_.start(
      {"/usr/bin/env", "MINIO_ROOT_USER=jane", "MINIO_ROOT_PASSWORD=canary-4711",
       "MINIO_BROWSER=off", "MINIO_REGION=" + region_, server_program(variable), "server",
       "--quiet", "--address", "127.0.0.1:" + std::to_string(port_), (folder_ / "data").string()},
      port_);
  // It calls itself ready before it knows its users, and answers them 503 until then.
  shell("until " + curl("GET", "", region_) + " " + endpoint() + "/ 2>/dev/null; do :; done");
}

void S3Server::put(const std::string& path, const std::string& content) {
  const auto file = folder_.write("object", content);
  shell(curl("PUT", content, region_) + " --data-binary @" + file.string() + " " + endpoint() +
        "/" + path);
}

void S3Server::put_with_md5(const std::string& path, const std::string& content,
                            const std::string& md5) {
  const auto file = folder_.write("object", content);
  const auto configuration =
      folder_.write("rclone.conf", "[s3]\ntype = s3\nprovider = Minio\nendpoint = " + endpoint() +
                                       "\naccess_key_id = jane\nsecret_access_key = canary-4711\n"
                                       "upload_cutoff = 0\ndisable_checksum = true\n");
  shell("env -u AWS_CA_BUNDLE rclone --config " + configuration.string() + " copyto " +
        file.string() + " s3:" + path +
        " --ignore-checksum --metadata --metadata-set md5chksum=" + md5);
}
