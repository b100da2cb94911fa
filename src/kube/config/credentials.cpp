#include "kube/config/credentials.h"

#include "base/base64.h"
#include "base/files.h"
#include "kube/config/exec_credential.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace kube {
namespace {

constexpr std::size_t max_token = 256U << 10U;
constexpr std::chrono::minutes reread_after{1};
constexpr std::chrono::seconds leeway{10};  ///< a plugin's credential is renewed before its end

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
}

/// The token as a header value; `where` names its source in messages.
std::string bearer(const std::string& text, const std::string& where) {
  const auto token = trimmed(text);
  if (token.empty()) throw ConfigError(where + ": is empty");
  if (std::any_of(token.begin(), token.end(), is_control)) {
    throw ConfigError(where + ": holds a control character");
  }
  return "Bearer " + token;
}

std::string token_of_file(const std::filesystem::path& file) {
  try {
    return bearer(base::read_file(file, max_token), "tokenFile " + file.string());
  } catch (const ConfigError&) {
    throw;
  } catch (const std::runtime_error& error) {
    throw ConfigError(std::string("tokenFile: ") + error.what());
  }
}

}  // namespace

std::shared_ptr<const RequestCredentials> Credentials::current() {
  const std::lock_guard lock(mutex_);
  if (!current_ || (is_renewable() && clock_->now() >= due_)) renew();
  return current_;
}

bool Credentials::refresh(std::uint64_t version) {
  const std::lock_guard lock(mutex_);
  if (current_ && current_->version == version && is_renewable()) renew();
  return current_ && current_->version != version;
}

bool Credentials::is_renewable() const {
  return !config_.token_file.empty() || config_.exec;
}

/// Replaces current_, under a new version if it is another one.
void Credentials::renew() {
  RequestCredentials fresh;
  try {
    due_ = clock_->now() + reread_after;
    fresh = fresh_credentials();
  } catch (const ConfigError& error) {
    if (!current_) throw;
    spdlog::warn("kept the former credentials error=\"{}\"", error.what());
    return;
  }
  const bool is_same = current_ && current_->authorization == fresh.authorization &&
                       current_->certificate == fresh.certificate;
  fresh.version = current_ ? current_->version + (is_same ? 0 : 1) : 1;
  current_ = std::make_shared<const RequestCredentials>(std::move(fresh));
}

/// In the order of kubectl: a token file is fresher than a token, a plugin is asked last.
RequestCredentials Credentials::fresh_credentials() {
  RequestCredentials credentials;
  if (!config_.token_file.empty()) {
    credentials.authorization = token_of_file(config_.token_file);
  } else if (!config_.token.empty()) {
    credentials.authorization = bearer(config_.token, "token");
  } else if (!config_.username.empty()) {
    credentials.authorization =
        "Basic " + base::base64_encode(config_.username + ":" + config_.password);
  } else if (config_.exec) {
    auto credential = run_plugin(*config_.exec, config_);
    if (!credential.token.empty()) {
      credentials.authorization =
          bearer(credential.token, config_.exec->command + ": status.token");
    }
    credentials.certificate = std::move(credential.certificate);
    due_ = Clock::TimePoint::max();
    if (credential.expires) {
      due_ = clock_->now() + (*credential.expires - clock_->wall()) - leeway;
    }
  }
  return credentials;
}

}  // namespace kube
