#pragma once

#include "kube/http/request.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace kube {

/// An error of the API server (apimachinery's StatusError), from the metav1.Status in the body.
struct ApiError : std::runtime_error {
  ApiError(int code_in, std::string reason_in, const std::string& message)
      : std::runtime_error(message), code(code_in), reason(std::move(reason_in)) {}

  int code;            ///< HTTP status
  std::string reason;  ///< "Conflict", "Expired", "Forbidden", ...; may be empty
  int retry_after_seconds = 0;
  bool is_kind_unknown = false;     ///< the server has no such kind: not, no such object
  std::vector<std::string> causes;  ///< reason of each details.causes entry

  bool not_found() const { return code == 404; }
  bool kind_not_served() const { return is_kind_unknown; }
  bool conflict() const { return code == 409; }
  bool gone() const { return code == 410; }
  bool invalid() const { return code == 422; }
  bool forbidden() const { return code == 403; }
  bool throttled() const { return code == 429; }
  /// Nothing can be made in a namespace that is being deleted.
  bool namespace_terminating() const {
    return std::find(causes.begin(), causes.end(), "NamespaceTerminating") != causes.end();
  }
};

/// Whether the server has no such kind, which it says in plain text: a missing object has a Status.
bool is_kind_unknown(const Response& response);

/// The error in `response`; `what` says what was tried ("apply Deployment ns/name"), and `remedy`
/// what to do when the server has no such kind; may be empty.
ApiError api_error(const Response& response, const std::string& what, std::string_view remedy = {});

}  // namespace kube
