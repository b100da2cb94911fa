#include "kube/cache/watch_event.h"

#include "kube/raw.h"

#include <algorithm>
#include <array>
#include <optional>

namespace kube {
namespace {

using raw::member;
using raw::plain_text;
using Type = WatchEvent::Type;

constexpr std::array<std::pair<std::string_view, Type>, 5> types{{{"ADDED", Type::Added},
                                                                  {"MODIFIED", Type::Modified},
                                                                  {"DELETED", Type::Deleted},
                                                                  {"BOOKMARK", Type::Bookmark},
                                                                  {"ERROR", Type::Error}}};

std::string text_of(std::string_view object, std::string_view name) {
  return std::string(plain_text(member(object, name)));
}

std::string about(const Kind& kind, const std::string& problem) {
  return "watch " + std::string(kind.kind) + ": " + problem;
}

/// A Table, or another kind's objects, come from a confused proxy or a wrong path.
void check_kind(std::string_view found, std::string_view wanted, const Kind& kind) {
  if (found.empty() || found == wanted) return;
  throw Malformed(about(kind, "the server sent a " + std::string(found)));
}

}  // namespace

RawObject read_raw_object(std::string_view text, const Kind& kind) {
  std::string_view found, metadata, name, ns, version;
  // The kind comes first where there is one: elements of lists have none.
  raw::members(text, {{"kind", found}, {.name = "metadata", .value = metadata, .is_last = true}});
  check_kind(plain_text(found), kind.kind, kind);
  raw::members(metadata, {{"name", name}, {"namespace", ns}, {"resourceVersion", version}});
  RawObject object{.key = {std::string(plain_text(ns)), std::string(plain_text(name))},
                   .version = std::string(plain_text(version)),
                   .text = text};
  if (object.version.empty()) throw Malformed(about(kind, "an object without resourceVersion"));
  return object;
}

WatchEvent read_watch_event(std::string_view line, const Kind& kind) {
  std::string_view name, object;
  raw::members(line, {{"type", name}, {"object", object}});
  const auto* const type = std::find_if(
      types.begin(), types.end(), [&](const auto& each) { return each.first == plain_text(name); });
  if (type == types.end() || object.empty())
    throw Malformed(about(kind, "a line that is no event"));
  if (type->second == Type::Error) return {.type = Type::Error, .object = {{}, {}, object}};
  WatchEvent event{.type = type->second, .object = read_raw_object(object, kind)};
  if (event.type != Type::Bookmark && event.object.key.name.empty()) {
    throw Malformed(about(kind, "an object without name"));
  }
  return event;
}

ListPage read_list_page(std::string_view body, const Kind& kind) {
  std::string_view found, metadata, items;
  raw::members(body, {{"kind", found}, {"metadata", metadata}, {"items", items}});
  if (plain_text(found).empty()) throw Malformed(about(kind, "an answer that is no list"));
  check_kind(plain_text(found), std::string(kind.kind) + "List", kind);
  ListPage page{.version = text_of(metadata, "resourceVersion"),
                .continue_token = text_of(metadata, "continue"),
                .items = items};
  if (page.version.empty()) throw Malformed(about(kind, "a list without resourceVersion"));
  if (page.items.empty()) throw Malformed(about(kind, "a list whose items are cut off"));
  if (page.items == "null") page.items = "[]";
  return page;
}

Json build(const RawObject& object, const Kind& kind) {
  try {
    auto value = parse_object(object.text);
    if (key_of(value) != object.key || resource_version_of(value) != object.version)
      throw std::runtime_error("is not what it seemed: names with escapes, or fields given twice");
    value["apiVersion"] = Json(std::string(kind.api_version));
    value["kind"] = Json(std::string(kind.kind));
    return value;
  } catch (const std::exception& error) {
    throw Malformed(about(kind, to_string(object.key) + " " + error.what()));
  }
}

}  // namespace kube
