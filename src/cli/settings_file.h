#pragma once

#include "gradient/spec/settings.h"
#include "kube/clock.h"

#include <functional>
#include <optional>
#include <string>

namespace cli {

/// The operator's configuration file while it runs. No path: the defaults, for ever.
class SettingsFile {
 public:
  /// "FILE:LINE: key: what is wrong", one a line; empty when all is well again.
  using Tell = std::function<void(const std::string& problems)>;

  explicit SettingsFile(std::string path) : path_(std::move(path)) {}

  /// Reads it. Empty when it has problems, which are then told. Throws std::runtime_error when the
  /// file cannot be read.
  std::optional<gradient::Settings> load(const Tell& tell);

  /// Looks at it every few seconds until it holds other settings than those that were given last;
  /// empty after a stop. What is wrong with it is told once, and changes nothing. Never throws.
  std::optional<gradient::Settings> await_change(const kube::Clock& clock, const Tell& tell,
                                                 const std::stop_token& stop);

 private:
  struct Look {
    std::string text, error;  ///< the content, or why there is none
    bool operator==(const Look&) const = default;
  };
  Look look() const;

  std::string path_;
  Look loaded_, told_;
};

/// What an event says of a file with `problems`, a line each. On one line with what follows from
/// them first, as kubectl shows no more of it.
std::string stays_in_force(const std::string& problems);

}  // namespace cli
