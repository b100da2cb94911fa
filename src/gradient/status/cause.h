#pragma once

#include <string>

namespace gradient::diagnosis {

/// Why one pod does not come up, by its status and events. root_cause() returns the one that most
/// pods have, with the texts of all in its message.
struct Cause {
  std::string reason;       ///< stable, CamelCase
  std::string message;      ///< what it is, in the user's terms, and what to do
  std::string subject;      ///< what it is about; causes of several pods are one when this is equal
  bool is_content = false;  ///< decides about ContentSynced
};

}  // namespace gradient::diagnosis
