#include "gradient/spec/read_model.h"

#include "base/archive_name.h"
#include "gradient/spec/characters.h"
#include "gradient/spec/fields.h"
#include "gradient/spec/model_url.h"
#include "gradient/spec/placeholders.h"
#include "gradient/spec/plain_secrets.h"
#include "gradient/spec/read_helper_resources.h"
#include "gradient/spec/reading.h"
#include "gradient/spec/references.h"
#include "gradient/spec/values.h"

#include <array>

namespace gradient {
namespace {

constexpr std::size_t longest_url = 2048;

std::string_view name_problem(std::string_view name) {
  return values::is_dns_subdomain(name)
             ? ""
             : "must consist of lower-case letters, digits, '-' and '.', such as sentiment";
}

using Scheme = ModelSource::Scheme;

std::string_view account_problem(std::string_view account) {
  const auto allowed = [](char c) { return values::is_digit(c) || (c >= 'a' && c <= 'z'); };
  return account.size() >= 3 && values::all(account, allowed)
             ? ""
             : "must be the name of a storage account (3 to 24 lower-case letters and digits), "
               "such "
               "as examplemodels";
}

std::string_view auth_problem(std::string_view auth) {
  return auth == "workloadIdentity" ? "" : "must be workloadIdentity; remove it for no identity";
}

std::string_view region_problem(std::string_view region) {
  const auto allowed = [](char c) { return values::is_alphanumeric(c) || c == '-'; };
  return values::all(region, allowed) && region.front() != '-'
             ? ""
             : "must be the name of a region, such as eu-central-1";
}

std::string_view digest_problem(std::string_view digest) {
  constexpr std::string_view prefix = "sha256:";
  const auto is_hex = [](char c) { return values::is_digit(c) || (c >= 'a' && c <= 'f'); };
  return digest.size() == prefix.size() + 64 && digest.substr(0, prefix.size()) == prefix &&
                 values::all(digest.substr(prefix.size()), is_hex)
             ? ""
             : "must be sha256: and 64 lower-case hexadecimal digits, as gradient-sync digest "
               "prints it";
}

std::vector<std::string> read_patterns(json::ObjectReader& reader, std::string_view field) {
  std::vector<std::string> patterns;
  reader.elements(field, {1, 50}, [&](const json::Json& value, const json::Path& path) {
    const json::Text rule{
        .longest = 256, .example = "'*.safetensors'", .check = values::control_problem};
    if (auto pattern = json::text_of(value, path, rule, reader.report()))
      patterns.push_back(std::move(*pattern));
  });
  return patterns;
}

void check_endpoint(const ModelSource& source, json::ObjectReader& reader) {
  if (reader.find("endpoint") == nullptr || source.scheme == Scheme::S3 ||
      source.scheme == Scheme::Gcs) {
    return;
  }
  if (values::scheme(source.url) == "hf") {
    if (values::scheme(source.endpoint) == "http" && !source.secret_name.empty()) {
      reader.problem("endpoint",
                     "would be sent the credentials unencrypted; write an https:// url or remove "
                     "secretName");
    }
    return;
  }
  if (source.scheme != Scheme::Azure) {
    reader.problem("endpoint", "belongs to an s3://, gs://, azureblob:// or hf:// url; remove it");
  } else if (!source.endpoint.empty() && values::scheme(source.endpoint) != "https") {
    reader.problem("endpoint",
                   "must be an https URL with an azureblob:// url, such as "
                   "https://blob.core.usgovcloudapi.net");
  }
}

/// The storage account is in the Secret or, where there is none, in the spec.
void check_account(const ModelSource& source, json::ObjectReader& reader) {
  const bool has_account = reader.find("account") != nullptr;
  if (source.scheme != Scheme::Azure) {
    if (has_account) reader.problem("account", "belongs to an azureblob:// url; remove it");
  } else if (reader.find("secretName") != nullptr) {
    if (has_account)
      reader.problem("account",
                     "is one of the keys of the Secret that secretName names; remove it");
  } else if (!has_account) {
    reader.problem("account",
                   "is required with an azureblob:// url that has no secretName; write the storage "
                   "account that the container is in");
  }
}

void check_auth(const ModelSource& source, json::ObjectReader& reader) {
  if (reader.find("auth") == nullptr) return;
  if (source.scheme != Scheme::S3 && source.scheme != Scheme::Gcs &&
      source.scheme != Scheme::Azure) {
    reader.problem("auth", "belongs to an s3://, gs:// or azureblob:// url; remove it");
  } else if (reader.find("secretName") != nullptr) {
    reader.problem("auth",
                   "takes the identity of the pod, and secretName that of a Secret; remove one");
  }
}

void check_secret(const ModelSource& source, json::ObjectReader& reader) {
  if (reader.find("secretName") == nullptr) {
    if (source.scheme == Scheme::Sftp) {
      reader.problem("secretName",
                     "is required with an sftp:// url; name a Secret with the key knownHosts, and "
                     "with privateKey or password");
    }
  } else if (source.scheme == Scheme::Claim) {
    reader.problem("secretName", "has no meaning with a pvc:// url; remove it");
  } else if (source.scheme == Scheme::Oci) {
    reader.problem("secretName",
                   "has no meaning with an oci:// url; name a ContainerRegistry in "
                   "containerRegistry");
  } else if (values::scheme(source.url) == "http") {
    reader.problem("secretName",
                   "would be sent unencrypted to an http:// url; write an https:// url or remove "
                   "secretName");
  }
}

void check_unpack(const ModelSource& source, json::ObjectReader& reader) {
  if (reader.find("unpack") == nullptr) return;
  if (source.scheme == Scheme::Oci)
    reader.problem(
        "unpack", "has no meaning with an oci:// url, whose layers are unpacked anyway; remove it");
  if (source.scheme == Scheme::Claim)
    reader.problem("unpack",
                   "has no meaning with a pvc:// url, which is mounted as it is; remove it");
}

/// Fields that mean nothing for this source would be silently without effect: refused.
void check_source(const ModelSource& source, json::ObjectReader& reader) {
  for (const std::string_view field : {"region", "pathStyle", "requesterPays"}) {
    if (source.scheme != Scheme::S3 && reader.find(field) != nullptr)
      reader.problem(field, "belongs to an s3:// url; remove it");
  }
  check_endpoint(source, reader);
  if (source.scheme != Scheme::Oci && reader.find("containerRegistry") != nullptr)
    reader.problem("containerRegistry", "belongs to an oci:// url; remove it");
  if (source.scheme == Scheme::Claim && reader.find("digest") != nullptr)
    reader.problem("digest",
                   "has no meaning with a pvc:// url, which is mounted as it is; remove it");
  for (const std::string_view field : {"include", "exclude"}) {
    if (source.scheme == Scheme::Claim && reader.find(field) != nullptr)
      reader.problem(field, "has no meaning with a pvc:// url, which is mounted whole; remove it");
  }
  check_unpack(source, reader);
  check_secret(source, reader);
  check_account(source, reader);
  check_auth(source, reader);
}

void split_claim(ModelSource& source) {
  const auto rest = model_url::after_scheme(source.url);
  const auto slash = std::min(rest.find('/'), rest.size());
  source.claim = rest.substr(0, slash);
  const auto path = values::normal_path(rest.substr(slash));
  source.claim_path = path.empty() ? "" : path.substr(1);
}

ModelSource read_source(const json::Json& value, const json::Path& path, json::Report& report) {
  json::ObjectReader reader(value, path, report);
  ModelSource source;
  source.url = reader.required_string(
      "url",
      {.longest = longest_url, .example = "s3://models/sentiment/", .check = model_url::problem});
  source.region =
      reader.string("region", {.longest = 64, .example = "eu-central-1", .check = region_problem})
          .value_or("");
  source.endpoint = reader
                        .string("endpoint", {.longest = longest_url,
                                             .example = "https://minio.example.com:9000",
                                             .check = model_url::endpoint_problem})
                        .value_or("");
  const auto path_style = reader.boolean("pathStyle");
  source.requester_pays = reader.boolean("requesterPays").value_or(false);
  source.include = read_patterns(reader, "include");
  source.exclude = read_patterns(reader, "exclude");
  source.unpack = reader.boolean("unpack").value_or(false);
  source.secret_name = fields::object_name(reader, "secretName", "Secret", "s3-credentials");
  source.account =
      reader
          .string("account", {.longest = 24, .example = "examplemodels", .check = account_problem})
          .value_or("");
  source.workload_identity =
      reader.string("auth", {.longest = 20, .example = "workloadIdentity", .check = auth_problem})
          .has_value();
  source.container_registry =
      fields::object_name(reader, "containerRegistry", "ContainerRegistry object", "team-registry");
  source.digest =
      reader
          .string("digest",
                  {.longest = 71, .example = "sha256:9f86d081884c7d65...", .check = digest_problem})
          .value_or("");
  reader.finish();
  if (source.url.empty()) return source;
  source.scheme = model_url::scheme(source.url).value_or(Scheme::Http);
  source.path_style = path_style.value_or(source.scheme == Scheme::S3 && !source.endpoint.empty());
  if (source.scheme == Scheme::Claim) split_claim(source);
  check_source(source, reader);
  return source;
}

std::int64_t read_refresh(json::ObjectReader& reader) {
  constexpr std::int64_t shortest = 30;
  constexpr std::int64_t longest = 720 * 3600;
  const auto text = reader.string("refreshInterval", {.longest = 20, .example = "10m"});
  if (!text) return 0;
  const auto seconds = values::duration_seconds(*text);
  if (seconds && *seconds >= shortest && *seconds <= longest) return *seconds;
  reader.problem("refreshInterval", "must be a duration from 30s to 720h, such as 10m or 1h30m");
  return 0;
}

std::optional<std::int64_t> read_grace(json::ObjectReader& reader) {
  constexpr std::int64_t longest = 720 * 3600;
  const auto text = reader.string("gracePeriod", {.longest = 20, .example = "10m"});
  if (!text) return {};
  const auto seconds = values::duration_seconds(*text);
  if (seconds && *seconds <= longest) return seconds;
  reader.problem("gracePeriod", "must be a duration from 0s to 720h, such as 10m or 1h30m");
  return {};
}

ModelSpec read_fields(json::ObjectReader& reader) {
  ModelSpec spec;
  if (const auto* value = reader.require("source", "source: {url: s3://models/sentiment/}")) {
    const auto path = reader.path("source");
    spec.source = read_source(*value, path, reader.report());
  }
  spec.dataset = fields::object_name(reader, "dataset", "Dataset object", "model-cache");
  spec.refresh_seconds = read_refresh(reader);
  spec.grace_seconds = read_grace(reader);
  spec.resources = read_helper_resources(reader);
  reader.finish();
  if (spec.source.scheme != Scheme::Claim) return spec;
  if (reader.find("dataset") != nullptr) {
    reader.problem("dataset",
                   "has no meaning with a pvc:// source, which is mounted as it is; remove it");
  }
  if (reader.find("refreshInterval") != nullptr) {
    reader.problem("refreshInterval",
                   "has no meaning with a pvc:// source, whose changes are visible at once; remove "
                   "it");
  }
  if (reader.find("gracePeriod") != nullptr) {
    reader.problem("gracePeriod",
                   "has no meaning with a pvc:// source, which is mounted as it is; remove it");
  }
  if (reader.find("resources") != nullptr) {
    reader.problem("resources",
                   "has no meaning with a pvc:// source, which no helper fetches; remove it");
  }
  return spec;
}

}  // namespace

json::Problems doubtful_fields(const ModelSpec& spec) {
  const auto& source = spec.source;
  if (values::is_unknown_url(source.url))
    return {{"spec.source.url", std::string(values::unknown_url_refused)}};
  const bool may_be_unpacked = !source.unpack && source.scheme != Scheme::Claim &&
                               source.scheme != Scheme::Oci && !model_url::is_git(source.url);
  if (!may_be_unpacked || !base::is_archive_name(source.url)) return {};
  return {{"spec.source.url",
           "names an archive, which is served as it is; write source.unpack: true for what is in "
           "it"}};
}

Reading<ModelSpec> read_model(const json::Json& object) {
  return fields::read_object<ModelSpec>(object, name_problem, read_fields);
}

}  // namespace gradient
