#include "sync/git/large_file_settings.h"

#include "sync/git/remote_url.h"
#include "sync/report/failure.h"

#include <algorithm>
#include <array>

namespace content {
namespace {

namespace fs = std::filesystem;

constexpr const char* file_name = ".lfsconfig";

/// "section.subsection.name" as git prints it: section and name in lower case.
struct Key {
  explicit Key(const std::string& text) {
    const auto first = std::min(text.find('.'), text.size());
    const auto last = std::min(text.rfind('.'), text.size());
    section = text.substr(0, first);
    if (last < text.size()) name = text.substr(last + 1);
    if (last > first) subsection = text.substr(first + 1, last - first - 1);
  }
  std::string section, subsection, name;
};

/// The key for messages: a URL in it may have a password.
std::string key_for_messages(const std::string& key) {
  const Key parts(key);
  const bool is_plain = std::none_of(key.begin(), key.end(), [](char c) {
    return c == '@' || static_cast<unsigned char>(c) < ' ' || c == '\x7f';
  });
  return is_plain ? key.substr(0, 200) : parts.section + ".*." + parts.name;
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
}

bool names_server(const Git& git, const std::string& text) {
  const auto url = read_remote_url(text);
  if (!url || std::any_of(text.begin(), text.end(), is_control)) return false;
  const bool is_web = url->is_web() && text.starts_with(url->scheme + "://");
  return is_web || git.is_on_our_ssh_server(text);
}

bool is_url(const Key& key) {
  constexpr std::array names{"url", "pushurl", "lfsurl", "lfspushurl"};
  return std::find(names.begin(), names.end(), key.name) != names.end();
}

/// Of "lfs.URL.access" and "url.URL.insteadof"; others have names there
/// ("lfs.transfer.maxretries").
bool is_for_url(const Key& key) {
  const auto& where = key.subsection;
  return key.section == "url" || (key.section == "lfs" && (where.find(':') != std::string::npos ||
                                                           where.find('/') != std::string::npos));
}

/// What is wrong with a setting, and what would be right; empty when nothing is.
std::string problem(const Git& git, const std::string& text, const std::string& value) {
  const Key key(text);
  const auto server =
      std::string("of a server; write one that begins with https:// or http://") +
      (is_ssh(git.url()) ? ", or the ssh:// URL or USER@HOST:PATH of the repository's own host"
                         : "");
  if (key.section == "include" || key.section == "includeif")
    return "includes another file, which is never read; write what it has into .lfsconfig itself";
  if (text.find('=') != std::string::npos || value.find('\n') != std::string::npos)
    return "has a line's end or, before its value, a '=', which git-lfs takes for another setting; "
           "remove that";
  if (is_url(key) && !names_server(git, value)) return "must be the URL " + server;
  if (is_for_url(key) && !names_server(git, key.subsection)) return "must be for the URL " + server;
  if (text == "lfs.gitprotocol" && value != "https" && value != "http")
    return "must be https or http";
  return {};
}

/// Keys and values, in their order, without those of files that it includes.
std::vector<std::pair<std::string, std::string>> settings(const Git& git, const Path& file) {
  std::vector<std::pair<std::string, std::string>> result;
  const auto list = git({"config", "--no-includes", "--file", file.string(), "--null", "--list"});
  for (const auto& entry : lines_of(list, '\0')) {
    const auto newline = std::min(entry.find('\n'), entry.size());
    result.emplace_back(entry.substr(0, newline),
                        entry.substr(std::min(newline + 1, entry.size())));
  }
  return result;
}

/// "https://HOST[:PORT]" of a URL of http or https, without a user; empty for others.
std::string web_origin(const std::string& text) {
  const auto url = read_remote_url(text);
  return url && url->is_web() ? origin(*url) : "";
}

/// The URL at which git-lfs asks for large files; empty: the repository's own.
std::string large_file_server(const Git& git, const Path& tree) {
  std::string server;
  std::string server_of_remote;
  if (!fs::exists(tree / file_name)) return server;
  for (const auto& [key, value] : settings(git, tree / file_name)) {
    if (key == "lfs.url") server = value;
    if (key == "remote.origin.lfsurl") server_of_remote = value;
  }
  return server.empty() ? server_of_remote : server;
}

}  // namespace

void check_large_file_settings(const Git& git, const Path& tree,
                               const std::vector<std::string>& large_files) {
  const auto refuse = [&](const std::string& text) {
    throw Failure("GitLfsFailed", git.told_url() + ": " + text);
  };
  const auto file = tree / file_name;
  const auto status = fs::symlink_status(file);
  if (!fs::exists(status)) return;
  if (!fs::is_regular_file(status) ||
      std::find(large_files.begin(), large_files.end(), file_name) != large_files.end()) {
    refuse(".lfsconfig must be a plain file, and no symbolic link, folder or large file (LFS)");
  }
  std::vector<std::pair<std::string, std::string>> all;
  try {
    all = settings(git, file);
  } catch (const Failure&) {
    refuse(".lfsconfig is not what git reads as configuration; mend it");
  }
  for (const auto& [key, value] : all) {
    if (const auto wrong = problem(git, key, value); !wrong.empty())
      refuse(key_for_messages(key) + " in .lfsconfig " + wrong);
  }
}

Failure with_server_of_settings(const Failure& failure, const Git& git, const Path& tree) {
  if (failure.reason != "GitRedirected" && failure.reason != "GitAuthenticationFailed")
    return failure;
  if (git.is_refused()) {
    return {"GitAuthenticationFailed",
            git.told_url() +
                ": the server of its large files (LFS) refuses the credentials; accept the "
                "licence or give a token that may read it"};
  }
  const auto server = web_origin(large_file_server(git, tree));
  if (server.empty() || server == web_origin(git.url())) return failure;
  return {"GitAuthenticationFailed",
          git.told_url() + ": " + server +
              ", which .lfsconfig names as the server of its large files (LFS), asks for "
              "credentials, and those of the repository are sent to its own host alone; let that "
              "server give the files without credentials, or have the repository's host serve them "
              "and remove the URL from .lfsconfig; a GradientDeployment can give a credential for "
              "that server in repositories.credentials"};
}

}  // namespace content
