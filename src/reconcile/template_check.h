#pragma once

#include "gradient/spec/blocker.h"
#include "kube/guarded.h"
#include "kube/http/client.h"
#include "kube/object.h"

#include <map>
#include <optional>
#include <stop_token>
#include <string>

namespace reconcile {

/// Asks the API server whether it would take a Deployment whose pods a podTemplate changes, by a
/// dry run: before anything is applied, so that a refusal changes nothing. One intent is asked for
/// once. Safe to share between threads.
class TemplateCheck {
 public:
  explicit TemplateCheck(kube::Client& client) : client_(client) {}

  /// What the server says against the pod template of `wanted`, which is not what is live;
  /// `is_live` says whether anything is. Nothing when it takes it, or has something else against
  /// it, which an apply tells as well. Throws ApiError and TransportError for what a retry may
  /// mend.
  std::optional<gradient::Blocker> refusal(const json::Json& wanted, bool is_live,
                                           const std::stop_token& stop);

  void forget(const kube::Key& key);

 private:
  bool is_of_others(const json::Json& wanted, const kube::ApiError& error,
                    const std::stop_token& stop);

  struct Answer {
    std::string intent;  ///< the hash of it
    std::optional<gradient::Blocker> refusal;
  };

  kube::Client& client_;
  kube::Guarded<std::map<kube::Key, Answer>> answers_;  ///< by the Deployment; forget() bounds it
};

}  // namespace reconcile
