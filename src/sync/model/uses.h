#pragma once

#include "sync/model/layout.h"
#include "sync/volume/claim.h"

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>

/// Which revisions of a model's folder apps may use, also apps on other hosts.
namespace content {

/// A file that is removed lives on for those who have it open or mapped. An NFS client does that
/// for the programs of its own host alone: it renames the file until they have closed it. For
/// another host the file is gone (ESTALE, SIGBUS). Nobody but its helper knows which revisions an
/// app has seen. So each helper leaves a mark beside them, a Claim with a list:
///
///     ..uses/XXXXXX/owner        renewed once a minute
///     ..uses/XXXXXX/revisions    their names, one a line; not there: all
///
/// For one thread.
class Uses {
 public:
  /// Begins with what an earlier container of this pod has marked.
  explicit Uses(const Layout& layout);

  /// Marks the revisions that have been the current one since this pod began. Call it before the
  /// app starts, and then about every interval(). Throws Failure.
  void mark();

  struct Marks {
    std::set<std::string> used;  ///< names of revisions
    bool all_are_used = false;   ///< by somebody whose list cannot be read
    bool are_known = true;       ///< false: some have not been seen for long enough

    bool has(const std::string& revision) const { return all_are_used || used.contains(revision); }
  };
  /// What helpers of other hosts have marked that live, or may live. Removes the marks of dead
  /// ones. Throws Stopped.
  Marks of_others(const std::stop_token& stop);
  /// The same of those alone that have not been seen to live: so what a killed helper left goes.
  Marks of_unknown(const std::stop_token& stop);

  /// How often a mark is renewed; it is dead after ten times as long (renewals_when_dead).
  static std::chrono::milliseconds interval();

 private:
  struct Other {
    explicit Other(const Path& folder) : watch(folder) {}
    ClaimWatch watch;
    Life life = Life::Unknown;
  };
  std::set<Path> find_others();
  Marks look(bool at_all, const std::stop_token& stop);
  void write_list(const std::set<std::string>& revisions);

  const Layout& layout_;
  Path folder_;
  std::set<std::string> before_;  ///< replaced before this pod began
  std::set<std::string> used_;
  std::unique_ptr<Claim> mark_;
  std::map<Path, Other> others_;
};

}  // namespace content
