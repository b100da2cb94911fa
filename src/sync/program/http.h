#pragma once

#include <string>
#include <vector>

/// The few requests that a helper makes itself, over the proxy and with the certificate authorities
/// that the programs get that it runs (environment.h, trust.h).
namespace content {

struct HttpAnswer {
  int status = 0;
  std::string body;
};

/// POST without a body. `headers`: "NAME: VALUE". No redirection is followed. Blocks for half a
/// minute at most, and starts a thread that stays. Throws Failure when there is no answer.
HttpAnswer http_post(const std::string& url, const std::vector<std::string>& headers);

/// The hosts that are reached without a proxy, by the environment (no_proxy, NO_PROXY).
std::string hosts_without_proxy();

/// The proxy for a URL by the environment (http_proxy, https_proxy, all_proxy, no_proxy), as curl
/// reads it but for ranges of addresses; empty: none.
std::string proxy_for(const std::string& url);

}  // namespace content
