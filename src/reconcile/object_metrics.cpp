#include "reconcile/object_metrics.h"

#include "base/rfc3339.h"
#include "gradient/spec/quantity.h"
#include "reconcile/stores.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace reconcile {
namespace {

using json::Json;

/// A tab or a line break in a name, which no schema allows, would be taken for the next field.
std::string field(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\t' || c == '\n'; }, ' ');
  return text;
}

void add(std::string& facts, std::initializer_list<std::string> fields) {
  std::string line;
  for (const auto& each : fields)
    line += (line.empty() ? "" : "\t") + field(each);
  facts += line + '\n';
}

std::string unix_time(const std::string& rfc3339) {
  const auto time = base::parse_rfc3339(rfc3339);
  return time ? std::to_string(std::chrono::system_clock::to_time_t(*time)) : "";
}

std::string bytes_at(const Json& object, const char* name) {
  const auto bytes = json::integer_at(object, {name}, -1);
  return bytes < 0 ? "" : std::to_string(bytes);
}

std::string bytes_of_quantity(const std::string& quantity) {
  constexpr std::int64_t thousandths = 1000;
  const auto millis = gradient::values::quantity_millis(quantity);
  return millis ? std::to_string(*millis / thousandths) : "";
}

void add_content(const Json& content, std::string& facts) {
  const auto add_each = [&](const char* list, const std::string& prefix, const char* name) {
    for (const auto& entry : json::elements_at(content, {list}))
      add(facts, {"content", prefix + json::string_at(entry, {name}),
                  unix_time(json::string_at(entry, {"syncedAt"})), bytes_at(entry, "bytes")});
  };
  add_each("repositories", "repository/", "name");
  add_each("models", "model/", "id");
}

void add_dataset(const Json& status, std::string& facts) {
  add(facts, {"dataset", json::string_at(status, {"claimName"}),
              bytes_of_quantity(json::string_at(status, {"capacity"}))});
  for (const std::string part : {"checkouts", "mirrors", "largeFiles", "models", "unused"}) {
    const auto bytes = bytes_at(json::at(status, {"content"}), (part + "Bytes").c_str());
    if (!bytes.empty()) add(facts, {"kept", part, bytes});
  }
}

std::vector<std::string_view> parts(std::string_view text, char separator) {
  std::vector<std::string_view> found;
  while (true) {
    const auto end = text.find(separator);
    found.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return found;
    text.remove_prefix(end + 1);
  }
}

/// A label and its value behind others, escaped as the text format wants it.
void add_label(std::string& labels, std::string_view name, std::string_view value) {
  labels += labels.empty() ? "" : ",";
  labels.append(name).append("=\"");
  for (const char c : value) {
    if (c == '\\' || c == '"') labels += '\\';
    labels += c;
  }
  labels += '"';
}

/// What one fact says: the labels that are its own, and the value.
struct Sample {
  std::string labels;
  std::int64_t value = 1;
};

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

using Fields = std::vector<std::string_view>;
using Labels = gradient::MetricLabels;

std::optional<Sample> condition_sample(const Fields& fact, const Labels& labels) {
  if (fact.size() != 4) return std::nullopt;
  Sample sample;
  add_label(sample.labels, "type", fact[1]);
  add_label(sample.labels, "status", fact[2]);
  if (labels.reason) add_label(sample.labels, "reason", fact[3]);
  return sample;
}

/// Of the fact's second field as the label `name`, and a number of its `at`th.
std::optional<Sample> labelled_sample(const Fields& fact, std::string_view name, std::size_t at) {
  const auto value = at < fact.size() ? number(fact[at]) : std::nullopt;
  if (!value) return std::nullopt;
  Sample sample{.labels = {}, .value = *value};
  add_label(sample.labels, name, fact[1]);
  return sample;
}

std::optional<Sample> capacity_sample(const Fields& fact, const Labels& labels) {
  auto sample = labelled_sample(fact, "persistentvolumeclaim", 2);
  if (sample && !labels.name) sample->labels.clear();  // it would name the Dataset
  return sample;
}

std::int64_t sum(std::int64_t a, std::int64_t b) {
  return a + b;
}
std::int64_t least(std::int64_t a, std::int64_t b) {
  return std::min(a, b);
}

struct Family {
  std::string_view name, help;
  std::string_view fact;  ///< the first field of the lines that it is made of
  std::optional<Sample> (*sample)(const Fields& fact, const Labels& labels);
  std::int64_t (*joined)(std::int64_t, std::int64_t);  ///< of objects that are counted together
};

constexpr std::array families{
    Family{"gradient_condition", "How many objects have the condition; 1 where each is named",
           "condition", condition_sample, sum},
    Family{"gradient_content_synced_timestamp_seconds",
           "When what a deployment has of a repository or model came; the oldest", "content",
           [](const Fields& fact, const Labels&) { return labelled_sample(fact, "content", 2); },
           least},
    Family{"gradient_content_bytes", "Size of what a deployment has of a model", "content",
           [](const Fields& fact, const Labels&) { return labelled_sample(fact, "content", 3); },
           sum},
    Family{"gradient_dataset_capacity_bytes", "Size of a Dataset's volume", "dataset",
           capacity_sample, sum},
    Family{"gradient_dataset_content_bytes",
           "What content took on a Dataset's volume after the last clean-up", "kept",
           [](const Fields& fact, const Labels&) { return labelled_sample(fact, "content", 2); },
           sum}};

/// Writes one family. Objects come in the order of their namespaces and names, so those that are
/// counted together come one after the other.
class FamilyWriter {
 public:
  using Write = std::function<void(std::string_view)>;
  FamilyWriter(const Family& family, const Labels& labels, const Write& write)
      : family_(family), labels_(labels), write_(write) {
    text_.append("# HELP ").append(family.name).append(" ").append(family.help);
    text_.append("\n# TYPE ").append(family.name).append(" gauge\n");
  }

  void add(const kube::Kind& kind, const kube::Key& key, std::string_view facts) {
    auto object = labels_of(kind, key);
    if (object != object_) {
      end_object();
      object_ = std::move(object);
    }
    for (const auto line : parts(facts, '\n')) {
      const auto fact = parts(line, '\t');
      if (fact.front() != family_.fact) continue;
      auto sample = family_.sample(fact, labels_);
      if (!sample) continue;
      const auto [known, is_new] = samples_.try_emplace(std::move(sample->labels), sample->value);
      if (!is_new) known->second = family_.joined(known->second, sample->value);
    }
  }
  void end() {
    end_object();
    write_(text_);
  }

 private:
  std::string labels_of(const kube::Kind& kind, const kube::Key& key) const {
    std::string labels;
    add_label(labels, "kind", kind.kind);
    if (labels_.ns) add_label(labels, "namespace", key.ns);
    if (labels_.name) add_label(labels, "name", key.name);
    return labels;
  }

  void end_object() {
    constexpr std::size_t piece = 32768;
    for (const auto& [labels, value] : samples_) {
      text_.append(family_.name).append("{").append(object_);
      if (!labels.empty()) text_.append(",").append(labels);
      text_.append("} ").append(std::to_string(value)).append("\n");
    }
    samples_.clear();
    if (text_.size() < piece) return;
    write_(text_);
    text_.clear();
  }

  const Family& family_;
  const Labels& labels_;
  const Write& write_;
  std::string text_, object_;
  std::map<std::string, std::int64_t> samples_;  ///< of object_, by the labels of their own
};

}  // namespace

std::string facts_of(const Json& object) {
  std::string facts;
  const auto& status = json::at(object, {"status"});
  for (const auto& condition : json::elements_at(status, {"conditions"}))
    add(facts, {"condition", json::string_at(condition, {"type"}),
                json::string_at(condition, {"status"}), json::string_at(condition, {"reason"})});
  const auto kind = json::string_at(object, {"kind"});
  if (kind == gradient_deployments.kind) add_content(json::at(status, {"content"}), facts);
  if (kind == datasets.kind) add_dataset(status, facts);
  facts.shrink_to_fit();
  return facts;
}

void write_object_metrics(const Stores& stores, const Labels& labels,
                          const std::function<void(std::string_view)>& write) {
  constexpr std::size_t page_size = 256;
  const std::array<std::pair<const kube::Kind&, const kube::Store&>, 4> kinds{
      {{gradient_deployments, stores.gradient_deployments},
       {models, stores.models},
       {datasets, stores.datasets},
       {registries, stores.registries}}};
  for (const auto& family : families) {
    FamilyWriter writer(family, labels, write);
    for (const auto& [kind, store] : kinds) {
      for (auto page = store.summaries({}, page_size); !page.empty();
           page = store.summaries(page.back().first, page_size)) {
        for (const auto& [key, facts] : page)
          writer.add(kind, key, facts);
      }
    }
    writer.end();
  }
}

}  // namespace reconcile
