#include "gradient/spec/mounts.h"

#include "gradient/spec/named_paths.h"
#include "gradient/spec/values.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace gradient {
namespace {

bool is_at_or_below(std::string_view path, std::string_view folder) {
  return path == folder || values::is_below(path, folder);
}

/// Where the path of model `index` meets another one's.
void check_model_path(const std::vector<ModelMount>& models, std::size_t index,
                      const json::Path& field, json::Report& report) {
  const auto& path = models[index].path;
  for (std::size_t other = 0; other < models.size(); ++other) {
    if (other == index || models[other].path.empty()) continue;
    if (path == models[other].path && other < index) {
      report.add(field, "is the path of " + json::element_path("models", other) +
                            " too (the default is /opt/models); give each model a path of its "
                            "own");
      return;
    }
    if (values::is_below(path, models[other].path)) {
      report.add(field, "is below the path of " + json::element_path("models", other) +
                            ", where it would hide that model's files; choose a path outside of "
                            "it");
      return;
    }
  }
}

/// Where model `index` meets the checkouts and the dataset.
void check_model_beside(const DeploymentSpec& spec, std::size_t index, json::ObjectReader& reader) {
  const auto& path = spec.models[index].path;
  const auto& folder = spec.repositories->mount_path;
  const auto& dataset = spec.repositories->dataset_path;
  const auto models = reader.path("models");
  const auto model = models.element(index);
  const auto field = model.member("path");
  const auto repositories = reader.path("repositories");
  const auto is_below_model =
      "is below the path of " + json::element_path("models", index) +
      ", where it would hide that model's files; choose a path outside of it";
  if (!folder.empty() && is_at_or_below(path, folder)) {
    reader.report().add(field,
                        "is at or below repositories.mountPath, the folder of the checkouts; "
                        "choose a path outside of it");
  } else if (values::is_below(folder, path)) {
    reader.report().add(repositories.member("mountPath"), is_below_model);
  }
  if (!dataset.empty() && is_at_or_below(path, dataset)) {
    reader.report().add(field,
                        "is at or below repositories.datasetPath, where it would be mounted on a "
                        "folder of the dataset, which other pods can remove; choose a path "
                        "outside of it");
  } else if (values::is_below(dataset, path)) {
    reader.report().add(repositories.member("datasetPath"), is_below_model);
  }
}

/// Where the dataset meets the checkouts. Other pods have its folders, so nothing may be mounted
/// on one.
void check_dataset_path(const Repositories& repositories, const json::Path& field,
                        json::Report& report) {
  const auto& path = repositories.dataset_path;
  const auto& folder = repositories.mount_path;
  if (path.empty() || folder.empty()) return;
  if (is_at_or_below(folder, path)) {
    report.add(field,
               "is at or above mountPath, where the checkouts would be mounted on folders of the "
               "dataset, which other pods can remove; choose a path of its own, such as "
               "/opt/data");
    return;
  }
  for (std::size_t i = 0; i < repositories.items.size(); ++i) {
    const auto& name = repositories.items[i].name;
    if (name.empty() || !is_at_or_below(path, folder + "/" + name)) continue;
    report.add(field, "is at or below the checkout of " + json::element_path("repositories", i) +
                          ", where it would hide that repository's files; choose a path outside "
                          "of it, such as /opt/data");
  }
}

/// Whether something is at `path`, which is below mountPath, when the app starts.
bool is_there(const Repositories& repositories, const std::string& path) {
  const auto& dataset = repositories.dataset_path;
  if (!dataset.empty() && (is_at_or_below(path, dataset) || dataset.starts_with(path))) return true;
  const auto& items = repositories.items;
  return std::any_of(items.begin(), items.end(), [&](const Repository& repository) {
    const auto checkout = repositories.mount_path + "/" + repository.name;
    return is_at_or_below(path, checkout) || path == checkout + ".";  // at the end of a sentence
  });
}

/// Looks for paths of nothing, and warns of the first of each text.
class NamedPaths {
 public:
  explicit NamedPaths(const Repositories& repositories) : repositories_(repositories) {}

  void look_at(const std::string& field, const std::string& text) {
    const auto paths = named_paths(text, repositories_.mount_path);
    const auto nothing = std::find_if(paths.begin(), paths.end(), [&](const std::string& path) {
      return !is_there(repositories_, path);
    });
    if (nothing == paths.end()) return;
    const auto checkout = repositories_.mount_path + "/" + repositories_.items.front().name;
    warnings_.push_back(
        {field, "names " + *nothing +
                    ", where nothing is when the app starts: below repositories.mountPath are the "
                    "checkouts, such as " +
                    checkout +
                    ", and what the app itself writes, which goes with its pod; for files of the "
                    "dataset set repositories.datasetPath, such as /opt/data, and write their path "
                    "below that"});
  }

  void look_at(const std::string& list, const std::vector<std::string>& texts) {
    for (std::size_t i = 0; i < texts.size(); ++i)
      look_at(json::element_path(list, i), texts[i]);
  }

  json::Problems take() { return std::move(warnings_); }

 private:
  const Repositories& repositories_;
  json::Problems warnings_;
};

}  // namespace

void check_mounts(const DeploymentSpec& spec, json::ObjectReader& reader) {
  const auto models = reader.path("models");
  for (std::size_t i = 0; i < spec.models.size(); ++i) {
    if (spec.models[i].path.empty()) continue;
    const auto entry = models.element(i);
    check_model_path(spec.models, i, entry.member("path"), reader.report());
    if (spec.repositories) check_model_beside(spec, i, reader);
  }
  if (!spec.repositories) return;
  const auto repositories = reader.path("repositories");
  check_dataset_path(*spec.repositories, repositories.member("datasetPath"), reader.report());
}

json::Problems paths_of_nothing(const DeploymentSpec& spec) {
  if (!spec.repositories) return {};
  NamedPaths paths(*spec.repositories);
  paths.look_at("spec.command", spec.command);
  for (std::size_t i = 0; i < spec.env.size(); ++i) {
    if (const auto* text = std::get_if<std::string>(&spec.env[i].value))
      paths.look_at(json::element_path("spec.env", i) + ".value", *text);
  }
  const auto& checks = spec.health_checks;
  for (const auto& [name, check] :
       {std::pair("liveness", &checks.liveness), std::pair("readiness", &checks.readiness),
        std::pair("startup", &checks.startup)}) {
    const auto* exec = *check ? std::get_if<ExecCheck>(&(*check)->action) : nullptr;
    if (exec != nullptr)
      paths.look_at("spec.healthChecks." + std::string(name) + ".exec.command", exec->command);
  }
  return paths.take();
}

}  // namespace gradient
