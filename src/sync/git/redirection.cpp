#include "sync/git/redirection.h"

#include "sync/git/remote_url.h"

#include <string_view>

namespace content {

std::string redirection_within_server(const std::string& log, const std::string& url) {
  constexpr std::string_view before = "Issue another request to this URL: '";  // libcurl's words
  const auto at = log.rfind(before);
  if (at == std::string::npos) return {};
  const auto begin = at + before.size();
  const auto ours = read_remote_url(url);
  const auto there = read_remote_url(log.substr(begin, log.find("/info/refs?", begin) - begin));
  const bool is_within = ours && there && is_same_server(*ours, *there);
  return is_within && to_text(*there) != url ? to_text(*there) : "";
}

}  // namespace content
