#include "reconcile/drift.h"

#include "gradient/spec/list_keys.h"
#include "gradient/spec/quantity.h"
#include "json/problem.h"

#include <algorithm>
#include <string_view>

namespace reconcile {
namespace {

using json::Json;

/// Of ports, also a Service's, the part that tells ours apart.
std::string_view merge_key(std::string_view field, const Json& element) {
  if (field == "ports") return element.has_field("containerPort") ? "containerPort" : "port";
  if (field == "ownerReferences") return "uid";
  const auto* keys = gradient::list_keys(field);
  return keys == nullptr ? std::string_view() : keys->key;
}

bool matches(const Json& live, const Json& wanted, std::string_view field);

bool element_matches(const web::json::array& live, const Json& wanted, std::string_view key) {
  return std::any_of(live.begin(), live.end(), [&](const Json& element) {
    return json::equal(json::at(element, {key}), json::at(wanted, {key})) &&
           matches(element, wanted, {});
  });
}

bool list_matches(const web::json::array& live, const web::json::array& wanted,
                  std::string_view field) {
  if (wanted.size() == 0) return true;
  const auto key = merge_key(field, *wanted.begin());
  if (!key.empty()) {
    return std::all_of(wanted.begin(), wanted.end(),
                       [&](const Json& element) { return element_matches(live, element, key); });
  }
  // Between and behind ours may be what an admission policy adds.
  auto next = wanted.begin();
  for (const auto& element : live)
    if (next != wanted.end() && matches(element, *next, {})) ++next;
  return next == wanted.end();
}

/// false, 0, "", [] and {}, which the server drops from most optional fields.
bool is_zero(const Json& value) {
  if (value.is_boolean()) return !value.as_bool();
  if (value.is_number()) return value.as_number().to_double() == 0;
  if (value.is_string()) return value.as_string().empty();
  return value.size() == 0;
}

/// Which the server writes in its own way: 1000m as 1, 100u as 1m.
bool is_same_quantity(const Json& live, const Json& wanted) {
  const auto text = [](const Json& value) {
    return value.is_string() ? value.as_string() : json::text(value);
  };
  const auto millis = gradient::values::quantity_millis(text(wanted));
  if (millis) return millis == gradient::values::quantity_millis(text(live));
  const auto quantity = gradient::values::canonical_quantity(text(wanted));
  return quantity && quantity == gradient::values::canonical_quantity(text(live));
}

/// Text and numbers that the server replaces by a default: dnsPolicy "", periodSeconds 0. Of these
/// 0 is a number of its own.
bool is_default(const Json& wanted, std::string_view name) {
  return !wanted.is_array() && !wanted.is_object() && !wanted.is_boolean() && is_zero(wanted) &&
         name != "replicas" && name != "maxSurge" && name != "maxUnavailable" && name != "value";
}

bool is_of_quantities(std::string_view field) {
  return field == "requests" || field == "limits";
}
bool is_quantity(std::string_view field) {
  return field == "sizeLimit" || field == "divisor";
}

bool member_matches(const Json& live, const Json& wanted, std::string_view object,
                    std::string_view name) {
  if (live.is_null() ? is_zero(wanted) : is_default(wanted, name)) return true;
  if ((is_of_quantities(object) || is_quantity(name)) && is_same_quantity(live, wanted))
    return true;
  return matches(live, wanted, name);
}

bool matches(const Json& live, const Json& wanted, std::string_view field) {
  if (wanted.is_object()) {
    return live.is_object() &&
           std::all_of(wanted.as_object().begin(), wanted.as_object().end(),
                       [&](const auto& member) {
                         return member_matches(json::at(live, {member.first}), member.second, field,
                                               member.first);
                       });
  }
  if (wanted.is_array()) {
    return live.is_array() && list_matches(live.as_array(), wanted.as_array(), field);
  }
  return json::equal(live, wanted);
}

Json part(const Json& live, const Json& wanted, std::string_view field);

Json part_of_list(const Json& live, const Json& wanted, std::string_view field) {
  if (list_matches(live.as_array(), wanted.as_array(), field)) return wanted;
  const auto key = merge_key(field, *wanted.as_array().begin());
  if (key.empty()) return live;
  std::vector<Json> found;
  for (const auto& element : wanted.as_array()) {
    for (const auto& other : live.as_array()) {
      if (json::equal(json::at(other, {key}), json::at(element, {key})))
        found.push_back(part(other, element, {}));
    }
  }
  return json::array(std::move(found));
}

Json part(const Json& live, const Json& wanted, std::string_view field) {
  if (wanted.is_array() && live.is_array()) return part_of_list(live, wanted, field);
  if (!wanted.is_object() || !live.is_object()) return live;
  auto found = Json::object();
  for (const auto& [name, member] : wanted.as_object()) {
    const auto& value = json::at(live, {name});
    found[name] = member_matches(value, member, field, name) ? member : part(value, member, name);
  }
  return found;
}

/// "[app]", "[8080/TCP]".
std::string name_of(const Json& element, std::string_view key) {
  const auto& value = json::at(element, {key});
  const auto protocol = json::string_at(element, {"protocol"});
  return "[" + (value.is_string() ? value.as_string() : json::text(value)) +
         (protocol.empty() ? "" : "/" + protocol) + "]";
}

/// Gathers what is missing.
class Missing {
 public:
  void look(const Json& live, const Json& wanted, std::string_view field, const std::string& path) {
    if (live.is_null()) {
      if (!is_zero(wanted)) paths_.push_back(path);
    } else if (wanted.is_array() && live.is_array()) {
      look_at_list(live, wanted, field, path);
    } else if (wanted.is_object() && live.is_object()) {
      for (const auto& [name, member] : wanted.as_object())
        look(json::at(live, {name}), member, name, json::member_path(path, name));
    }
  }
  std::vector<std::string> take() { return std::move(paths_); }

 private:
  void look_at_list(const Json& live, const Json& wanted, std::string_view field,
                    const std::string& path) {
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const auto& element = wanted.at(i);
      const auto key = merge_key(field, element);
      if (!key.empty()) {
        look(element_like(live, element, key), element, {}, path + name_of(element, key));
      } else if (live.size() == wanted.size()) {  // else somebody has changed the list
        look(live.at(i), element, {}, json::element_path(path, i));
      }
    }
  }

  static const Json& element_like(const Json& list, const Json& wanted, std::string_view key) {
    const auto& elements = list.as_array();
    const auto same = std::find_if(elements.begin(), elements.end(), [&](const Json& other) {
      return json::equal(json::at(other, {key}), json::at(wanted, {key}));
    });
    return same == elements.end() ? json::null() : *same;
  }

  std::vector<std::string> paths_;
};

}  // namespace

bool as_intended(const Json& live, const Json& wanted) {
  return matches(live, wanted, {});
}

Json part_of(const Json& live, const Json& wanted) {
  return part(live, wanted, {});
}

std::vector<std::string> missing(const Json& live, const Json& wanted) {
  Missing missing;
  missing.look(live, wanted, {}, {});
  return missing.take();
}

}  // namespace reconcile
