#include "sync/git/github_app.h"

#include "base/base64.h"
#include "base/openssl.h"
#include "json/json.h"
#include "sync/git/remote_url.h"
#include "sync/program/http.h"
#include "sync/program/secret_file.h"
#include "sync/report/failure.h"

#include <openssl/pem.h>

#include <algorithm>

namespace content {
namespace {

constexpr const char* refused = "GitAuthenticationFailed";

/// RFC 4648, section 5, without padding, as RFC 7515 has it.
std::string base64url(std::string_view data) {
  auto text = base::base64_encode(data);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  while (text.ends_with('='))
    text.pop_back();
  return text;
}

using base::openssl::Bio;
using base::openssl::Digest;
using base::openssl::Key;

/// Nobody is there to enter a passphrase.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*for_writing*/, void* /*data*/) {
  return -1;
}

/// RS256 (RFC 7518, section 3.3); empty when the key cannot sign so.
std::string signature(const std::string& pem, const std::string& text) {
  const Bio file(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Key key(PEM_read_bio_PrivateKey(file.get(), nullptr, no_passphrase, nullptr));
  if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) return {};
  const Digest digest(EVP_MD_CTX_new());
  std::string result(static_cast<std::size_t>(EVP_PKEY_get_size(key.get())), '\0');
  auto size = result.size();
  const auto bytes = [](auto* data) { return reinterpret_cast<unsigned char*>(data); };
  const bool is_signed =
      EVP_DigestSignInit(digest.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
      EVP_DigestSign(digest.get(), bytes(result.data()), &size,
                     reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
  result.resize(is_signed ? size : 0);
  return result;
}

/// What a status of the API means (docs.github.com, "Create an installation access token for an
/// app").
Failure failure_of(int status, const std::string& subject) {
  constexpr auto transient = Failure::Kind::Transient;
  if (status == 401) {
    return {refused, subject +
                         ": the server does not take the App's private key; check githubApp.appId "
                         "and privateKey, and that the node's clock is right"};
  }
  if (status == 403)
    return {refused, subject + ": the server refuses a token; the installation may be suspended"};
  if (status == 404) {
    return {refused, subject +
                         ": the App has no such installation; check githubApp.installationId, and "
                         "apiUrl where the server is not github.com"};
  }
  if (status == 429)
    return {"ServerBusy", subject + ": the server asks to slow down (too many requests)",
            transient};
  if (status >= 500)
    return {"ServerFailed", subject + ": the server is in trouble (an error 5xx); ask its owner",
            transient};
  return {"UnexpectedAnswer", subject + ": the answer (" + std::to_string(status) +
                                  ") is not that of GitHub's API; check githubApp.apiUrl"};
}

}  // namespace

std::string app_token(const std::string& id, const std::string& key,
                      std::chrono::system_clock::time_point now) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  constexpr int before = 60;
  constexpr int after = 9 * 60;
  // The algorithm RS256 and the type of the token, in base64url.
  constexpr const char* header = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9";
  const auto claims =
      json::object({{"iat", seconds - before}, {"exp", seconds + after}, {"iss", id}});
  auto token = std::string(header) + "." + base64url(json::text(claims));
  const auto proof = signature(key, token);
  if (proof.empty()) {
    throw Failure(refused, "GitHub App " + id +
                               ": what githubApp.privateKey names is no private key of RSA in PEM, "
                               "as GitHub makes for an App; put the whole file into the Secret");
  }
  return token + "." + base64url(proof);
}

std::string usual_api(const std::string& url) {
  const auto server = read_remote_url(url);
  if (!server) return {};
  constexpr std::string_view with_data_residency = ".ghe.com";
  if (server->host == "github.com" || server->host.ends_with(with_data_residency))
    return "https://api." + server->host;
  return origin(*server) + "/api/v3";
}

std::string installation_token(const GitHubApp& app, const std::string& url,
                               const std::filesystem::path& private_key) {
  auto api = app.api.empty() ? usual_api(url) : app.api;
  while (api.ends_with('/'))
    api.pop_back();
  const auto proof =
      app_token(app.id, read_secret_text(private_key.string()), std::chrono::system_clock::now());
  const auto answer =
      http_post(api + "/app/installations/" + app.installation + "/access_tokens",
                {"Authorization: Bearer " + proof, "Accept: application/vnd.github+json",
                 "X-GitHub-Api-Version: 2022-11-28", "User-Agent: gradient-sync"});
  const auto subject = "GitHub App " + app.id + ", asked for at " + api;
  if (answer.status != 200 && answer.status != 201) throw failure_of(answer.status, subject);
  std::string token;
  try {
    token = json::string_at(json::parse(answer.body), {"token"});
  } catch (const std::invalid_argument&) {  // no JSON
  }
  const bool is_line = std::none_of(token.begin(), token.end(),
                                    [](unsigned char c) { return c <= ' ' || c == 0x7F; });
  if (token.empty() || !is_line) throw failure_of(answer.status, subject);
  return token;
}

}  // namespace content
