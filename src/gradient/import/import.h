#pragma once

#include "gradient/import/drafts.h"
#include "gradient/spec/settings.h"

#include <set>

namespace gradient {

/// Turns specs of the Gradient platform into our objects: of any published version, v0alpha0 (port,
/// instanceType, models, repositories) as well as v0alpha1 and v1 (ports, machineType,
/// integrations), also mixed; apiVersion decides nothing, as the same one stood for different
/// shapes over time. What has no counterpart becomes a comment, and so does what needs a hand.
class Importer {
 public:
  explicit Importer(const Settings& settings) : settings_(settings) {}

  /// Takes one spec in. `given` is the deployment's name; empty: as the spec says. The problems
  /// have paths of the spec, and "--name" for `given`; no message repeats a value that may be
  /// secret.
  json::Problems add(const json::Json& written, const std::string& given);

  /// The objects of all specs as YAML with comments. Of specs without problems it is text that
  /// `validate` finds nothing wrong with.
  std::string text() const { return drafts_.text(); }

 private:
  const Settings& settings_;
  Drafts drafts_;
  std::set<std::string> deployments_;
};

}  // namespace gradient
