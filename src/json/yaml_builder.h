#pragma once

#include "json/yaml.h"

#include <set>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

namespace json {

/// Why a text is not read on.
struct YamlRefusal : std::runtime_error {
  YamlRefusal(int at, const std::string& message) : std::runtime_error(message), line(at) {}
  int line;
};

enum class YamlStyle { Plain, Text };

/// Where a node begins and the parser's number of its anchor; 0: none.
struct YamlNode {
  int line = 1;
  std::size_t anchor = 0;
};

/// Builds documents from a parser's events, within the limits. A node is counted when it is made
/// and again each time it is copied, before the copy. Throws YamlRefusal.
class YamlBuilder {
 public:
  YamlBuilder(const YamlLimits& limits, Documents& out) : limits_(limits), out_(out) {}

  void begin_document();
  void end_document();
  /// Takes the last document back: what came after it shows that it was not whole.
  void drop_document();
  bool in_document() const { return in_document_; }
  /// Whether a key of a mapping has been read, and its value comes next.
  bool awaits_value() const { return !frames_.empty() && frames_.back().has_key; }
  void scalar(YamlNode node, const std::string& text, YamlStyle style);
  void alias(int line, std::size_t anchor);
  void begin_list(YamlNode node);
  void begin_mapping(YamlNode node);
  void end_collection();

 private:
  /// A finished node and what it costs to copy.
  struct Built {
    Json value;
    Place place;
    std::size_t values = 1, bytes = 0, depth = 0;
  };

  /// A list or mapping that is still open.
  struct Frame {
    YamlNode node;
    bool is_mapping = false;
    std::size_t values = 1, bytes = 0, depth = 1;
    std::vector<Json> elements;
    std::vector<std::pair<std::string, Json>> members;
    std::set<std::string, std::less<>> keys;
    std::vector<Built> merged;
    Place place;
    std::string key;  ///< of the value that comes next
    int key_line = 1;
    std::size_t key_order = 0;
    bool has_key = false, merges = false;
  };

  void count(std::size_t values, std::size_t bytes, int line);
  Place next_place(int line) {
    return {.line = line, .order = ++order_, .members = {}, .elements = {}};
  }
  void open(YamlNode node, bool is_mapping);
  void finish(Built built, YamlNode node);
  void add(Built built);
  void take_key(Frame& frame, const Built& built);
  static void merge(Frame& frame, Built built);
  static Built close(Frame frame);
  /// Calls `use` with the path of `key` in the innermost mapping, or of the value that comes next.
  template <class Use>
  void at_path(const std::string* key, Use use) const;

  const YamlLimits& limits_;
  Documents& out_;
  std::vector<Frame> frames_;
  std::unordered_map<std::size_t, Built> anchors_;
  std::set<std::size_t> open_anchors_;
  Document document_;
  Report warnings_;
  bool in_document_ = false, was_kept_ = false;
  std::size_t values_ = 0, bytes_ = 0, problems_before_ = 0, order_ = 0;
};

}  // namespace json
