#pragma once

#include <atomic>
#include <cstddef>
#include <list>
#include <thread>

/// Passes connections on to a server of loopback and cuts each when the server has sent so many
/// bytes on it, as a broken network does.
class CuttingProxy {
 public:
  CuttingProxy(int server_port, std::size_t bytes);
  ~CuttingProxy();
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  int port() const { return port_; }
  int cuts() const { return cuts_; }
  /// Cuts no more, once it has cut so often.
  void heal_after(int cuts) { most_cuts_ = cuts; }

 private:
  void accept_all();
  void pass_on(int client);
  /// False at the end of the connection.
  bool pass(int from, int to, std::size_t& left);

  int server_port_, port_ = 0, listener_ = -1;
  std::size_t bytes_;
  std::atomic<int> cuts_ = 0, most_cuts_ = -1;
  std::atomic<bool> ends_ = false;
  std::list<std::jthread> connections_;
  std::jthread acceptor_;
};
