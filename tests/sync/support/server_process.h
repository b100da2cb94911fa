#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

/// A port of loopback that nobody listens on, and that nobody else is given while this process
/// lives. A server of this process may bind it, if it sets SO_REUSEADDR as servers do.
int free_port();

bool may_listen(const std::string& host, int port);

/// `words` as exec takes them; they must outlive it.
std::vector<char*> exec_arguments(std::vector<std::string>& words);

/// The server program that an environment variable names; empty: none.
std::string server_program(const char* variable);

/// Whether there is none; warns if so: what needs it is not tested. `what`: "S3".
bool is_server_missing(const char* variable, const std::string& what);

/// A server program that ends with this.
class ServerProcess {
 public:
  ServerProcess() = default;
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  /// Runs `command`, whose first word is a path, and waits until it answers at `port` of `host`.
  void start(std::vector<std::string> command, int port, const std::string& host = "127.0.0.1");
  void stop();

 private:
  pid_t pid_ = 0;
};
