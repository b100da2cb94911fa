#pragma once

#include "base/process.h"
#include "json/json.h"
#include "sync/git/credential.h"
#include "sync/git/large_files.h"
#include "sync/git/remote_url.h"
#include "sync/git/ssh.h"
#include "sync/program/environment.h"
#include "sync/report/failure.h"
#include "sync/volume/temporary_folder.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// The git command line client for one remote.
namespace content {

/// A remote: where a repository is, and where the credentials for it are. No secret is in it.
struct GitRemote {
  std::string url;               ///< http or https without user information, or as is_ssh() says
  std::string username = {};     ///< empty: a name that token-only servers take; not over ssh
  Path password_file = {};       ///< over ssh the private key; empty: none
  Path known_hosts_file = {};    ///< of the host, for ssh; need not exist
  std::string known_hosts = {};  ///< where there is no such file
  std::vector<GitCredential> credentials = {};  ///< of other URLs, for submodules and large files
  bool allow_git_protocol = false;              ///< git://, of which nothing is secret or certain
  bool allow_local_addresses = false;           ///< that no URL here names (local_addresses.h)
  /// After so long without a byte, over http without one a second, a server counts as dead. One
  /// that is busy, or counts the objects of a large repository, sends little for a long time.
  std::chrono::seconds silence = longest_silence;
};

/// git with a configuration of our own and nothing of the machine's: no hooks, no prompts, no
/// transport but http and https, or ssh for a remote of ssh, and each credential for its own URLs
/// alone. Copies share that configuration, a folder that goes with the last of them.
class Git {
 public:
  using OnProgress = std::function<void(const json::Json&)>;  ///< {"bytes", and "total" if known}

  /// `program`: gradient-sync, of which git asks the credential. Throws Failure when ssh cannot use
  /// the private key.
  Git(GitRemote remote, const Path& program, std::stop_token stop, OnProgress on_progress);

  /// For a repository on this machine alone, which failures name: there is no remote.
  Git(const Path& repository, std::stop_token stop);

  /// `git ARGUMENTS`, and its standard output. Throws Failure with what git means, and Stopped.
  std::string operator()(std::vector<std::string> arguments) const;

  /// The same for a command whose output may be of any length, given line by line. What `on_line`
  /// throws ends the command. Throws Failure for a line that is longer than any path.
  using OnLine = std::function<void(std::string_view)>;
  void each_line(std::vector<std::string> arguments, const OnLine& on_line) const;

  /// The same for a command that reads `input`.
  std::string with_input(std::vector<std::string> arguments, const std::string& input) const;

  /// Makes an empty repository for a commit, whose length tells the kind of hash that it has.
  void init(const Path& path, const std::string& commit, bool is_bare) const;

  /// Runs a command of git-lfs that brings `files` as operator() does, and reports progress. Gives
  /// up when for a long time nothing comes: git-lfs waits for as long as a server asks it to.
  void transfer_large_files(std::vector<std::string> arguments,
                            const std::vector<LargeFile>& files) const;

  /// Git for a submodule that .gitmodules has as `name` and at `url`: for each of the places where
  /// it may be (submodule_url.h), in the order in which they are to be tried. Throws Failure.
  std::vector<Git> for_submodule(const std::string& name, const std::string& url) const;

  /// Where it is fetched.
  const std::string& url() const { return url_; }
  /// The same as messages have it.
  std::string told_url() const { return for_messages(url_); }
  /// What a clone has as its origin: for a submodule the URL that the repository says.
  const std::string& origin() const { return origin_; }
  /// Whether there is a credential for it.
  bool has_credential() const;
  /// Whether a server has refused a credential in the command that ran last.
  bool is_refused() const { return is_credential_refused(credential_state()); }
  /// Whether this and the repository are fetched over ssh from one host.
  bool is_on_our_ssh_server(const std::string& url) const;

 private:
  using Explain = std::function<Failure(std::string_view output, const std::string& url)>;
  std::string run(std::vector<std::string> arguments, base::Program program,
                  const Explain& explain = git_failure) const;
  std::string run_with_each_key(const std::vector<std::string>& arguments,
                                const base::Program& program, const Explain& explain,
                                const Failure& refused) const;
  std::string run_once(std::vector<std::string> arguments, base::Program program,
                       const Explain& explain) const;
  std::string requests() const;
  void note_redirection() const;
  std::vector<std::string> aliases() const;
  Path credential_state() const { return home_->path() / "credentials"; }
  Path headers_file() const { return home_->path() / "headers"; }

  GitRemote remote_;
  std::string url_, origin_;
  std::stop_token stop_;
  OnProgress on_progress_;
  std::shared_ptr<const TemporaryFolder> home_;
  /// Where servers redirect those who have logged in; by URL.
  std::shared_ptr<std::map<std::string, std::string>> moved_ =
      std::make_shared<std::map<std::string, std::string>>();
  SshAccess ssh_;
  std::vector<std::string> address_check_;  ///< more of its environment
};

/// The lines of what git prints, without their ends.
std::vector<std::string> lines_of(const std::string& output, char end = '\n');

/// What a command prints that prints one line.
std::string without_newline(std::string output);

/// Bytes out of "Receiving objects:  45% (9/20), 1.20 MiB | 800.00 KiB/s".
std::optional<std::int64_t> received_bytes(std::string_view line);

}  // namespace content
