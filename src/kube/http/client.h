#pragma once

#include "kube/http/error.h"
#include "kube/http/transport.h"

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace kube {

/// The client, as client-go's dynamic client: one call for each verb of the API, on objects of any
/// kind. Safe to share between threads. Every call throws TransportError without a response and
/// ApiError on a refusal that is not named as a value here. What a write returns is the object as
/// the server has it afterwards, by parse_object(). Watches are in kube/cache/watch.h.
class Client {
 public:
  using Milliseconds = std::chrono::milliseconds;
  static constexpr std::chrono::seconds default_timeout{30};  ///< of one request

  explicit Client(Transport& transport) : transport_(transport) {}

  /// Empty when there is no such object.
  std::optional<Json> get(const Kind& kind, const Key& key, const std::stop_token& stop = {},
                          Milliseconds total = default_timeout);
  /// A page of a listing. `is_first` also where the server has lost the snapshot behind the pages
  /// before (410), so that all objects come again.
  struct Page {
    std::vector<Json> objects;
    bool is_first = true;
  };
  /// Hands over each page, so that no more than one is in memory; each within `total`.
  void each_page(const Kind& kind, const std::string& ns, const Selector& selector,
                 const std::function<void(Page)>& use, const std::stop_token& stop = {},
                 Milliseconds total = default_timeout);
  /// All pages, each within `total`.
  std::vector<Json> list(const Kind& kind, const std::string& ns, const Selector& selector,
                         const std::stop_token& stop = {}, Milliseconds total = default_timeout);
  Json create(const Kind& kind, const std::string& ns, const Json& object,
              const std::stop_token& stop = {}, Milliseconds total = default_timeout);
  Json replace(const Kind& kind, const Json& object, const std::stop_token& stop = {});
  /// Server-side apply.
  Json apply(const Kind& kind, const Json& object, const std::string& manager, Force force,
             const std::stop_token& stop = {});
  /// The same as a dry run, by force: what it would be, and nothing is kept. Throws what apply()
  /// would.
  Json try_apply(const Kind& kind, const Json& object, const std::string& manager,
                 const std::stop_token& stop = {});
  /// Merge patch of the status subresource; empty when the object is gone.
  std::optional<Json> patch_status(const Kind& kind, const Key& key, const Json& patch,
                                   const std::string& manager, const std::stop_token& stop = {});
  Json merge_patch(const Kind& kind, const Key& key, const Json& patch, const std::string& manager,
                   const std::stop_token& stop = {}, Milliseconds total = default_timeout);
  /// False when it was gone already. Throws a conflict when another object bears the name by now.
  bool remove(const Kind& kind, const Key& key, const std::string& uid,
              const std::stop_token& stop = {});
  /// Last lines of a container's log; empty when there is none (yet).
  std::string log(const Key& pod, const std::string& container, int lines,
                  const std::stop_token& stop = {}, Milliseconds total = default_timeout);

  Transport& transport() { return transport_; }

 private:
  Transport& transport_;
};

}  // namespace kube
