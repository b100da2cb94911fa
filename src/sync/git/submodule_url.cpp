#include "sync/git/submodule_url.h"

#include "sync/report/failure.h"

#include <algorithm>

namespace content {
namespace {

[[noreturn]] void refuse(const std::string& name, const std::string& problem) {
  throw Failure("GitSubmoduleRefused", "submodule." + name + ".url in .gitmodules " + problem);
}

RemoteUrl read(const std::string& name, const std::string& text) {
  auto url = read_remote_url(text);
  if (!url) {
    refuse(name,
           "is no URL of a server; write one that begins with https://, http:// or ssh://, or "
           "USER@HOST:PATH");
  }
  if (url->has_password) {
    refuse(name, "has a password in it; take that out of use, and write " + to_text(*url));
  }
  return *std::move(url);
}

/// https and http at their own ports are one server, which redirects the one to the other.
bool is_same_web_server(const RemoteUrl& one, const RemoteUrl& other) {
  return one.port == other.port && (one.scheme == other.scheme || one.port.empty());
}

RemoteUrl without_user(RemoteUrl url) {
  url.user.clear();
  return url;
}

std::vector<std::string> web_urls(const KnownRemotes& on_host, const RemoteUrl& url) {
  auto as_written = without_user(url);
  for (const auto& remote : on_host) {
    if (!remote.is_web() || !is_same_web_server(remote, url)) continue;
    if (remote.scheme == "https") as_written.scheme = "https";
    return {to_text(as_written)};
  }
  if (!on_host.empty() && on_host.front().scheme == "ssh")
    return {to_text(on_server(url, on_host.front())), to_text(as_written)};
  return {to_text(as_written)};
}

}  // namespace

std::vector<std::string> submodule_urls(const KnownRemotes& known, const std::string& name,
                                        const std::string& text, bool allow_git_protocol) {
  const auto url = read(name, text);
  KnownRemotes on_host;
  std::copy_if(
      known.begin(), known.end(), std::back_inserter(on_host),
      [&](const RemoteUrl& remote) { return remote.scheme != "git" && is_same_host(remote, url); });
  if (url.is_web()) return web_urls(on_host, url);
  const auto is_ours = [&](const RemoteUrl& remote) { return is_same_server(remote, url); };
  if (std::any_of(on_host.begin(), on_host.end(), is_ours)) return {to_text(url)};
  if (!on_host.empty()) return {to_text(on_server(url, on_host.front()))};
  auto over_https = without_user(on_server(url, {.scheme = "https", .host = url.host}));
  if (url.scheme == "git") {
    if (allow_git_protocol) return {to_text(without_user(url))};
    refuse(name,
           "is one of git://, which sync.allowGitProtocol of the operator's configuration "
           "does not allow; write " +
               to_text(over_https));
  }
  refuse(name, "is over ssh on " + url.host +
                   ", and there is no private key for that host; write " + to_text(over_https) +
                   "; where that is private, a GradientDeployment can give a credential for the "
                   "host in repositories.credentials");
}

}  // namespace content
