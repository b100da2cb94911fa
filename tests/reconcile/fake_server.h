#pragma once

#include "support/blocking_transport.h"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// What goes wrong with one request.
struct Fault {
  std::string name;
  std::set<kube::Method> meets;          ///< others get through
  bool is_done = false;                  ///< the server has done what it was asked to
  std::optional<kube::Response> answer;  ///< empty: none comes
};

/// An API server in memory, as far as the reconcilers use one: get, server-side apply (lists are
/// replaced, nobody else's fields are known), merge patch, create and delete, with UIDs, versions
/// and preconditions. Not for several threads.
class FakeServer final : public BlockingTransport {
 public:
  /// The request after `after` others meets this fault.
  void fail(int after, Fault fault) {
    fault_ = std::move(fault);
    fault_at_ = requests_ + after;
  }

  kube::Response send(const kube::Request& request, const std::stop_token&,
                      std::chrono::milliseconds) override;
  kube::Response stream(const kube::Request&, const std::function<void(std::string_view)>&,
                        const std::stop_token&, std::chrono::milliseconds) override;

  /// A user's write; an object without a UID gets one.
  void put(const kube::Kind& kind, const std::string& name, const std::string& body,
           const std::string& ns = "ns");
  std::vector<json::Json> objects(const kube::Kind& kind) const;
  std::string version() const { return std::to_string(version_); }

  /// Is called with the path of each object that was stored or has gone; of the latter with null.
  std::function<void(const std::string& path, const json::Json& object)> on_change = {};

  int requests() const { return requests_; }
  /// Requests other than GET that changed something, events not counted.
  int writes() const { return writes_; }

 private:
  kube::Response answer(const kube::Request& request);
  kube::Response list(const std::string& path) const;
  kube::Response write(const std::string& path, const kube::Request& request);
  kube::Response remove(const std::string& path, const kube::Request& request);
  kube::Response store(const std::string& path, json::Json object);

  std::map<std::string, json::Json> objects_;  ///< by path
  int version_ = 1000;
  int next_uid_ = 1;
  int requests_ = 0, writes_ = 0;
  int fault_at_ = -1;
  Fault fault_;
};
