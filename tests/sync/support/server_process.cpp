#include "sync/support/server_process.h"

#include "support/skip.h"

#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <netinet/in.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace {

int loopback_socket(const std::string& host, int port, bool connects) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int reuses = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &reuses, sizeof reuses);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = inet_addr(host.c_str());
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  auto* const name = reinterpret_cast<sockaddr*>(&address);
  const int error =
      connects ? connect(socket, name, sizeof address) : bind(socket, name, sizeof address);
  if (error == 0) return socket;
  close(socket);
  return -1;
}

bool answers(const std::string& host, int port) {
  const int socket = loopback_socket(host, port, true);
  if (socket >= 0) close(socket);
  return socket >= 0;
}

}  // namespace

int free_port() {
  // Stays bound, without listening: who asks the system for any port gets another one, and who asks
  // for this one gets it as long as nobody listens (socket(7), SO_REUSEADDR).
  const int socket = loopback_socket("127.0.0.1", 0, false);
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

bool may_listen(const std::string& host, int port) {
  const int socket = loopback_socket(host, port, false);
  if (socket >= 0) close(socket);
  return socket >= 0;
}

std::vector<char*> exec_arguments(std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (auto& word : words)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);
  return arguments;
}

std::string server_program(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr ? "" : value;
}

bool is_server_missing(const char* variable, const std::string& what) {
  if (std::filesystem::exists(server_program(variable))) return false;
  support::skip(std::string(variable) + " names no " + what + " server");
  return true;
}

ServerProcess::~ServerProcess() {
  stop();
}

void ServerProcess::start(std::vector<std::string> command, int port, const std::string& host) {
  const auto arguments = exec_arguments(command);
  const auto& program = command.front();
  if (posix_spawn(&pid_, program.c_str(), nullptr, nullptr, arguments.data(), environ) != 0)
    throw std::runtime_error(program + " cannot be started");
  while (!answers(host, port)) {
    if (waitpid(pid_, nullptr, WNOHANG) != 0) throw std::runtime_error(program + " ended");
    usleep(5000);
  }
}

void ServerProcess::stop() {
  if (pid_ == 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = 0;
}
