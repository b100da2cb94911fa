#include "sync/failure.h"

#include "base/process.h"
#include "sync/failure_rules.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <new>
#include <system_error>

namespace content {
namespace {

constexpr std::string_view wrong_region =
    "the region is wrong; write the one that the bucket is in into source.region";

const Rule* find(std::span<const Rule> rules, std::string_view output) {
  const auto found = std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) {
    return output.find(rule.text) != std::string_view::npos;
  });
  return found == rules.end() ? nullptr : &*found;
}

/// rclone's messages as they are shown, one a line: SDKs end theirs by lines of their own, which
/// tell the cause, or numbers that are nobody's here.
std::string without_continuations(std::string_view output) {
  constexpr std::string_view cause = "caused by: ";
  constexpr std::string_view numbers = "\tstatus code: ";
  std::string result;
  for (std::size_t begin = 0; begin < output.size();) {
    const auto end = std::min(output.find('\n', begin), output.size());
    const auto line = output.substr(begin, end - begin);
    begin = end + 1;
    if (line.starts_with(numbers)) continue;
    if (!result.empty()) result += line.starts_with(cause) ? ": " : "\n";
    result += line.starts_with(cause) ? line.substr(cause.size()) : line;
  }
  return result;
}

/// " (the server expects REGION)", of an S3 server that says so; it alone knows.
std::string expected_region(std::string_view output) {
  constexpr std::string_view expecting = " is wrong; expecting '";
  constexpr std::string_view of_names = "abcdefghijklmnopqrstuvwxyz0123456789-";
  const auto at = output.find(expecting);
  if (at == std::string_view::npos) return {};
  const auto from = output.substr(at + expecting.size());
  const auto region = from.substr(0, from.find_first_not_of(of_names));
  return region.empty() ? "" : " (the server expects " + std::string(region) + ")";
}

/// A text of the server's own may repeat what it was sent.
bool is_servers(const std::string& line) {
  return line.rfind("remote:", 0) == 0 || line.find("remote error:") != std::string::npos;
}

Failure failure(std::span<const Rule> rules, std::string_view output, const std::string& url,
                const char* program) {
  const auto* rule = find(volume_rules(), output);
  if (rule == nullptr) rule = find(network_rules(), output);
  if (rule == nullptr) rule = find(rules, output);
  if (rule == nullptr) {
    const auto said = last_line(without_continuations(output));
    return {
        "SyncFailed",
        url + ": " + program + (said.empty() || is_servers(said) ? " failed" : " says: " + said),
        Kind::Transient};
  }
  return {std::string(rule->reason), url + ": " + std::string(rule->message), rule->kind};
}

/// "could not read Username for 'https://HOST': ..." about another host than the URL's: after a
/// redirection.
bool asks_for_another_host(std::string_view output, std::string_view url) {
  constexpr std::string_view asking = "could not read Username for '";
  const auto at = output.find(asking);
  if (at == std::string_view::npos || url.rfind("http", 0) != 0) return false;
  const auto from = output.substr(at + asking.size());
  const auto origin = from.substr(0, from.find('\''));
  return url.substr(0, origin.size()) != origin;
}

}  // namespace

Failure git_failure(std::string_view output, const std::string& url) {
  // after what ssh or its server says
  output = output.substr(0, output.find("fatal: Could not read from remote repository"));
  if (asks_for_another_host(output, url))
    return {"GitRedirected", url + ": " + std::string(message::redirected)};
  return failure(git_rules(), output, url, "git");
}

Failure rclone_failure(std::string_view output, const std::string& url) {
  // rclone says no more when there is no bucket; a folder that is missing in one is an empty one
  const bool has_bucket = url.rfind("s3://", 0) == 0 || url.rfind("gs://", 0) == 0;
  if (has_bucket && output.find("directory not found") != std::string_view::npos)
    return {"ModelBucketMissing", url + ": " + std::string(message::no_bucket)};
  if (output.find("AuthorizationHeaderMalformed") != std::string_view::npos) {
    return {"ModelSourceRefused", url + ": " + std::string(wrong_region) + expected_region(output)};
  }
  return failure(rclone_rules(), output, url, "rclone");
}

Failure volume_failure(int error, const std::string& what) {
  if (error == ENOSPC) return {"VolumeFull", what + ": " + std::string(message::full)};
  if (error == EDQUOT)
    return {"VolumeQuotaExceeded", what + ": " + std::string(message::over_quota)};
  if (error == EROFS) return {"VolumeReadOnly", what + ": " + std::string(message::read_only)};
  if (error == EACCES || error == EPERM) {
    return {"VolumeReadOnly",
            what +
                ": the volume cannot be written by this user; set runAsUser and runAsGroup of "
                "the Dataset to one that can"};
  }
  if (error == ENAMETOOLONG) return {"SyncFailed", what + ": " + std::string(message::long_name)};
  return {"SyncFailed", what + ": " + std::generic_category().message(error), Kind::Transient};
}

Failure as_failure(const std::exception& error) {
  if (const auto* failure = dynamic_cast<const Failure*>(&error)) return *failure;
  if (const auto* ended = dynamic_cast<const base::ProcessError*>(&error)) {
    const bool has_run = ended->cause != base::ProcessError::Cause::NotStarted;
    return {"SyncFailed", ended->program + (has_run ? ": " : " cannot be run: ") + ended->what()};
  }
  const auto* file = dynamic_cast<const std::filesystem::filesystem_error*>(&error);
  if (file != nullptr && !file->path1().empty())
    return volume_failure(file->code().value(), file->path1().string());
  // What the system lacks now it may have soon.
  if (dynamic_cast<const std::system_error*>(&error) != nullptr)
    return {"SyncFailed", error.what(), Kind::Transient};
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) {
    return {"OutOfMemory",
            "the helper cannot have more memory; raise sync.resources.limits.memory of the "
            "operator's configuration"};
  }
  return {"SyncFailed", error.what()};
}

std::string last_line(std::string_view output, std::size_t longest) {
  const auto end = output.find_last_not_of(" \r\n\t");
  if (end == std::string_view::npos) return {};
  output = output.substr(0, end + 1);
  const auto begin = output.find_last_of("\r\n");
  if (begin != std::string_view::npos) output.remove_prefix(begin + 1);
  return std::string(output.substr(0, longest));
}

}  // namespace content
