#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

/// git's credential helper (gitcredentials(7)), which is gradient-sync itself: so the password is
/// in no argument, variable or file of git's.
namespace content {

struct GitRemote;

/// The value of git's credential.helper for this remote: a shell command that runs
/// `PROGRAM credential` (gradient-sync) and names the password's file only. Empty without a
/// password and over ssh; an empty helper also clears those that were configured before.
/// `refused_file`: as CredentialOptions has it.
std::string credential_helper(const GitRemote& remote, const std::filesystem::path& program,
                              const std::filesystem::path& refused_file);

struct CredentialOptions {
  std::string protocol;
  std::string host;  ///< with the port, when the URL has one
  std::string username;
  std::string password_file;
  /// Is there once the server has refused the credential: of several requests at once one refusal
  /// is enough. Without it git-lfs, which asks again after each refusal, would send the credential
  /// for ever.
  std::string refused_file;
};

/// The action "get" of git's credential protocol (git-credential(1)): reads what git asks for and
/// answers with username and password when it is for exactly this protocol and host and was not
/// refused, else with nothing. Throws Failure when the password cannot be read or cannot be one.
void answer_credential(const CredentialOptions& options, std::istream& question,
                       std::ostream& answer);

/// The action "erase", by which git tells that the server has refused the credential. Throws
/// Failure.
void remember_refusal(const CredentialOptions& options, std::istream& refused);

/// What a server that is sent the remote's credential could send back of it; none over ssh.
std::vector<std::string> secrets_sent_by_git(const GitRemote& remote);

}  // namespace content
