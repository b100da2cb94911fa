#include "sync/support/helper_run.h"

#include "base/base64.h"
#include "base/files.h"
#include "base/process.h"
#include "json/json.h"
#include "sync/program/environment.h"
#include "sync/support/web_server.h"

#include <fstream>
#include <future>

namespace fs = std::filesystem;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

HelperRun::HelperRun() : environment(content::environment_for_programs()) {
  fs::create_directory(folder_ / "volume");
}

std::string HelperRun::repository(const std::string& url, const std::vector<std::string>& more) {
  std::vector<std::string> arguments{
      GRADIENT_SYNC, "repository", "--volume",   (folder_ / "volume").string(),
      "--key",       "key",        "--name",     "app",
      "--url",       url,          "--username", username};
  if (!password.empty()) {
    const auto file = secrets_.write("password", password);
    arguments.insert(arguments.end(), {"--password-file", file.string()});
  }
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run(std::move(arguments), "volume/.gradient/checkouts/key");
}

std::string HelperRun::model(const std::string& url, const std::vector<std::string>& more) {
  std::vector<std::string> arguments{
      GRADIENT_SYNC, "model", "--target", (folder_ / "volume").string(),
      "--name",      "llm",   "--source", url};
  if (!password.empty() && url.starts_with("oci://")) {
    const auto host = url.substr(6, url.find('/', 6) - 6);
    secrets_.write("config.json", R"({"auths": {")" + host + R"(": {"auth": ")" +
                                      base::base64_encode(username + ":" + password) + R"("}}})");
    arguments.insert(arguments.end(), {"--credentials-dir", (secrets_ / "").string()});
  } else if (!password.empty()) {
    const bool is_s3 = url.starts_with("s3://");
    secrets_.write(is_s3 ? "accessKeyId" : "username", username);
    secrets_.write(is_s3 ? "secretAccessKey" : "password", password);
    arguments.insert(arguments.end(), {"--credentials-dir", (secrets_ / "").string()});
  }
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run(std::move(arguments), "volume/..data");
}

std::string HelperRun::run(std::vector<std::string> arguments, const std::string& published) {
  const auto told = folder_ / "told";
  fs::remove(told);
  arguments.insert(arguments.end(), {"--termination-log", told.string()});
  if (!mount.empty()) {
    arguments.insert(arguments.begin(),
                     {"unshare", mounts_as_root ? "-m" : "-rm", "sh", "-c",
                      mount + " && shift && exec \"$@\"", "sh", (folder_ / "volume").string()});
  }
  arguments.insert(arguments.begin(), {"sh", "-c", "exec \"$@\" >>\"$0\" 2>&1", log().string()});
  std::stop_source stop;
  const auto work = [&] {
    try {
      base::run({.arguments = std::move(arguments), .environment = environment}, stop.get_token());
    } catch (const base::Stopped&) {
    }
  };
  auto end = std::async(std::launch::async, work);
  while (end.wait_for(std::chrono::milliseconds(10)) != std::future_status::ready) {
    if (fs::exists(fs::symlink_status(folder_ / published)) && has(published, "..data"))
      stop.request_stop();
  }
  end.get();
  if (fs::exists(fs::symlink_status(folder_ / published))) return "published";
  const auto message = json::parse(base::read_file(told));
  return json::string_at(message, {"reason"}) + ": " + json::string_at(message, {"message"});
}

int HelperRun::retries() const {
  std::ifstream lines(log());
  int count = 0;
  for (std::string line; std::getline(lines, line);)
    count += has(line, R"("event":"retry")") && has(line, " trying again in ") ? 1 : 0;
  return count;
}

bool HelperRun::leaks() const {
  const auto encoded = base::base64_encode(username + ":" + password);
  return !shell("grep -rlF -e '" + password + "' -e '" + encoded + "' " + (folder_ / "").string() +
                " || true")
              .empty();
}

bool may_mount() {
  return base::run({.arguments = {"unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"},
                    .environment = content::environment_for_programs()})
             .exit_code == 0;
}

std::string mount_with_quota(const std::string& image, const std::string& bytes) {
  return "truncate -s 300M " + image + " && mkfs.btrfs -q " + image + " && mount -o loop " + image +
         " \"$1\" && btrfs quota enable \"$1\" && btrfs qgroup limit " + bytes + " 0/5 \"$1\"";
}

bool may_mount_with_quota() {
  const Folder folder;
  const auto mount = mount_with_quota((folder / "image").string(), "8M");
  return base::run({.arguments = {"unshare", "-m", "sh", "-c", mount, "sh", "/mnt"},
                    .environment = content::environment_for_programs()})
             .exit_code == 0;
}
