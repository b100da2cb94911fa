#pragma once

#include "sync/git/git.h"
#include "sync/git/parts.h"
#include "sync/report/report.h"
#include "sync/volume/limits.h"

#include <string>

/// `gradient-sync repository`: the init container that clones a repository (as git-sync does,
/// once).
namespace content {

struct RepositoryOptions {
  Path volume;                ///< the dataset's root
  std::string key;            ///< names the checkout: the same for all pods of a content revision
  std::string name;           ///< the folder in the dataset that the checkout is mounted over; may
                              ///< begin with one dot, but is not .git or .gradient
  std::string ref;            ///< branch, tag or whole commit; empty: the default branch
  bool full_history = false;  ///< all branches and tags too, not the commit alone
  bool read_only = false;     ///< no app writes to the checkout, which may share files then
  Parts parts = {};           ///< of the commit that the checkout has
  Limits limits = {};
  std::string revision;
  GitRemote remote;
  Path program;  ///< gradient-sync itself, which git asks for the password
};

/// Publishes .gradient/checkouts/KEY/{meta.json,tree} on the volume, or finds it there, and reports
/// {"commit", "url", "ref"}. A checkout is never changed: whoever is late takes what the first one
/// published. Throws Failure and Stopped; either leaves a whole checkout or none.
void sync_repository(const RepositoryOptions& options, Reporter& report,
                     const std::stop_token& stop);

}  // namespace content
