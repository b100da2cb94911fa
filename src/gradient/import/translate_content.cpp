#include "gradient/import/translation.h"
#include "gradient/spec/names.h"
#include "gradient/spec/placeholders.h"
#include "gradient/spec/plain_secrets.h"
#include "gradient/spec/read_model.h"
#include "gradient/spec/values.h"
#include "json/problem.h"

#include <algorithm>

/// What a deployment takes from elsewhere: secrets, models, repositories, integrations.
namespace gradient {
namespace {

using json::Json;

/// How many pods there may be.
bool several_replicas(const Json& resources) {
  const auto& scaling = json::at(resources, {"autoscaling"});
  const auto& enabled = json::at(scaling, {"enabled"});
  const bool scaled = scaling.is_object() && !(enabled.is_boolean() && !enabled.as_bool());
  return json::integer_at(resources, {"replicas"}, 1) > 1 ||
         (scaled && json::integer_at(scaling, {"maxReplicas"}) > 1);
}

/// How a value that becomes a Secret's stands in the spec.
std::string how_written(const std::string& value) {
  return values::has_placeholder(value) ? "a placeholder in the spec" : "in plain text in the spec";
}

}  // namespace

/// A reference to `key` of the deployment's own Secret, for a value that was in plain text.
std::string Translation::own_secret(const std::string& key, const std::string& name,
                                    const std::string& why) {
  const auto secret = name + "-secrets";
  drafts_.need_secret(secret, key, why);
  return "SECRET:" + secret + "/" + key;
}

void Translation::note_reference(const Json& value, const std::string& where) {
  if (!value.is_string()) return;
  const auto reference = values::secret_key(value.as_string());
  if (!reference) return;
  drafts_.need_secret(reference->secret.empty() ? settings_.secret_name : reference->secret,
                      reference->key, "Gradient's secret of this name (" + where + ").");
}

void Translation::env(const std::string& name) {
  carry("env");
  auto& list = spec_["env"];
  if (!list.is_array()) {
    if (list.is_null()) spec_.erase("env");
    return;
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    auto& entry = list[i];
    const auto key = json::string_at(entry, {"name"});
    const auto value = json::string_at(entry, {"value"});
    const auto where = json::element_path("env", i) + ".value";
    note_reference(json::at(entry, {"value"}), where);
    if (!values::is_secret_key(key) || values::has_secret_prefix(value) ||
        !values::looks_secret(key, value)) {
      continue;
    }
    entry["value"] = Json(own_secret(key, name, how_written(value) + " (" + where + ")."));
    secrets_.add(where, value);
    remark("spec." + where, "Was " +
                                std::string(values::has_placeholder(value)
                                                ? "a placeholder, by its name for a secret"
                                                : "in plain text and looks like a secret") +
                                ". If it is none, write the value here.");
  }
}

/// One more model of the deployment, which stands at `from` of the spec.
void Translation::mount(const std::string& model, const std::string& path,
                        const std::string& from) {
  const auto place = json::element_path("spec.models", models_.size());
  origins_[place] = from;
  if (reader_.find("models") == nullptr) origins_["spec.models"] = "integrations";
  models_.push_back(json::object({{"id", model}, {"path", json::text_or_null(path)}}));
}

void Translation::models() {
  carry("models");
  auto list = spec_["models"];
  spec_.erase("models");
  if (list.is_null()) return;
  if (!list.is_array()) {
    spec_["models"] = list;
    return;
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    auto& entry = list[i];
    const auto id = json::string_at(entry, {"id"});
    if (!id.empty()) {
      const auto source = unknown_source(id);
      const auto name = drafts_.name("Model", json::text(source), id);
      if (!name.empty()) {
        drafts_.add("Model", name, json::object({{"source", source}}), about_unknown_source(id));
        entry["id"] = Json(name);
      }
    }
    origins_[json::element_path("spec.models", models_.size())] = json::element_path("models", i);
    models_.push_back(entry);
  }
}

void Translation::repositories(const std::string& name) {
  carry("repositories");
  if (!spec_.has_field("repositories")) return;
  auto& repositories = spec_["repositories"];
  if (!repositories.is_object()) return;
  if (const auto dataset = json::string_at(repositories, {"dataset"}); !dataset.empty()) {
    // a version or tag after ':': a volume has none
    const auto id = dataset.substr(0, dataset.find(':'));
    const auto object = drafts_.name("Dataset", id, id);
    if (!object.empty()) {
      repositories["dataset"] = Json(object);
      drafts_.use_dataset(object, "dataset " + id,
                          several_replicas(json::at(written_, {"resources"})));
    }
    remark(
        "spec.repositories",
        "Below mountPath are the repositories alone. Gradient had the dataset's other files there, "
        "too: where the app uses them, add datasetPath, such as /opt/data, and look there.");
    if (id != dataset) {
      remark("spec.repositories.dataset",
             "Left out: the dataset's version. A Dataset is a volume, which has none.");
    }
  }
  auto list = json::at(repositories, {"repositories"});
  if (!list.is_array()) return;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto where = json::element_path("repositories.repositories", i) + ".password";
    const auto& password = json::at(list[i], {"password"});
    note_reference(password, where);
    const bool is_plain = password.is_string() && !password.as_string().empty() &&
                          !values::has_secret_prefix(password.as_string());
    if (!is_plain) continue;
    secrets_.add(where, password.as_string());
    list[i]["password"] = Json(own_secret("git-" + std::to_string(i), name,
                                          how_written(password.as_string()) + " (" + where + ")."));
    remark("spec." + where, "Was in plain text; only a reference is allowed.");
  }
  repositories["repositories"] = list;
}

void Translation::integrations() {
  reader_.elements("integrations", {0, 20}, [&](const Json& value, const json::Path& path) {
    json::ObjectReader entry(value, path, report_);
    const auto integration = read_integration(entry);
    const auto from = path.text();
    if (!integration.volume.empty()) {
      const auto& volume = integration.volume;
      const auto claim = drafts_.name("Dataset", volume, volume);
      if (claim.empty()) return refuse_name(from);
      drafts_.use_dataset(claim, "volume " + volume,
                          several_replicas(json::at(written_, {"resources"})));
      auto mounted = integration;
      mounted.source = json::object({{"url", "pvc://" + claim}});
      mounted.remarks = {
          {"spec.source.url", "Gradient's volume " + volume +
                                  ": the claim that the Dataset of this name makes. It is empty at "
                                  "first, and mounted read-only."}};
      add_integration(mounted, value, from);
    } else if (!integration.source.is_null()) {
      add_integration(integration, value, from);
    }
  });
}

void Translation::add_integration(const Integration& integration, const Json& entry,
                                  const std::string& from) {
  std::string identity = json::text(integration.source);
  for (const auto& [key, value] : integration.credentials)
    identity += "\n" + key + "=" + value;
  const auto name = drafts_.name("Model", identity, integration.name);
  if (name.empty()) return refuse_name(from);
  auto source = integration.source;
  auto remarks = integration.remarks;
  if (!integration.credentials.empty()) {
    const auto secret = name + "-credentials";
    source["secretName"] = Json(secret);
    for (const auto& [key, value] : integration.credentials) {
      const auto reference = values::secret_key(value);
      const bool is_first = key == integration.credentials.front().first;
      if (!reference) secrets_.add(from + (is_first ? ".accessKeyId" : ".secretAccessKey"), value);
      drafts_.need_secret(secret, key,
                          reference       ? "Gradient's secret " + reference->key + "."
                          : value.empty() ? "not in the spec (" + from + ")."
                                          : how_written(value) + " (" + from + ").");
    }
  }
  const auto spec = json::object({{"source", source}});
  const auto checked = read_model(json::object({{"apiVersion", names::api_version},
                                                {"kind", "Model"},
                                                {"metadata", json::object({{"name", name}})},
                                                {"spec", spec}}));
  if (const auto* wrong = std::get_if<json::Problems>(&checked)) {
    constexpr std::string_view source_field = "spec.source.";
    for (const auto& problem : *wrong) {
      auto field = problem.path.substr(std::min(source_field.size(), problem.path.size()));
      const auto origin = integration.origins.find(field);
      if (origin != integration.origins.end()) field = origin->second;
      translated_.push_back({from + "." + field, problem.message});
    }
    return;
  }
  drafts_.add("Model", name, spec, std::move(remarks));
  if (integration.was_placed) {
    remark(json::element_path("spec.models", models_.size()) + ".path",
           "The files are directly here. Gradient's documents disagree: if the app looks for them "
           "in " +
               values::normal_path(integration.path + "/" + integration.name) +
               ", write that path.");
  }
  const bool has_id = !json::at(entry, {"id"}).is_null();
  origins_[json::element_path("spec.models", models_.size()) + ".id"] =
      from + (has_id ? ".id" : ".name");
  mount(name, integration.path, from);
}

}  // namespace gradient
