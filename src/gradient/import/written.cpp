#include "gradient/import/written.h"

#include "gradient/import/drafts.h"
#include "gradient/import/other_format.h"
#include "gradient/spec/plain_secrets.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace gradient {
namespace {

using json::Json;

/// Members that hold specs, of what the platform's command and API print and take. Of a history the
/// newest spec is the first.
struct Wrapper {
  std::string_view name;
  bool is_history = false;
};
constexpr std::array wrappers{Wrapper{"deploymentSpecs", true},
                              Wrapper{"data"},
                              Wrapper{"config"},
                              Wrapper{"deployment"},
                              Wrapper{"deployments"},
                              Wrapper{"items"},
                              Wrapper{"nodes"},
                              Wrapper{"edges"},
                              Wrapper{"node"}};

/// The member of `value` that holds specs, when `value` is none itself.
const Wrapper* wrapper_of(const Json& value) {
  for (const auto* field : {"kind", "image", "resources"})
    if (!value.is_object() || value.has_field(field)) return nullptr;
  const auto* found = std::find_if(wrappers.begin(), wrappers.end(), [&](const Wrapper& wrapper) {
    const auto& member = json::at(value, {wrapper.name});
    return member.is_object() || member.is_array();
  });
  return found == wrappers.end() ? nullptr : found;
}

bool is_list_of_more(const Json& value) {
  if (!value.is_array() || value.size() == 0) return false;
  const auto& first = value.as_array().at(0);
  return first.is_object() || first.is_array();
}

/// Nobody reads more names, and every spec in a list has them.
void add_left_out(std::vector<std::string>& names, const std::string& name) {
  constexpr std::size_t most = 20;
  if (names.size() > most || std::find(names.begin(), names.end(), name) != names.end()) return;
  names.push_back(names.size() < most ? name : "and others");
}

class Search {
 public:
  std::vector<WrittenSpec> take() { return std::move(found_); }

  void look(WrittenSpec here, bool is_history = false) {
    const auto& value = here.document.value;
    if (is_list_of_more(value)) {
      look_at_elements(here, is_history);
    } else if (const auto* wrapper = wrapper_of(value)) {
      look_inside(std::move(here), *wrapper, is_history);
    } else {
      if (value.is_array() && value.size() == 0) here.document.value = Json();
      found_.push_back(std::move(here));
    }
  }

 private:
  void look_at_elements(const WrittenSpec& list, bool is_history) {
    const auto count = list.document.value.size();
    for (std::size_t i = 0; i < (is_history ? 1 : count); ++i) {
      WrittenSpec element{.document = json::element(list.document, i),
                          .name = list.name,
                          .left_out = list.left_out};
      if (is_history && count > 1)
        element.left_out.push_back(std::to_string(count - 1) + " older of deploymentSpecs");
      look(std::move(element));
    }
  }

  void look_inside(WrittenSpec around, const Wrapper& wrapper, bool is_history) {
    WrittenSpec inside{.document = json::member(around.document, std::string(wrapper.name)),
                       .name = std::move(around.name),
                       .left_out = std::move(around.left_out)};
    for (const auto& [name, member] : around.document.value.as_object()) {
      if (name == "name" && member.is_string()) {
        inside.name = member.as_string();
      } else if (name != wrapper.name && !member.is_null() && is_word(name, "_-.$")) {
        add_left_out(inside.left_out, name);
      }
    }
    look(std::move(inside), wrapper.is_history || is_history);
  }

  std::vector<WrittenSpec> found_;
};

int last_line(const json::Place& place) {
  int last = place.line;
  for (const auto& [name, member] : place.members)
    last = std::max(last, last_line(member));
  for (const auto& element : place.elements)
    last = std::max(last, last_line(element));
  return last;
}

std::vector<int> document_marks(std::string_view text) {
  std::vector<int> marks;
  for (int line = 1; !text.empty(); ++line) {
    if (text.starts_with("---")) marks.push_back(line);
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  }
  return marks;
}

void give_comments(const std::vector<json::Comment>& comments, std::string_view text,
                   std::vector<WrittenSpec>& specs) {
  if (specs.empty() || comments.empty()) return;
  const auto marks = document_marks(text);
  std::vector<int> ends;
  for (const auto& spec : specs)
    ends.push_back(last_line(spec.document.place));
  std::size_t owner = 0;
  for (const auto& comment : comments) {
    while (owner + 1 < specs.size() && ends[owner] < comment.line) {
      const int next = specs[owner + 1].document.place.line;
      const auto mark = std::upper_bound(marks.begin(), marks.end(), comment.line);
      const bool is_behind = mark != marks.end() && *mark <= next;
      if (is_behind && comment.line < next) break;
      ++owner;
    }
    specs[owner].comments.push_back(comment);
  }
}

}  // namespace

bool is_platform_version(std::string_view version) {
  return std::find(platform_versions.begin(), platform_versions.end(), version) !=
         platform_versions.end();
}

std::string written_name(const WrittenSpec& spec) {
  const auto& own = json::at(spec.document.value, {"name"});
  const auto name = own.is_null() ? spec.name : json::string_at(own, {});
  return values::shows_password(name) ? std::string() : name;
}

std::string deployment_name(const WrittenSpec& spec) {
  return label(written_name(spec), longest_deployment_name);
}

Json bare_spec(const WrittenSpec& spec) {
  auto bare = spec.document.value;
  if (!bare.is_object()) return bare;
  const auto leave_out = [&](const std::string& field, bool is_known) {
    if (is_known && bare.has_field(field)) bare.erase(field);
  };
  leave_out("name", !written_name(spec).empty());
  leave_out("$schema", true);
  leave_out("apiVersion", is_platform_version(json::string_at(bare, {"apiVersion"})));
  return bare;
}

std::vector<WrittenSpec> specs_in(json::Document document) {
  Search search;
  search.look({.document = std::move(document)});
  return search.take();
}

std::vector<WrittenSpec> specs_in(std::vector<json::Document> documents, std::string_view text) {
  std::vector<WrittenSpec> all;
  for (auto& document : documents)
    std::ranges::move(specs_in(std::move(document)), std::back_inserter(all));
  give_comments(json::comments_of(text), text, all);
  return all;
}

}  // namespace gradient
