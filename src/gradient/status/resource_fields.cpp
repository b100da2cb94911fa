#include "gradient/status/resource_fields.h"

#include "gradient/spec/names.h"
#include "gradient/spec/quantity.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace gradient::diagnosis {
namespace {

using json::Json;

constexpr auto npos = std::string::npos;

/// `requests` or `limits` of one resource.
struct Amount {
  std::string group, resource;
};

/// Up to the next of `ends`.
std::string token(const std::string& text, std::size_t from, const char* ends) {
  return text.substr(from, text.find_first_of(ends, from) - from);
}

std::string last_word(const std::string& text, std::size_t end) {
  const auto space = text.rfind(' ', end - 1);
  const auto begin = space == npos ? 0 : space + 1;
  return text.substr(begin, end - begin);
}

/// The containers of the newest revision, and where their resources come from.
class Containers {
 public:
  Containers(const StatusInput& input, const TemplateFields& pod_template)
      : input_(input), template_(pod_template) {
    const auto& deployment = *input.observed.deployment;
    for (const auto list : lists)
      for (const auto& container :
           json::elements_at(deployment, {"spec", "template", "spec", list}))
        all_.push_back(&container);
  }

  const std::vector<const Json*>& all() const { return all_; }

  const Json& at(std::string_view list, std::size_t index) const {
    const auto& found =
        json::elements_at(*input_.observed.deployment, {"spec", "template", "spec", list});
    return index < found.size() ? found.at(index) : json::null();
  }

  /// A request that is not written is the limit (SetDefaults_Pod in k8s.io/kubernetes/pkg/apis/
  /// core/v1).
  Amount written(const Json& container, const Amount& amount) const {
    const bool is_by_limit =
        amount.group == "requests" &&
        json::at(container, {"resources", "requests", amount.resource}).is_null();
    return is_by_limit ? Amount{"limits", amount.resource} : amount;
  }

  std::string quantity(const Json& container, const Amount& amount) const {
    const auto as_written = written(container, amount);
    const auto& value = json::at(container, {"resources", as_written.group, as_written.resource});
    if (value.is_null()) return {};
    return value.is_string() ? value.as_string() : json::text(value);
  }

  /// Empty for a container that is nobody's here, as one of a webhook.
  std::string field(const Json& container, const Amount& amount) const {
    const auto name = json::string_at(container, {"name"});
    const auto as_written = written(container, amount);
    const TemplateFields::Path path{"resources", as_written.group, as_written.resource};
    if (auto of_template = template_.of_container(name, path); !of_template.empty())
      return of_template;
    if (name == names::app_container) return "spec.resources.instanceType";
    return of_helper(name, as_written);
  }

 private:
  static constexpr std::string_view lists[] = {"containers", "initContainers"};

  std::string of_helper(const std::string& name, const Amount& amount) const {
    const auto helper = helper_resources(input_, name);
    if (!helper) return {};
    const auto written = amount.group + "." + amount.resource;
    return json::at(helper->written, {amount.group, amount.resource}).is_null()
               ? "sync.resources." + written + " in the operator's configuration"
               : helper->text(written);
  }

  const StatusInput& input_;
  const TemplateFields& template_;
  std::vector<const Json*> all_;
};

/// Fields, each once, in the order of the containers.
class Fields {
 public:
  explicit Fields(const Containers& containers) : containers_(containers) {}

  void add(const Json& container, const Amount& amount) {
    if (containers_.quantity(container, amount).empty()) return;
    auto field = containers_.field(container, amount);
    const bool is_new =
        !field.empty() && std::find(found_.begin(), found_.end(), field) == found_.end();
    if (is_new) found_.push_back(std::move(field));
  }
  std::vector<std::string> take() { return std::move(found_); }

 private:
  const Containers& containers_;
  std::vector<std::string> found_;
};

/// "maximum cpu usage per Container is 1, but limit is 4".
void add_usage(const Containers& containers, Fields& fields, const std::string& text,
               std::size_t at) {
  const auto resource = last_word(text, at);
  constexpr std::string_view of_pod = " usage per Pod ";
  const auto end = text.find(" usage per ", at + 1);
  const auto said = text.substr(at, end == npos ? npos : end - at);
  for (const auto* group : {"request", "limit"}) {
    const auto but = ", but " + std::string(group) + " is ";
    const auto begin = said.find(but);
    if (begin == npos) continue;
    const auto refused = values::quantity_millis(token(said, begin + but.size(), ",] "));
    const Amount amount{std::string(group) + "s", resource};
    for (const auto* container : containers.all()) {
      const bool is_meant = said.starts_with(of_pod) || values::quantity_millis(containers.quantity(
                                                            *container, amount)) == refused;
      if (is_meant) fields.add(*container, amount);
    }
  }
}

/// "cpu max limit to request ratio per Container is 2, but provided ratio is 4".
void add_ratio(const Containers& containers, Fields& fields, const std::string& text,
               std::size_t at) {
  const auto resource = last_word(text, at);
  for (const auto* container : containers.all())
    for (const auto* group : {"requests", "limits"})
      fields.add(*container, {group, resource});
}

/// "spec.containers[0].resources.requests: Invalid value: "10m": must be less than or equal to cpu
/// limit of 1m".
void add_invalid(const Containers& containers, Fields& fields, const std::string& text,
                 std::size_t at) {
  constexpr std::string_view limit = " limit";
  constexpr std::string_view bound = " must be less than or equal to ";
  const auto resource_at = at + bound.size();
  const auto resource = text.substr(resource_at, text.find(limit, resource_at) - resource_at);
  const auto path = text.rfind("spec.", at);
  const auto open = path == npos ? npos : text.find('[', path);
  if (open == npos || open > at) return;
  const auto list = text.substr(path + 5, open - path - 5);
  std::size_t index = 0;
  const auto* const begin = text.data() + open + 1;
  if (std::from_chars(begin, text.data() + text.size(), index).ec != std::errc()) return;
  fields.add(containers.at(list, index), {"requests", resource});
}

template <class Add>
void for_each(const std::string& text, std::string_view words, const Add& add) {
  for (auto at = text.find(words); at != npos; at = text.find(words, at + words.size()))
    add(at);
}

/// "limits.cpu", and "memory" for "requests.memory"; nothing for what is no resource of containers.
std::vector<Amount> counted(const std::string& refusal) {
  constexpr std::string_view requested = "requested: ";
  const auto begin = refusal.find(requested);
  if (begin == npos) return {};
  std::vector<Amount> amounts;
  auto at = begin + requested.size();
  const auto end = std::min(refusal.find(", used:", at), refusal.size());
  for (; at < end; at = std::min(refusal.find(',', at), end) + 1) {
    const auto name = token(refusal, at, "=,");
    if (name.starts_with("limits.")) amounts.push_back({"limits", name.substr(7)});
    if (name.starts_with("requests.")) amounts.push_back({"requests", name.substr(9)});
    if (name == "cpu" || name == "memory" || name == "ephemeral-storage")
      amounts.push_back({"requests", name});
  }
  return amounts;
}

}  // namespace

std::optional<HelperResources> helper_resources(const StatusInput& input,
                                                std::string_view container) {
  for (const auto& model : input.spec.models) {
    if (names::sync_container(model.id) != container) continue;
    const auto found = input.found.models.find(model.id);
    return HelperResources{
        .written = found == input.found.models.end() ? json::null() : found->second.spec.resources,
        .object = " of Model " + model.id,
        .field = "spec.resources"};
  }
  if (!input.spec.repositories) return std::nullopt;
  for (const auto& repository : input.spec.repositories->items)
    if (names::clone_container(repository.name) == container)
      return HelperResources{.written = input.spec.repositories->resources,
                             .object = {},
                             .field = "spec.repositories.resources"};
  return std::nullopt;
}

std::vector<std::string> beyond_limit_range(const StatusInput& input,
                                            const TemplateFields& pod_template,
                                            const std::string& refusal) {
  const Containers containers(input, pod_template);
  Fields fields(containers);
  for_each(refusal, " usage per ",
           [&](std::size_t at) { add_usage(containers, fields, refusal, at); });
  for_each(refusal, " max limit to request ratio per ",
           [&](std::size_t at) { add_ratio(containers, fields, refusal, at); });
  for_each(refusal, " must be less than or equal to ",
           [&](std::size_t at) { add_invalid(containers, fields, refusal, at); });
  return fields.take();
}

std::vector<std::string> counted_by_quota(const StatusInput& input,
                                          const TemplateFields& pod_template,
                                          const std::string& refusal) {
  const Containers containers(input, pod_template);
  Fields fields(containers);
  for (const auto& amount : counted(refusal))
    for (const auto* container : containers.all())
      fields.add(*container, amount);
  return fields.take();
}

}  // namespace gradient::diagnosis
