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

std::shared_ptr<const Proof> Credentials::proof() {
  const std::lock_guard lock(mutex_);
  if (!proof_ || (is_renewable() && clock_->now() >= due_)) renew();
  return proof_;
}

bool Credentials::refresh(std::uint64_t version) {
  const std::lock_guard lock(mutex_);
  if (proof_ && proof_->version == version && is_renewable()) renew();
  return proof_ && proof_->version != version;
}

bool Credentials::is_renewable() const {
  return !config_.token_file.empty() || config_.exec;
}

/// Replaces proof_, under a new version if it is another one.
void Credentials::renew() {
  Proof fresh;
  try {
    due_ = clock_->now() + reread_after;
    fresh = fresh_proof();
  } catch (const ConfigError& error) {
    if (!proof_) throw;
    spdlog::warn("kept the former credentials error=\"{}\"", error.what());
    return;
  }
  const bool is_same = proof_ && proof_->authorization == fresh.authorization &&
                       proof_->certificate == fresh.certificate;
  fresh.version = proof_ ? proof_->version + (is_same ? 0 : 1) : 1;
  proof_ = std::make_shared<const Proof>(std::move(fresh));
}

/// In the order of kubectl: a token file is fresher than a token, a plugin is asked last.
Proof Credentials::fresh_proof() {
  Proof proof;
  if (!config_.token_file.empty()) {
    proof.authorization = token_of_file(config_.token_file);
  } else if (!config_.token.empty()) {
    proof.authorization = bearer(config_.token, "token");
  } else if (!config_.username.empty()) {
    proof.authorization = "Basic " + base::base64_encode(config_.username + ":" + config_.password);
  } else if (config_.exec) {
    auto credential = run_plugin(*config_.exec, config_);
    if (!credential.token.empty()) {
      proof.authorization = bearer(credential.token, config_.exec->command + ": status.token");
    }
    proof.certificate = std::move(credential.certificate);
    due_ = Clock::TimePoint::max();
    if (credential.expires) {
      due_ = clock_->now() + (*credential.expires - clock_->wall()) - leeway;
    }
  }
  return proof;
}

}  // namespace kube
