#pragma once

#include "support/folder.h"
#include "sync/support/server_process.h"

#include <string>

/// A shell script, run to its end; throws when it fails. Its output without the last newline.
std::string shell(const std::string& script);

/// A real web server on loopback: git repositories of `folder`/git under /git/ and files of
/// `folder`/files, listed, under /files/, with their times if called *.safetensors. What begins
/// with "private" demands user jane with the password "canary-4711". Large files of the
/// repositories are asked of the LFS server at a port. Shell scripts of `folder`/cgi answer below
/// /cgi/NAME, and the script `folder`/v2 as a registry, below /v2/. A shell reads them: the system
/// runs no file that a process is only about to close, as a child is that another thread has just
/// started. With a certificate (a file in PEM, with its key) it is one of https.
class WebServer {
 public:
  explicit WebServer(int lfs_port = 0, const std::string& certificate = "",
                     std::string host = "127.0.0.1", int port = free_port());

  /// From now on gives the large files of the LFS server themselves out of its folder, as stores
  /// do: also parts of them. So many kilobytes a second on each connection; 0: as many as it can.
  void serve_large_files(const std::string& objects, int kilobytes_per_second = 0);

  /// From now on answers what fits a regular expression as if it were `to`, where $1 is its first
  /// group.
  void rewrite(const std::string& pattern, const std::string& to);

  std::string url(const std::string& path) const;  ///< of "git/..." or "files/..."
  const Folder& folder() const { return folder_; }
  int port() const { return port_; }
  /// The first lines of what was asked and answered: "GET /files/a HTTP/1.1", "HTTP/1.1 200 OK".
  std::string log() const;
  /// Everything that was asked and answered, with all headers.
  std::string full_log() const;
  /// Of the bodies that were answered, as their headers tell.
  std::size_t bytes_sent() const;
  void stop();
  void start();  ///< again, at the same port

 private:
  Folder folder_;
  std::string host_;
  int port_;
  std::string scheme_;
  ServerProcess process_;
};

/// A script for `cgi` that asks for credentials and answers those that have some with the script
/// `answer`, which may repeat them: $HTTP_AUTHORIZATION.
std::string after_login(const std::string& answer);

inline constexpr const char* canary = "canary-4711";

/// A bare repository that a server serves.
class ServedRepository {
 public:
  ServedRepository(const WebServer& server, const std::string& name);
  ServedRepository(std::string path, std::string url);
  /// Writes a file on a branch, which begins at main when it is new; gives the commit.
  std::string commit(const std::string& file, const std::string& text,
                     const std::string& branch = "main") const;
  /// On the branch main; gives the commit.
  std::string make_executable(const std::string& file) const;
  /// Writes the content of `from` on the branch main; gives the commit.
  std::string add_file(const std::string& file, const std::string& from) const;
  /// Adds a submodule to the branch main; gives the commit.
  std::string add_submodule(const std::string& path, const std::string& url,
                            const std::string& commit) const;
  /// `git ARGUMENTS` in it.
  std::string git(const std::string& arguments) const;
  const std::string& url() const { return url_; }
  const std::string& path() const { return path_; }

 private:
  /// Commits what the script does to the index.
  std::string change(const std::string& script, const std::string& branch) const;

  std::string path_, url_;
};
