#pragma once

#include "cli/documents.h"
#include "gradient/spec/found.h"
#include "gradient/spec/needs.h"
#include "gradient/spec/parent.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace cli {

/// The objects of the given files as a stand-in for the cluster, for `render`. Keeps references
/// into `inputs`, which must outlive it.
class Offline {
 public:
  explicit Offline(const Inputs& inputs);

  /// What of a spec's references the files define. Secrets are not looked for: no rendered object
  /// needs their values. What is missing comes without a remedy: it is the command's.
  gradient::Found find(const gradient::Parent& parent, const gradient::DeploymentSpec& spec,
                       const gradient::Settings& settings) const;

  /// Replaces what is missing in `found` with defaults: a Dataset's claim and a registry's Secret
  /// bear their names, a Model's source is a marked placeholder.
  static void assume(const gradient::Needs& needs, gradient::Found& found);

 private:
  const json::Json* object(const std::string& kind, const std::string& ns,
                           const std::string& name) const;
  void add_dataset(const std::string& ns, const std::string& name, const std::string& used_by,
                   gradient::Found& found) const;
  /// Of a ContainerRegistry; empty without one.
  std::string find_pull_secret(const std::string& ns, const std::string& name,
                               const std::string& used_by, gradient::Found& found) const;
  void add_model(const std::string& ns, const std::string& id, const std::string& used_by,
                 gradient::Found& found) const;
  std::vector<gradient::AccessMode> claim_modes(const std::string& ns,
                                                const std::string& claim) const;

  std::map<std::pair<std::string, std::string>, const json::Json*> objects_;  ///< kind, "ns/name"
};

}  // namespace cli
