#include "sync/report/failure.h"

#include "base/process.h"
#include "sync/report/failure_rules.h"
#include "sync/report/host_in_message.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <new>
#include <optional>
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

/// rclone's messages, one a line. Of an answer of Azure, which comes as three parts between lines
/// of dashes, only what was asked and the code: the third is what the server wrote.
std::string without_answers(std::string_view output) {
  const std::string dashes(80, '-');
  std::string result;
  int part = 0;
  for (std::size_t begin = 0; begin < output.size();) {
    const auto end = std::min(output.find('\n', begin), output.size());
    const auto line = output.substr(begin, end - begin);
    begin = end + 1;
    if (line == dashes) {
      part = (part + 1) % 3;
    } else if (part != 2) {
      result += (result.empty() ? "" : part == 1 ? ": " : "\n") + std::string(line);
    }
  }
  return result;
}

/// The same without the numbers of S3's answers, which are others each time.
std::string without_numbers(std::string text) {
  for (const std::string_view number : {"RequestID: ", "HostID: "}) {
    for (auto at = text.find(number); at != std::string::npos; at = text.find(number, at)) {
      const auto end = text.find_first_of(",\n", at);
      text.erase(at, end == std::string::npos ? end : end - at + 2);
    }
  }
  return text;
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

/// The key of an object of S3 that is in an archive, which rclone tells with the class of storage
/// and the bucket.
std::optional<std::string> archived_key(std::string_view output) {
  constexpr std::string_view before = ", restore first: bucket=";
  constexpr std::string_view key = ", key=\"";
  constexpr std::size_t longest = 200;
  const auto at = output.find(before);
  const auto begin = at == std::string_view::npos ? at : output.find(key, at);
  if (begin == std::string_view::npos) return {};
  const auto rest = output.substr(begin + key.size());
  return std::string(rest.substr(0, std::min(rest.find_first_of("\"\n"), longest)));
}

/// Such a line is the server's own text, which may repeat a secret that the server was sent.
bool is_servers(const std::string& line) {
  return line.starts_with("remote:") || line.find("remote error:") != std::string::npos;
}

/// The lines of programs on this machine: a server's volume may be full, too, or its repository
/// damaged.
std::string without_servers(std::string_view output) {
  std::string result;
  for (std::size_t begin = 0; begin < output.size();) {
    const auto end = std::min(output.find_first_of("\r\n", begin), output.size());
    const auto line = std::string(output.substr(begin, end - begin));
    if (!is_servers(line)) result += line + "\n";
    begin = end + 1;
  }
  return result;
}

Failure local_address_failure(const LocalPlace& place, const std::string& url) {
  const bool is_own = names_host(url, place.host);
  const bool is_address = place.host.find(place.address) != std::string::npos;
  return {"LocalAddressRefused",
          url + ": " + (is_own ? "its host " : "the server leads to ") + place.host +
              (is_address ? "" : " (" + place.address + ")") + (is_own ? " is" : ",") +
              " an address of the pod itself or of its node that the spec does not name; " +
              (is_own ? "fetch from another host" : "have it lead elsewhere") +
              ", or set sync.allowLocalAddresses in the operator's configuration"};
}

/// `local`: rules for what programs on this machine say, which come before those for servers.
Failure failure(std::span<const Rule> local, std::span<const Rule> rules, std::string_view output,
                const std::string& url, const char* program) {
  const auto ours = without_servers(output);
  if (const auto place = refused_place(ours)) return local_address_failure(*place, url);
  const auto* rule = find(volume_rules(), ours);
  if (rule == nullptr) rule = find(local, ours);
  auto where = url;
  if (rule == nullptr) {
    rule = find(network_rules(), output);
    const auto host = rule == nullptr ? "" : host_in_message(output, rule->text);
    if (!host.empty() && !names_host(url, host)) where += ": " + host;
  }
  if (rule == nullptr) rule = find(rules, output);
  if (rule == nullptr) {
    const auto said = last_line(output);
    return {
        "SyncFailed",
        url + ": " + program + (said.empty() || is_servers(said) ? " failed" : " says: " + said),
        Failure::Kind::Transient};
  }
  return {std::string(rule->reason), where + ": " + std::string(rule->message), rule->kind};
}

/// "HOST[:PORT]" of a URL of https or http.
std::string_view host_of(std::string_view url) {
  const auto begin = std::min(url.find("://"), url.size() - 3) + 3;
  return url.substr(begin, url.find_first_of("/'", begin) - begin);
}

/// "could not read Username for 'https://HOST': ..." about another host than the URL's: after a
/// redirection, which within a host leads from http to https.
bool asks_for_another_host(std::string_view output, std::string_view url) {
  constexpr std::string_view asking = "could not read Username for '";
  const auto at = output.find(asking);
  if (at == std::string_view::npos || !url.starts_with("http")) return false;
  return host_of(output.substr(at + asking.size())) != host_of(url);
}

}  // namespace

Failure with_prefix(const std::string& what, const Failure& failure) {
  Failure result(failure.reason, what + ": " + failure.what(), failure.kind);
  result.retry_after = failure.retry_after;
  return result;
}

Failure git_failure(std::string_view output, const std::string& url) {
  // This line comes last; what ssh or the server says about the cause comes before it.
  output = output.substr(0, output.find("fatal: Could not read from remote repository"));
  if (asks_for_another_host(output, url))
    return {"GitRedirected", url + ": " + std::string(message::redirected)};
  return failure(local_git_rules(), git_rules(), output, url, "git");
}

std::optional<Failure> encoding_failure(std::string_view line, const std::string& url) {
  constexpr std::string_view begin = "error: failed to encode '";
  constexpr std::string_view from = "' from UTF-8 to ";
  constexpr std::size_t longest_name = 200;
  if (!line.starts_with(begin)) return {};
  // git cuts its message after a long name, and a newline in a name ends the line: then the
  // encoding is not there.
  const auto at = line.rfind(from);
  const bool is_whole = at != std::string_view::npos;
  const auto name = line.substr(begin.size(), is_whole ? at - begin.size() : longest_name);
  const auto encoding = is_whole ? " " + std::string(line.substr(at + from.size())) : "";
  return Failure("SyncFailed",
                 url + ": " + std::string(name) + " cannot be written in the encoding" + encoding +
                     (is_whole ? "," : "") +
                     " which working-tree-encoding in .gitattributes demands: it has characters "
                     "that the encoding lacks, or nobody knows an encoding of that name; correct "
                     "one of them in the repository");
}

Failure rclone_failure(std::string_view output, const std::string& url) {
  const auto text = without_numbers(without_answers(output));
  // For rclone a folder that is missing in a bucket is an empty one, so this is about the bucket.
  const bool has_bucket = url.starts_with("s3://") || url.starts_with("gs://");
  const bool has_container = url.starts_with("azureblob://");
  if ((has_bucket || has_container) && text.find("directory not found") != std::string::npos) {
    return {"ModelBucketMissing",
            url + ": " + std::string(has_bucket ? message::no_bucket : message::no_container)};
  }
  if (text.find("AuthorizationHeaderMalformed") != std::string_view::npos) {
    return {"ModelSourceRefused", url + ": " + std::string(wrong_region) + expected_region(text)};
  }
  if (const auto key = archived_key(text)) {
    return {"ModelSourceArchived",
            url + ": the object " + *key + " " + std::string(message::archived)};
  }
  return failure(identity_rules(), rclone_rules(), text, url, "rclone");
}

Failure oci_failure(std::string_view output, const std::string& url) {
  return failure({}, oci_rules(), output, url, "oci-pull");
}

Failure unpack_failure(std::string_view output, const std::string& url) {
  return failure({}, {}, output, url, "gradient-unpack");
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
  return {"SyncFailed", what + ": " + std::generic_category().message(error),
          Failure::Kind::Transient};
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
  // The system lacks a resource (EMFILE, ENOMEM), which others may give back.
  if (dynamic_cast<const std::system_error*>(&error) != nullptr)
    return {"SyncFailed", error.what(), Failure::Kind::Transient};
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr)
    return {"OutOfMemory", std::string(message::out_of_memory)};
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
