#include "sync/support/s3_server.h"

#include "base/hash.h"
#include "sync/support/web_server.h"

namespace {

constexpr const char* variable = "GRADIENT_S3_SERVER";

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text)
    result += c == '\'' ? "'\\''" : std::string(1, c);
  return result + "'";
}

}  // namespace

bool S3Server::is_missing() {
  return is_server_missing(variable, "S3");
}

S3Server::S3Server(std::string region, std::string user, std::string password)
    : region_(std::move(region)), user_(std::move(user)), password_(std::move(password)) {
  process_.start(
      {"/usr/bin/env", "MINIO_ROOT_USER=" + user_, "MINIO_ROOT_PASSWORD=" + password_,
       "MINIO_BROWSER=off", "MINIO_REGION=" + region_, server_program(variable), "server",
       "--quiet", "--address", "127.0.0.1:" + std::to_string(port_), (folder_ / "data").string()},
      port_);
  // It calls itself ready before it knows its users, and answers them 503 until then.
  shell("until " + request("GET", "") + " " + endpoint() + "/ 2>/dev/null; do :; done");
}

std::string S3Server::request(const std::string& method, const std::string& content) const {
  return "curl -sSf -o /dev/null -X " + method + " --user " + quoted(user_ + ":" + password_) +
         " --aws-sigv4 aws:amz:" + region_ +
         ":s3 -H x-amz-content-sha256:" + base::sha256_hex(content);
}

void S3Server::put(const std::string& path, const std::string& content) {
  const auto file = folder_.write("object", content);
  shell(request("PUT", content) + " --data-binary @" + file.string() + " " + endpoint() + "/" +
        path);
}

void S3Server::put_with_md5(const std::string& path, const std::string& content,
                            const std::string& md5) {
  const auto file = folder_.write("object", content);
  const auto configuration =
      folder_.write("rclone.conf", "[s3]\ntype = s3\nprovider = Minio\nendpoint = " + endpoint() +
                                       "\naccess_key_id = jane\nsecret_access_key = canary-4711\n"
                                       "upload_cutoff = 0\ndisable_checksum = true\n");
  shell("rclone --config " + configuration.string() + " copyto " + file.string() + " s3:" + path +
        " --ignore-checksum --metadata --metadata-set md5chksum=" + md5);
}
