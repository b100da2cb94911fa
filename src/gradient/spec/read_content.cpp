#include "gradient/spec/read_content.h"

#include "gradient/spec/fields.h"
#include "gradient/spec/plain_secrets.h"
#include "gradient/spec/read_credentials.h"
#include "gradient/spec/read_helper_resources.h"
#include "gradient/spec/references.h"
#include "gradient/spec/values.h"

#include <set>

/// What a deployment takes from elsewhere: secrets, models, repositories.
namespace gradient {
namespace {

constexpr std::size_t longest_path = 1024;

/// Empty after a problem.
std::string read_mount_path(json::ObjectReader& reader, std::string_view field,
                            std::string_view example, const std::string& otherwise) {
  if (reader.find(field) == nullptr) return otherwise;
  const auto path = reader.string(
      field, {.longest = longest_path, .example = example, .check = values::mount_path_problem});
  return path ? values::normal_path(*path) : "";
}

void read_dataset_mount(json::ObjectReader& reader, Repositories& repositories) {
  repositories.dataset_path = read_mount_path(reader, "datasetPath", "/opt/data", "");
  repositories.dataset_read_only = reader.boolean("datasetReadOnly").value_or(false);
  if (repositories.dataset_read_only && reader.find("datasetPath") == nullptr) {
    reader.problem("datasetReadOnly",
                   "needs datasetPath, where the dataset's files are to be; write it too, such as "
                   "/opt/data, or remove datasetReadOnly");
  }
}

/// Names of the original platform could carry a version; objects of Kubernetes cannot.
std::string read_unversioned(json::ObjectReader& reader, std::string_view field,
                             std::string_view kind, std::string_view example,
                             std::string_view remedy) {
  const auto* name = reader.require(field, example);
  if (name == nullptr) return "";
  if (name->is_string() && name->as_string().find(':') != std::string::npos) {
    reader.problem(field, "must not carry a version; " + std::string(remedy));
    return "";
  }
  return fields::object_name(reader, field, kind, example);
}

using Check = std::string_view (*)(std::string_view);

std::vector<std::string> read_list(json::ObjectReader& reader, std::string_view field,
                                   std::string_view example, Check check) {
  std::vector<std::string> list;
  reader.elements(field, {1, 50}, [&](const json::Json& value, const json::Path& path) {
    const json::Text rule{.longest = 256, .example = example, .check = check};
    if (auto text = json::text_of(value, path, rule, reader.report()))
      list.push_back(std::move(*text));
  });
  return list;
}

/// A word or a list, whose entries no structural schema can describe beside a word.
Selection read_selection(json::ObjectReader& entry, std::string_view field,
                         std::string_view example, Check check) {
  using enum Selection::Which;
  const auto* value = entry.find(field);
  if (value == nullptr) return {};
  if (value->is_array()) return {Listed, read_list(entry, field, example, check)};
  if (value->is_string() && value->as_string() == "all") return {All};
  if (value->is_string() && value->as_string() == "none") return {None};
  entry.problem(field, "must be all, none or a list, such as [" + std::string(example) + "]");
  return {};
}

/// Which parts of it are wanted.
void read_parts(json::ObjectReader& entry, Repository& repository) {
  repository.submodules =
      read_selection(entry, "submodules", "vendor/lib", values::submodule_path_problem);
  repository.large_files =
      read_selection(entry, "lfs", "'*.safetensors'", values::large_file_pattern_problem);
  repository.paths = read_list(entry, "paths", "/docs/", values::path_pattern_problem);
  if (repository.paths.empty()) return;
  if (repository.paths.front().front() == '!') {
    entry.problem("paths",
                  "must not begin with a pattern that takes files away; write one before it that "
                  "chooses files, such as '/*'");
  }
  if (repository.full_history) {
    entry.problem("paths",
                  "does not go with history: full, which is of all files; remove one of them");
  }
}

Repository read_repository(json::ObjectReader& entry, bool full_history, bool read_only) {
  Repository repository;
  repository.full_history = full_history;
  repository.read_only = read_only;
  repository.url = entry.required_string("url", {.longest = 2048,
                                                 .example = "https://github.com/example/app.git",
                                                 .check = values::git_url_problem});
  repository.name = entry.required_string(
      "name", {.longest = 100, .example = "app", .check = values::repository_name_problem});
  repository.ref =
      entry.string("ref", {.longest = 250, .example = "main", .check = values::git_ref_problem})
          .value_or("");
  repository.username =
      entry
          .string("username",
                  {.longest = 256, .example = "build-bot", .check = values::username_problem})
          .value_or("");
  repository.password = fields::password(entry, "password", "SECRET:GIT_TOKEN");
  read_parts(entry, repository);
  repository.over_ssh = values::is_ssh_url(repository.url);
  if (values::scheme(repository.url) == "git") {
    for (const auto* field : {"username", "password"}) {
      if (entry.find(field) != nullptr)
        entry.problem(field,
                      "does not go with a git:// url, which knows no users; write an https "
                      "url, or remove it");
    }
  }
  if (!repository.over_ssh) return repository;
  if (!repository.username.empty()) {
    entry.problem("username",
                  "does not go with a url of ssh; write the user into the url, such as "
                  "git@github.com:example/app.git, and remove username");
  }
  if (entry.find("password") == nullptr) {
    entry.problem("password",
                  "is required with a url of ssh; put a private key into a Secret and write "
                  "SECRET:NAME");
  }
  return repository;
}

}  // namespace

std::variant<std::string, SecretKey> read_env_value(json::ObjectReader& entry) {
  const auto* value = entry.find("value");
  if (value == nullptr || fields::refuse_split_secret(entry, "value")) return "";
  const auto path = entry.path("value");
  auto text = json::text_of(*value, path, {.longest = 32768, .may_be_empty = true}, entry.report());
  if (!text) return "";
  if (values::shows_password(*text)) {
    entry.problem("value",
                  "has a URL with a password in plain text; put the value into a Secret and write "
                  "SECRET:NAME, or write $(VARIABLE) for the password");
    return "";
  }
  if (!values::has_secret_prefix(*text)) return std::move(*text);
  if (auto reference = values::secret_key(*text)) return std::move(*reference);
  entry.problem("value",
                "begins like a reference to a secret and is none; write SECRET:NAME or "
                "SECRET:SECRET-NAME/KEY and nothing else");
  return "";
}

ModelMount read_model_mount(json::ObjectReader& entry) {
  ModelMount model;
  model.id = read_unversioned(
      entry, "id", "Model object", "sentiment",
      "name the Model object alone and choose the version by that object's source.url");
  model.path = read_mount_path(entry, "path", model.path, model.path);
  return model;
}

Repositories read_repositories(const json::Json& value, const json::Path& path,
                               json::Report& report) {
  Repositories repositories;
  json::ObjectReader reader(value, path, report);
  repositories.dataset = read_unversioned(reader, "dataset", "Dataset object", "code",
                                          "name the Dataset object alone");
  const auto usual = repositories.mount_path;
  repositories.mount_path = read_mount_path(reader, "mountPath", usual, usual);
  read_dataset_mount(reader, repositories);
  const bool read_only = reader.boolean("readOnly").value_or(false);
  const bool full_history = reader.choice("history", {"shallow", "full"}) == 1U;
  repositories.credentials = read_credentials(reader);
  repositories.resources = read_helper_resources(reader);
  std::set<std::string, std::less<>> names;
  reader.require("repositories", "- {url: https://github.com/example/app.git, name: app}");
  reader.elements("repositories", {1, 20}, [&](const json::Json& element, const json::Path& place) {
    json::ObjectReader entry(element, place, report);
    auto repository = read_repository(entry, full_history, read_only);
    entry.finish();
    if (!repository.name.empty() && !names.insert(repository.name).second) {
      entry.problem("name",
                    "is the name of an earlier entry too; give each repository a folder "
                    "of its own");
    }
    repositories.items.push_back(std::move(repository));
  });
  reader.finish();
  return repositories;
}

}  // namespace gradient
