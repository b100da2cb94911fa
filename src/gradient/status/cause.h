#pragma once

#include <string>

namespace gradient::diagnosis {

/// Why pods do not come up, by their status and events, in one text for all pods with the same
/// cause.
struct Cause {
  std::string reason;       ///< stable, CamelCase
  std::string message;      ///< what it is, in the user's terms, and what to do
  std::string subject;      ///< what it is about; causes of several pods are one when this is equal
  bool is_content = false;  ///< decides about ContentSynced
};

}  // namespace gradient::diagnosis
