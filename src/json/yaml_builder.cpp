#include "json/yaml_builder.h"

#include "json/scalar.h"

namespace json {
namespace {

constexpr std::string_view merge_key = "<<";

bool awaits_key(bool is_mapping, bool has_key) {
  return is_mapping && !has_key;
}

}  // namespace

void YamlBuilder::begin_document() {
  frames_.clear();
  anchors_.clear();
  open_anchors_.clear();
  document_ = {};
  warnings_ = {};
  problems_before_ = out_.problems.size();
  in_document_ = true;
}

void YamlBuilder::end_document() {
  in_document_ = false;
  was_kept_ = out_.problems.size() == problems_before_ && !document_.value.is_null();
  if (!was_kept_) return;
  document_.warnings = std::move(warnings_).take();
  out_.documents.push_back(std::move(document_));
}

void YamlBuilder::drop_document() {
  if (was_kept_) out_.documents.pop_back();
  was_kept_ = false;
}

void YamlBuilder::count(std::size_t values, std::size_t bytes, int line) {
  values_ += values;
  bytes_ += bytes;
  if (values_ > limits_.values) {
    throw YamlRefusal(line, "has more than " + std::to_string(limits_.values) +
                                " values, aliases written out; split it");
  }
  if (bytes_ > limits_.expanded_bytes) {
    throw YamlRefusal(line, "has more than " + std::to_string(limits_.expanded_bytes) +
                                " bytes, aliases written out; split it");
  }
}

template <class Use>
void YamlBuilder::at_path(const std::string* key, Use use) const {
  std::vector<Path> path(1);
  path.reserve(frames_.size() + 1);  // paths refer to each other: they must not move
  for (const auto& frame : frames_) {
    const bool innermost = &frame == &frames_.back();
    const std::string& name = innermost && key != nullptr ? *key : frame.key;
    path.push_back(frame.is_mapping ? path.back().member(name)
                                    : path.back().element(frame.elements.size()));
  }
  use(path.back());
}

void YamlBuilder::scalar(YamlNode node, const std::string& text, YamlStyle style) {
  count(1, text.size(), node.line);
  const bool is_key =
      !frames_.empty() && awaits_key(frames_.back().is_mapping, frames_.back().has_key);
  if (is_key && style == YamlStyle::Plain && text == merge_key) {
    frames_.back().has_key = true;
    frames_.back().merges = true;
    return;
  }
  Built built;
  built.place = next_place(node.line);
  built.bytes = text.size();
  if (style == YamlStyle::Text) {
    built.value = Json(text);
  } else {
    auto value = plain_scalar(text);
    if (!value) throw YamlRefusal(node.line, "has a number that is not finite; JSON has none");
    built.value = std::move(*value);
    const auto warning = text.empty() ? std::string_view() : surprise(text, built.value);
    const auto key = is_key ? key_text(built.value) : std::nullopt;
    if (!warning.empty()) {
      at_path(key ? &*key : nullptr,
              [&](const Path& path) { warnings_.add(path, std::string(warning)); });
    }
  }
  finish(std::move(built), node);
}

void YamlBuilder::alias(int line, std::size_t anchor) {
  if (open_anchors_.count(anchor) > 0) {
    throw YamlRefusal(line, "has an anchor whose value contains itself");
  }
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end()) throw YamlRefusal(line, "has an alias without its anchor");
  count(found->second.values, found->second.bytes, line);
  if (frames_.size() + found->second.depth > limits_.depth) {
    throw YamlRefusal(line, "is nested more than " + std::to_string(limits_.depth) +
                                " levels deep, aliases written out");
  }
  add(found->second);
}

void YamlBuilder::begin_list(YamlNode node) {
  open(node, false);
}

void YamlBuilder::begin_mapping(YamlNode node) {
  open(node, true);
}

void YamlBuilder::open(YamlNode node, bool is_mapping) {
  count(1, 0, node.line);
  if (frames_.size() >= limits_.depth) {
    throw YamlRefusal(node.line,
                      "is nested more than " + std::to_string(limits_.depth) + " levels deep");
  }
  if (!frames_.empty() && awaits_key(frames_.back().is_mapping, frames_.back().has_key)) {
    throw YamlRefusal(node.line, "has a list or mapping as a key; keys must be text");
  }
  if (node.anchor != 0) open_anchors_.insert(node.anchor);
  Frame frame;
  frame.node = node;
  frame.is_mapping = is_mapping;
  frame.place = next_place(node.line);
  frames_.push_back(std::move(frame));
}

void YamlBuilder::end_collection() {
  auto frame = std::move(frames_.back());
  frames_.pop_back();
  const auto node = frame.node;
  open_anchors_.erase(node.anchor);
  finish(close(std::move(frame)), node);
}

YamlBuilder::Built YamlBuilder::close(Frame frame) {
  Built built;
  for (auto& merged : frame.merged) {
    for (auto& [name, value] : merged.value.as_object()) {
      if (!frame.keys.insert(name).second) continue;  // own keys and earlier merges win
      frame.place.members[name] = std::move(merged.place.members[name]);
      frame.members.emplace_back(name, std::move(value));
    }
  }
  built.value = frame.is_mapping ? Json::object(std::move(frame.members))
                                 : Json::array(std::move(frame.elements));
  built.place = std::move(frame.place);
  built.values = frame.values;
  built.bytes = frame.bytes;
  built.depth = frame.depth;
  return built;
}

/// A node is complete: kept for its aliases, then put where it belongs.
void YamlBuilder::finish(Built built, YamlNode node) {
  if (node.anchor != 0) {
    count(built.values, built.bytes, node.line);
    anchors_.insert_or_assign(node.anchor, built);
  }
  add(std::move(built));
}

void YamlBuilder::add(Built built) {
  if (frames_.empty()) {
    document_.value = std::move(built.value);
    document_.place = std::move(built.place);
    return;
  }
  auto& frame = frames_.back();
  frame.values += built.values;
  frame.bytes += built.bytes;
  frame.depth = std::max(frame.depth, built.depth + 1);
  if (!frame.is_mapping) {
    frame.elements.push_back(std::move(built.value));
    frame.place.elements.push_back(std::move(built.place));
  } else if (!frame.has_key) {
    take_key(frame, built);
  } else if (frame.merges) {
    merge(frame, std::move(built));
    frame.has_key = frame.merges = false;
  } else {
    frame.has_key = false;
    built.place.line = frame.key_line;
    built.place.order = frame.key_order;
    frame.place.members[frame.key] = std::move(built.place);
    frame.members.emplace_back(std::move(frame.key), std::move(built.value));
  }
}

void YamlBuilder::take_key(Frame& frame, const Built& built) {
  const int line = built.place.line;
  if (built.value.is_object() || built.value.is_array()) {
    throw YamlRefusal(line, "has a list or mapping as a key; keys must be text");
  }
  auto key = key_text(built.value);
  if (!key) throw YamlRefusal(line, "has an empty key; write a name before the ':'");
  if (!frame.keys.insert(*key).second) {
    at_path(&*key, [&](const Path& path) {
      const auto first = frame.place.members.find(*key);
      if (out_.problems.size() >= Report::most) throw YamlRefusal(line, "and perhaps more");
      out_.problems.push_back({line, path.text() + ": is written twice, first in line " +
                                         std::to_string(first->second.line) +
                                         "; keep one of the two"});
    });
  }
  frame.key = std::move(*key);
  frame.key_line = line;
  frame.key_order = built.place.order;
  frame.has_key = true;
}

void YamlBuilder::merge(Frame& frame, Built built) {
  const int line = built.place.line;
  if (built.value.is_object()) {
    frame.merged.push_back(std::move(built));
    return;
  }
  bool fits = built.value.is_array();
  for (std::size_t i = 0; fits && i < built.place.elements.size(); ++i) {
    Built element;
    element.value = std::move(built.value.at(i));
    element.place = std::move(built.place.elements[i]);
    fits = element.value.is_object();
    frame.merged.push_back(std::move(element));
  }
  if (!fits) throw YamlRefusal(line, "has a merge key (<<) without a mapping or list of mappings");
}

}  // namespace json
