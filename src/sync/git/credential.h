#pragma once

#include "json/json.h"
#include "sync/git/github_app.h"
#include "sync/report/failure.h"

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

/// git's credential helper (gitcredentials(7)), which is gradient-sync itself: so a password is in
/// no argument, variable or file of git's.
namespace content {

struct GitRemote;

/// A credential for all URLs that begin so. No secret is in it.
struct GitCredential {
  std::string url;            ///< https://HOST[:PORT][/PATH] or the same of http, without a user
  std::string username = {};  ///< empty: a name that token-only servers take
  std::filesystem::path password_file = {};  ///< of an App the private key
  std::optional<GitHubApp> app = {};         ///< then the password is a token that the App gets
  bool operator==(const GitCredential&) const = default;
};

/// As one word of a command line: JSON. Reading throws std::invalid_argument.
std::string to_text(const GitCredential& credential);
GitCredential read_git_credential(const std::string& text);

/// All that a server may be sent: the remote's own credential, where it is fetched over http, and
/// those of other URLs. The one whose path is the longest is for a URL; of two, the first.
std::vector<GitCredential> credentials_of(const GitRemote& remote);

/// Whether some are for a part of a host only, so that git must tell the path (git's
/// credential.useHttpPath).
bool have_paths(const std::vector<GitCredential>& credentials);

/// The value of git's credential.helper: a shell command that runs `PROGRAM credential`
/// (gradient-sync) and names the files of passwords only. Empty without credentials; an empty
/// helper also clears those that were configured before. `state`: as CredentialOptions has it.
std::string credential_helper(const std::vector<GitCredential>& credentials,
                              const std::filesystem::path& program,
                              const std::filesystem::path& state);

struct CredentialOptions {
  std::vector<GitCredential> credentials;
  /// A folder of one command of git: which credentials a server has refused, and what went wrong.
  /// Of several requests at once one refusal is enough. Without it git-lfs, which asks again after
  /// each refusal, would send the credential for ever.
  std::filesystem::path state;
};

/// The action "get" of git's credential protocol (git-credential(1)): reads what git asks for and
/// answers with username and password when one is for exactly this protocol, host and path and was
/// not refused, else with nothing. Throws Failure when the password cannot be had or cannot be one.
void answer_credential(const CredentialOptions& options, std::istream& question,
                       std::ostream& answer);

/// The action "erase", by which git tells that the server has refused the credential. Throws
/// Failure.
void remember_refusal(const CredentialOptions& options, std::istream& refused);

/// Whether a server has refused one.
bool is_credential_refused(const std::filesystem::path& state);

/// For git's caller, which sees of a helper that fails only that there was no answer.
void remember_problem(const CredentialOptions& options, const Failure& problem);
std::optional<Failure> credential_problem(const std::filesystem::path& state);

/// `text` of a server's that is sent the remote's credentials, without what it could send back.
std::string without_credentials(std::string text, const GitRemote& remote);

/// Whether git has a credential for this URL.
bool has_credential(const GitRemote& remote, const std::string& url);

}  // namespace content
