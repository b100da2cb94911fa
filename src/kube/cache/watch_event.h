#pragma once

#include "kube/object.h"

#include <stdexcept>
#include <string>
#include <string_view>

namespace kube {

/// The body of a response is no list, or no watch event, of this kind.
struct Malformed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// An object of a list or an event whose text is not parsed yet, but for key and version: most are
/// known to the store already.
struct RawObject {
  Key key;
  std::string version;
  std::string_view text;
};

/// A watch event (metav1.WatchEvent): one line of a watch.
struct WatchEvent {
  enum class Type { Added, Modified, Deleted, Bookmark, Error };
  Type type;
  RawObject object;  ///< of an Error: only the text, a Status
};

/// One page of a list.
struct ListPage {
  std::string version;
  std::string continue_token;  ///< empty: the last page
  std::string_view items;
};

/// Throw Malformed. Views point into the text that was given.
WatchEvent read_watch_event(std::string_view line, const Kind& kind);
ListPage read_list_page(std::string_view body, const Kind& kind);
RawObject read_raw_object(std::string_view text, const Kind& kind);

/// As parse_object() makes it, and with the apiVersion and kind that lists leave out. Throws
/// Malformed.
Json build(const RawObject& object, const Kind& kind);

}  // namespace kube
