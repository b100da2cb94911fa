#pragma once

#include "kube/clock.h"
#include "kube/http/error.h"

#include <functional>
#include <string>

namespace kube {

/// Why a list or a watch came to nothing.
enum class WatchFailure {
  Expired,      ///< the version is too old, or one the server has not got (yet)
  Throttled,    ///< 429
  Unreachable,  ///< no answer
  Refused,      ///< any other error of the server
  Malformed,    ///< a body that is no list or no watch event of the kind
};
const char* to_string(WatchFailure failure);
WatchFailure classify(const ApiError& error);

/// What to do next to keep up with one kind: the rules of client-go's reflector, without the
/// network. Two differences: two watches in a row that end without an event or a bookmark lead to a
/// new list; and every list is consistent (no resource version, where client-go's first
/// asks for "0", any version in the API server's cache), so that what is known never goes back in
/// time, not even over a restart.
///
///     List --last page--> Watch --ended--> Watch, from the last version
///     Watch --expired--> List, at once for the first time in a row, after a backoff for the next
///     Watch --refused, malformed, silent for too long--> List
///     List --expired while paging--> List, without pages
///     List --refused, malformed--> List, after a backoff
///     either --throttled, unreachable--> the same again, after a backoff
class WatchState {
 public:
  /// `random` returns numbers in [0, 1).
  explicit WatchState(std::function<double()> random) : random_(std::move(random)) {}

  struct Step {
    enum class What { List, Watch };
    What what = What::List;
    std::string version;         ///< Watch: from here
    std::string continue_token;  ///< List: of the page before; empty: the first
    int limit = 0;               ///< List: objects a page; 0: all
    int timeout_seconds = 0;     ///< Watch: asked of the server
    std::chrono::milliseconds delay{};
  };
  Step next();

  /// Whether a list of this version shows that the server has lost later ones that we saw.
  bool is_rewound(const std::string& version) const;
  /// A page arrived. True when it was the last.
  bool listed(const std::string& version, const std::string& continue_token);
  /// A watch is opened; an event or bookmark arrived; the stream ended or fell silent.
  void opened(Clock::TimePoint now);
  void saw(const std::string& version);
  void ended(Clock::TimePoint now);
  void failed(WatchFailure failure, std::chrono::seconds retry_after, Clock::TimePoint now);

 private:
  std::chrono::milliseconds backoff(Clock::TimePoint now);

  std::function<double()> random_;
  Step::What what_ = Step::What::List;
  std::string version_, continue_token_;
  bool whole_ = false;  ///< list without pages
  std::chrono::milliseconds delay_{};
  int failures_ = 0;
  Clock::TimePoint last_failure_{}, opened_{};
  bool saw_anything_ = false;
  bool was_short_ = false;         ///< the watch before ended as soon as it brought something
  int silent_ = 0;                 ///< watches in a row that brought nothing, not even a bookmark
  bool relisted_at_once_ = false;  ///< since a watch last brought something
};

}  // namespace kube
