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
std::string credential_helper(const GitRemote& remote, const std::filesystem::path& program);

struct CredentialOptions {
  std::string protocol;
  std::string host;  ///< with the port, when the URL has one
  std::string username;
  std::string password_file;
};

/// Speaks git's credential protocol (git-credential(1)): reads what git asks for and answers with
/// username and password when it is for exactly this protocol and host, else with nothing. Throws
/// Failure when the password cannot be read or cannot be one.
void answer_credential(const CredentialOptions& options, std::istream& question,
                       std::ostream& answer);

/// What a server that is sent the remote's credential could send back of it; none over ssh.
std::vector<std::string> secrets_sent_by_git(const GitRemote& remote);

}  // namespace content
