#include "gradient/import/integration.h"

#include "gradient/spec/characters.h"
#include "gradient/spec/placeholders.h"
#include "gradient/spec/plain_secrets.h"
#include "gradient/spec/references.h"

namespace gradient {
namespace {

using json::Json;

constexpr auto none = std::string_view::npos;

std::string text(json::ObjectReader& entry, std::string_view field) {
  return entry.string(field, {.longest = 2048}).value_or("");
}

/// What follows "https://", without slashes and ".git" at the end.
std::string_view place(std::string_view url) {
  constexpr std::string_view git = ".git";
  url.remove_prefix(values::scheme(url).size() + 3);
  while (!url.empty() && url.back() == '/')
    url.remove_suffix(1);
  if (url.size() > git.size() && url.substr(url.size() - git.size()) == git)
    url.remove_suffix(git.size());
  return url;
}

/// hf://ORGANISATION/NAME for a model of Hugging Face, git+https:// for any other repository.
std::string git_source(const std::string& url) {
  constexpr std::string_view hub = "huggingface.co/";
  const auto where = place(url);
  if (!where.starts_with(hub)) return "git+" + url;
  const auto model = where.substr(hub.size());
  const auto slash = model.find('/');
  if (slash == none || slash == 0) return "git+" + url;
  const auto rest = model.substr(slash + 1);
  constexpr std::string_view tree = "/tree/";
  const auto end = rest.find('/');
  if (end == none) return "hf://" + std::string(model);
  if (!rest.substr(end).starts_with(tree)) return "git+" + url;
  return "hf://" + std::string(model.substr(0, slash + 1 + end)) + "@" +
         std::string(rest.substr(end + tree.size()));
}

std::string with_scheme(const std::string& endpoint) {
  return endpoint.empty() || endpoint.find("://") != std::string::npos ? endpoint
                                                                       : "https://" + endpoint;
}

/// A required URL without credentials, or an endpoint, where https:// may be left out; empty after
/// a problem.
std::string url(json::ObjectReader& entry, std::string_view field, std::string_view example) {
  auto written = entry.required_string(field, {.longest = 2048, .example = example});
  if (field == "endpoint") written = with_scheme(written);
  if (!values::has_user(written) && !values::has_token(written)) return written;
  entry.problem(field,
                "must not carry a user, password or token; write the user as accessKeyId and the "
                "password or token as secretAccessKey of this entry");
  return {};
}

void read_credentials(json::ObjectReader& entry, std::string_view id_key,
                      std::string_view secret_key, Integration& out) {
  auto id = text(entry, "accessKeyId");
  auto secret = text(entry, "secretAccessKey");
  if (id.empty() && secret.empty()) return;
  out.credentials = {{std::string(id_key), std::move(id)},
                     {std::string(secret_key), std::move(secret)}};
}

void read_model_entry(json::ObjectReader& entry, Integration& out) {
  const auto id = entry.required_string("id", {.example = "mo6l0m1nq4zqrp"});
  if (out.name.empty()) out.name = id;
  if (id.empty()) return;
  out.source = unknown_source(id);
  out.remarks = about_unknown_source(id);
}

void read_git_lfs(json::ObjectReader& entry, Integration& out) {
  const auto from = url(entry, "url", "https://huggingface.co/openai/whisper-base");
  read_credentials(entry, "username", "password", out);
  if (from.empty()) return;
  if (values::scheme(from) != "https") {
    entry.problem("url",
                  "must be an https URL, such as https://huggingface.co/openai/whisper-base");
    return;
  }
  out.source = json::object({{"url", git_source(from)}});
}

void read_s3(json::ObjectReader& entry, Integration& out) {
  const auto from = url(entry, "url", "s3://models/llm/");
  const auto region = text(entry, "region");
  const auto endpoint = with_scheme(text(entry, "endpoint"));
  read_credentials(entry, "accessKeyId", "secretAccessKey", out);
  if (from.empty()) return;
  if (values::scheme(from) != "s3") {
    entry.problem("url", "must be the URL of a bucket, such as s3://models/llm/");
    return;
  }
  out.source = json::object({{"url", from},
                             {"region", json::text_or_null(region)},
                             {"endpoint", json::text_or_null(endpoint)}});
}

/// https://BUCKET.REGION.digitaloceanspaces.com or https://REGION.digitaloceanspaces.com/BUCKET.
void read_spaces(json::ObjectReader& entry, Integration& out) {
  const auto endpoint = url(entry, "endpoint", "https://models.ams3.digitaloceanspaces.com");
  read_credentials(entry, "accessKeyId", "secretAccessKey", out);
  if (endpoint.empty()) return;
  constexpr std::string_view domain = ".digitaloceanspaces.com";
  const auto where = place(endpoint);
  const auto host = where.substr(0, where.find('/'));
  auto path = where.substr(host.size());
  if (!path.empty()) path.remove_prefix(1);
  const bool is_spaces =
      host.size() > domain.size() && host.substr(host.size() - domain.size()) == domain;
  auto region = host.substr(0, is_spaces ? host.size() - domain.size() : 0);
  auto bucket = path.substr(0, path.find('/'));
  auto folder = path.substr(bucket.size());
  if (const auto dot = region.rfind('.'); dot != none) {
    bucket = region.substr(0, dot);
    folder = where.substr(host.size());
    region.remove_prefix(dot + 1);
  }
  if (!is_spaces || bucket.empty()) {
    entry.problem("endpoint",
                  "must name the bucket and the region, such as "
                  "https://models.ams3.digitaloceanspaces.com");
    return;
  }
  out.source = json::object(
      {{"url", "s3://" + std::string(bucket) + (folder.empty() ? "/" : std::string(folder))},
       {"endpoint", "https://" + std::string(region) + std::string(domain)}});
  out.origins["url"] = "endpoint";
}

}  // namespace

Json unknown_source(const std::string& id) {
  return json::object({{"url", values::unknown_url(id)}});
}

json::Problems about_unknown_source(const std::string& id) {
  return {{"spec.source.url",
           "Gradient kept the files of model " + id +
               " itself. Copy them to a place of yours and write its URL here: s3://, gs://, "
               "azureblob://, https://, sftp://, hf://, git+https:// or pvc://CLAIM/PATH."}};
}

Integration read_integration(json::ObjectReader& entry) {
  Integration out;
  entry.require("type", "s3");
  const auto type =
      entry.choice("type", {"model", "git-lfs", "s3", "spaces", "do-spaces", "volume"});
  out.name = text(entry, "name");
  out.path = text(entry, "path");
  out.was_placed = !out.path.empty();
  if (type != 0U && out.name.empty()) entry.require("name", "my-model");
  const auto otherwise = type == 0U ? "/opt/models" : "/opt/integrations/" + out.name;
  if (!out.was_placed) out.path = otherwise;
  if (type == 0U) read_model_entry(entry, out);
  if (type == 1U) read_git_lfs(entry, out);
  if (type == 2U) read_s3(entry, out);
  if (type == 3U || type == 4U) read_spaces(entry, out);
  if (type == 5U) out.volume = out.name;
  if (!type) entry.allow({"id", "url", "region", "endpoint", "accessKeyId", "secretAccessKey"});
  entry.finish();
  return out;
}

}  // namespace gradient
