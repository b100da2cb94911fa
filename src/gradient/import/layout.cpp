#include "gradient/import/layout.h"

#include <algorithm>
#include <limits>
#include <optional>

namespace gradient {
namespace {

using json::Json;
using Side = json::Note::Side;

/// One value of the source, or the member that holds it.
struct Node {
  int line = 0;
  std::size_t order = 0;
  bool is_element = false;
  std::string path;
};

void list(const json::Place& place, const std::string& path, bool is_element,
          std::vector<Node>& nodes) {
  nodes.push_back({place.line, place.order, is_element, path});
  for (const auto& [name, member] : place.members)
    list(member, json::member_path(path, name), false, nodes);
  for (std::size_t i = 0; i < place.elements.size(); ++i)
    list(place.elements[i], json::element_path(path, i), true, nodes);
}

/// The values of the source by their lines.
class Nodes {
 public:
  explicit Nodes(const json::Place& source) {
    list(source, "", true, nodes_);
    std::sort(nodes_.begin(), nodes_.end(), [](const Node& left, const Node& right) {
      return std::pair(left.line, left.order) < std::pair(right.line, right.order);
    });
  }

  /// The outermost that begins in the line; null pointer when none does.
  const Node* first_of(int line) const {
    const auto found = at(line);
    return found != nodes_.end() && found->line == line ? &*found : nullptr;
  }

  /// The first that has a key in the line, or the first of all; null pointer when there is none.
  const Node* named_in(int line) const {
    auto found = at(line);
    while (found != nodes_.end() && found->line == line && found->is_element)
      ++found;
    return found != nodes_.end() && found->line == line ? &*found : first_of(line);
  }

  /// The innermost that begins before the line; null pointer when none does.
  const Node* last_before(int line) const {
    const auto found = at(line);
    return found == nodes_.begin() ? nullptr : &*std::prev(found);
  }

 private:
  std::vector<Node>::const_iterator at(int line) const {
    return std::lower_bound(nodes_.begin(), nodes_.end(), line,
                            [](const Node& node, int sought) { return node.line < sought; });
  }

  std::vector<Node> nodes_;
};

/// What of the source a comment is about.
struct Subject {
  std::string path;
  Side side = Side::Above;
};

/// One that is indented deeper than what follows belongs to what is before it.
Subject subject(const json::Comment& comment, const Nodes& nodes) {
  const bool is_of_next = comment.next_line != 0 && comment.column <= comment.next_column;
  const auto* node = !comment.is_alone ? nodes.named_in(comment.line)
                     : is_of_next      ? nodes.first_of(comment.next_line)
                                       : nullptr;
  if (node != nullptr) return {node->path, comment.is_alone ? Side::Above : Side::Beside};
  if (comment.next_line == 0 && comment.column == 0) return {"", Side::Below};
  const auto* before = nodes.last_before(comment.line);
  return before == nullptr ? Subject{} : Subject{before->path, Side::Below};
}

std::string parent_of(const std::string& path) {
  const auto end = path.find_last_of(".[");
  return end == std::string::npos ? std::string() : path.substr(0, end);
}

/// Comments of one place, one after the other.
struct Block {
  Subject subject;
  std::string text;
};

std::string left_out(const json::Comment& comment) {
  return "# (Line " + std::to_string(comment.line) +
         " of the file is left out here, as it may show a secret.)";
}

}  // namespace

Json Layout::in_order(const Json& value, const std::string& path) {
  made_.emplace(origin_(path), path);
  if (value.is_array()) {
    std::vector<Json> elements;
    for (std::size_t i = 0; i < value.size(); ++i)
      elements.push_back(in_order(value.as_array().at(i), json::element_path(path, i)));
    return json::array(std::move(elements));
  }
  if (!value.is_object()) return value;
  struct Member {
    std::size_t order;
    std::string name;
    Json value;
  };
  std::vector<Member> members;
  for (const auto& [name, member] : value.as_object()) {
    const auto there = json::member_path(path, name);
    const auto* place = json::place_at(source_, origin_(there));
    members.push_back({place == nullptr ? std::numeric_limits<std::size_t>::max() : place->order,
                       name, in_order(member, there)});
  }
  std::stable_sort(members.begin(), members.end(), [](const Member& left, const Member& right) {
    return left.order < right.order;
  });
  std::vector<std::pair<std::string, Json>> ordered;
  for (auto& member : members)
    ordered.emplace_back(std::move(member.name), std::move(member.value));
  return Json::object(std::move(ordered), true);
}

std::string Layout::ours(std::string written) const {
  auto found = made_.find(written);
  for (; found == made_.end(); found = made_.find(written))
    written = parent_of(written);
  return found->second;
}

std::vector<json::Note> Layout::notes(const std::vector<json::Comment>& comments,
                                      CommentSecrets secrets) const {
  if (comments.empty()) return {};
  const Nodes nodes(source_);
  std::vector<Block> blocks;
  int line_before = 0;
  for (const auto& comment : comments) {
    const auto about = subject(comment, nodes);
    const bool goes_on = !blocks.empty() && comment.is_alone && comment.line == line_before + 1 &&
                         about.side == blocks.back().subject.side &&
                         about.path == blocks.back().subject.path;
    if (!goes_on) secrets.begin_block(about.path);
    const auto text = secrets.may_show_one(comment.text) ? left_out(comment) : comment.text;
    if (goes_on) {
      blocks.back().text += "\n" + text;
    } else {
      blocks.push_back({about, text});
    }
    line_before = comment.line;
  }
  std::vector<json::Note> notes;
  for (auto& [about, text] : blocks) {
    const bool is_there = made_.contains(about.path);
    notes.push_back({ours(about.path), is_there ? about.side : Side::Above,
                     (is_there ? "" : "# At " + about.path + ":\n") + text});
  }
  return notes;
}

}  // namespace gradient
