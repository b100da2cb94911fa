#pragma once

#include "gradient/import/drafts.h"
#include "gradient/import/translation.h"
#include "gradient/import/written.h"
#include "gradient/spec/settings.h"

#include <map>

namespace gradient {

/// Turns specs of the Gradient platform into our objects: of any published version, v0alpha0 (port,
/// instanceType, models, repositories) as well as v0alpha1 and v1 (ports, machineType,
/// integrations), also mixed; apiVersion decides nothing, as the same one stood for different
/// shapes over time. What has no counterpart becomes a comment, and so does what needs a hand.
class Importer {
 public:
  explicit Importer(const Settings& settings) : settings_(settings) {}

  /// Takes one spec in, when it has no problems. They have paths of the spec, and "--name" for the
  /// name that is given; no message repeats a value that may be secret.
  json::Problems add(const WrittenSpec& written, const Naming& naming);

  /// The objects of all specs as YAML with comments. Of specs without problems it is text that
  /// `validate` finds nothing wrong with.
  std::string text() const { return drafts_.text(); }

 private:
  json::Problems claim(const std::string& name, const WrittenSpec& spec, const Naming& naming);

  const Settings& settings_;
  Drafts drafts_;
  std::map<std::string, std::string> deployments_;  ///< where they are written, by their names
};

}  // namespace gradient
