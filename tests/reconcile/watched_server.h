#pragma once

#include "reconcile/fake_server.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <vector>

/// The FakeServer as a whole operator needs one: lists and watches besides, for many threads. What
/// it is told to let hang gets no answer until its deadline, a stop, or the end of the test.
class WatchedServer final : public BlockingTransport {
 public:
  WatchedServer();
  ~WatchedServer() override;

  void put(const kube::Kind& kind, const std::string& name, const std::string& body,
           const std::string& ns = "ns");

  /// Requests whose path has this part hang from now on.
  void hang(const std::string& part);
  void release(const std::string& part);
  /// Lists and watches whose path has this part are answered 403 from now on.
  void refuse(const std::string& part);
  void allow(const std::string& part);

  /// Whether `holds()` within `limit`; looked at after each request and each write.
  bool await(const std::function<bool()>& holds,
             std::chrono::milliseconds limit = std::chrono::seconds(20));
  bool has(const kube::Kind& kind, const std::string& name, const std::string& ns = "ns");
  /// How many requests have had `part` in their path so far, and how many of those hang now.
  int asked(const std::string& part);
  int hanging(const std::string& part);
  /// As FakeServer::writes().
  int writes();

  kube::Response send(const kube::Request& request, const std::stop_token& stop,
                      std::chrono::milliseconds total) override;
  kube::Response stream(const kube::Request& request,
                        const std::function<void(std::string_view)>& on_line,
                        const std::stop_token& stop, std::chrono::milliseconds idle) override;

 private:
  struct Change {
    int version;
    std::string path;
    json::Json object;  ///< as it was, of what has gone
    bool is_gone;
  };

  // All of these want the lock to be held.
  void note(const std::string& path, const json::Json& object);
  bool is_refused(const std::string& path) const;
  kube::Response list(const kube::Request& request) const;
  void let_hang(const kube::Request& request, const std::stop_token& stop,
                std::chrono::milliseconds total, std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  FakeServer inner_;
  std::map<std::string, json::Json> live_;  ///< by path
  std::vector<Change> changes_;
  std::set<std::string> hang_, refused_;
  std::vector<std::string> asked_;
  std::multiset<std::string> hanging_;
  std::stop_source end_;
};
