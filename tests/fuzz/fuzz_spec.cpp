#include "fuzz/target.h"
#include "gradient/import/import.h"
#include "gradient/import/other_format.h"
#include "gradient/spec/needs.h"
#include "gradient/spec/parent.h"
#include "gradient/spec/read_dataset.h"
#include "gradient/spec/read_deployment.h"
#include "gradient/spec/read_model.h"
#include "gradient/spec/read_registry.h"
#include "gradient/spec/reading.h"
#include "json/yaml.h"

#include <algorithm>
#include <string_view>

namespace {

using gradient::DeploymentSpec;

bool is_safe(const std::string& argument) {
  return !argument.empty() && argument.front() != '-' &&
         argument.find_first_of(std::string_view("\0\n\r ", 4)) == std::string::npos;
}

bool is_path(const std::string& path) {
  return path.size() > 1 && path.front() == '/' && (path + "/").find("/../") == std::string::npos;
}

void check(const DeploymentSpec& spec) {
  fuzz::require(!spec.image.empty() && !spec.resources.instance_type.empty(),
                "required fields are there");
  fuzz::require(spec.listening_port() >= 1 && spec.listening_port() <= 65535, "the port is one");
  fuzz::require(spec.resources.replicas >= 0 && spec.resources.replicas <= 1000,
                "replicas are bounded");
  for (const auto& port : spec.exposure.ports)
    fuzz::require(port.number >= 1 && port.number <= 65535 && port.number != 80 &&
                      port.number != spec.listening_port() && is_safe(port.name),
                  "further ports are others");
  for (const auto& model : spec.models)
    fuzz::require(is_path(model.path) && is_safe(model.id), "models have a name and a path");
  if (spec.repositories) {
    fuzz::require(is_path(spec.repositories->mount_path), "mountPath is absolute");
    fuzz::require(!spec.repositories->items.empty(), "there is something to clone");
    for (const auto& repository : spec.repositories->items) {
      const auto& url = repository.url;
      fuzz::require(is_safe(url) && (url.rfind("http", 0) == 0 || url.rfind("ssh://", 0) == 0 ||
                                     url.rfind("git://", 0) == 0 ||
                                     (url.find('@') < url.find(':') && url.find('@') > 0)),
                    "a git URL is of http, https, ssh or git and no option");
      fuzz::require(repository.ref.empty() || is_safe(repository.ref), "a ref is no option");
      fuzz::require(is_safe(repository.name) && repository.name.find('/') == std::string::npos,
                    "a repository's name is one part of a path");
    }
  }
  gradient::needs(spec, gradient::default_settings());
}

void check(const gradient::ModelSpec& spec) {
  fuzz::require(is_safe(spec.source.url), "a model's url is no option");
  fuzz::require(("/" + spec.source.claim_path + "/").find("/../") == std::string::npos,
                "a path in a claim stays in the claim");
}

void check(const gradient::DatasetSpec& spec) {
  fuzz::require(spec.claim_name.empty() != spec.size.empty(), "a dataset is old or new");
}

void check(const gradient::RegistrySpec& spec) {
  fuzz::require(spec.secret_name.empty() != spec.server.empty(), "a registry is a Secret or not");
}

void check(const json::Problems& problems) {
  fuzz::require(!problems.empty() && problems.size() <= json::Report::most + 1,
                "problems are at least one and bounded");
  for (const auto& problem : problems) {
    fuzz::require(problem.message.size() < 1000 && problem.path.size() < 2000,
                  "problems are short");
    fuzz::require(problem.message.find("canary") == std::string::npos ||
                      problem.message.starts_with("must be the name of a machine"),
                  "a message repeats no value, but a machine's");
  }
}

template <class Spec>
void check(const gradient::Reading<Spec>& reading) {
  if (const auto* spec = std::get_if<Spec>(&reading)) {
    check(*spec);
  } else {
    check(std::get<json::Problems>(reading));
  }
}

template <class Spec>
bool is_valid(const gradient::Reading<Spec>& reading) {
  return std::holds_alternative<Spec>(reading);
}

/// Whether a field is called so: names are told, and are no secrets.
bool has_name_with(const json::Json& document, const std::string& part) {
  if (!document.is_object()) return false;
  const auto& fields = document.as_object();
  return std::any_of(fields.begin(), fields.end(), [&](const auto& field) {
    return field.first.find(part) != std::string::npos;
  });
}

/// What is imported without problems is valid, comments and all.
void check_import(const gradient::WrittenSpec& spec) {
  static const auto settings = gradient::default_settings();
  const auto& document = spec.document.value;
  const auto other = gradient::other_format(document);
  const bool is_told = other.find("canary") != std::string::npos;
  fuzz::require(other.size() < 1000 && (!is_told || has_name_with(document, "canary")),
                "another format is named shortly, without values");
  gradient::Importer importer(settings);
  const auto problems = importer.add(spec, {});
  if (!problems.empty()) return check(problems);
  const auto read = json::parse_yaml(importer.text());
  fuzz::require(read.problems.empty() && !read.documents.empty(), "what is imported is YAML");
  for (const auto& made : read.documents) {
    const auto kind = json::string_at(made.value, {"kind"});
    fuzz::require(
        (kind == "GradientDeployment" &&
         is_valid(gradient::read_deployment(made.value, settings))) ||
            (kind == "Model" && is_valid(gradient::read_model(made.value))) ||
            (kind == "Dataset" && is_valid(gradient::read_dataset(made.value))) ||
            (kind == "ContainerRegistry" && is_valid(gradient::read_registry(made.value))),
        "what is imported is valid");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = json::parse_yaml(text);
  for (const auto& document : read.documents) {
    gradient::parent(document.value);
    check(gradient::read_deployment(document.value));
    check(gradient::read_model(document.value));
    check(gradient::read_dataset(document.value));
    check(gradient::read_registry(document.value));
    if (document.value.is_object() && document.value.has_field("spec"))
      for (const auto& inner : gradient::specs_in(json::member(document, "spec")))
        check_import(inner);
  }
  for (const auto& spec : gradient::specs_in(read.documents, text))
    check_import(spec);
  return 0;
}
