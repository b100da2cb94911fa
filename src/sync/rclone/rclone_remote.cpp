#include "sync/rclone/rclone_remote.h"

#include "base/base64.h"
#include "base/process.h"
#include "json/json.h"
#include "sync/program/environment.h"
#include "sync/program/local_addresses.h"
#include "sync/program/secret_file.h"
#include "sync/report/failure.h"

#include <algorithm>
#include <optional>

namespace content {
namespace {

using json::Json;

using Read = std::string (*)(const std::string& file);

std::optional<std::string> credential(const Source& source, const char* name,
                                      Read read = read_secret_line) {
  const auto file = source.credentials / name;
  if (source.credentials.empty() || !std::filesystem::exists(file)) return {};
  return read(file.string());
}

std::string required(const Source& source, const char* name, Read read = read_secret_line) {
  if (auto value = credential(source, name, read)) return *value;
  throw Failure("SyncFailed", std::string("the Secret of the model has no key ") + name);
}

void set(RcloneOptions& options, const char* name, const std::string& value) {
  if (!value.empty()) options[name] = value;
}

/// What the clouds' webhooks set in the containers of a pod that has an identity. Their SDKs find
/// the rest at addresses of the node.
std::vector<std::string> identity_variables(const Source& source) {
  if (source.url.starts_with("s3://")) {
    return {"AWS_ROLE_ARN",
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            "AWS_STS_REGIONAL_ENDPOINTS",
            "AWS_ENDPOINT_URL_STS",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
            "AWS_REGION",
            "AWS_DEFAULT_REGION"};
  }
  if (source.url.starts_with("gs://"))
    return {"GOOGLE_APPLICATION_CREDENTIALS", "GCE_METADATA_HOST"};
  return {"AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE",
          "AZURE_AUTHORITY_HOST"};
}

/// The SDK asks for the role's credentials in a region, which EKS Pod Identity does not name.
std::string region_of_identity(const Source& source) {
  return "AWS_REGION=" + (source.region.empty() ? "us-east-1" : source.region);
}

std::vector<std::string> identity(const Source& source) {
  auto variables = environment_for_programs(identity_variables(source));
  const auto names_region = [](const std::string& variable) {
    return variable.starts_with("AWS_REGION=") || variable.starts_with("AWS_DEFAULT_REGION=");
  };
  if (source.url.starts_with("s3://") &&
      std::none_of(variables.begin(), variables.end(), names_region)) {
    variables.push_back(region_of_identity(source));
  }
  return variables;
}

RcloneRemote s3_remote(const Source& source) {
  RcloneOptions options{{"type", "s3"}, {"env_auth", source.workload_identity ? "true" : "false"}};
  set(options, "provider", source.endpoint.empty() ? "AWS" : "Other");
  set(options, "endpoint", source.endpoint);
  set(options, "region", source.region);
  set(options, "force_path_style", source.path_style ? "true" : "false");
  if (source.requester_pays) set(options, "requester_pays", "true");
  set(options, "list_version", "2");  // the older one takes rclone half as much memory more
  if (!source.credentials.empty()) {
    set(options, "access_key_id", required(source, "accessKeyId"));
    set(options, "secret_access_key", required(source, "secretAccessKey"));
    set(options, "session_token", credential(source, "sessionToken").value_or(""));
  }
  return {std::move(options), source.url.substr(std::string_view("s3://").size())};
}

std::string after_scheme(const std::string& url) {
  return url.substr(url.find("://") + 3);
}

/// A JSON object, minified.
std::string one_line_of_json(const Path& file) {
  try {
    const auto value = json::parse(read_secret_text(file.string()));
    if (value.is_object()) return json::text(value);
  } catch (const std::invalid_argument&) {  // the Failure below says so, without the content
  }
  throw Failure("ModelSourceRefused", file.string() +
                                          ": is no JSON object; put the whole key file of the "
                                          "service account into the Secret");
}

RcloneRemote gcs_remote(const Source& source) {
  RcloneOptions options{{"type", "google cloud storage"}};
  set(options, "endpoint", source.endpoint);
  if (source.workload_identity) {
    set(options, "env_auth", "true");
  } else if (source.credentials.empty()) {
    set(options, "anonymous", "true");
  } else {
    required(source, "serviceAccountJson", read_secret_text);
    set(options, "service_account_credentials",
        one_line_of_json(source.credentials / "serviceAccountJson"));
  }
  return {std::move(options), after_scheme(source.url)};
}

/// The endpoint of a cloud is that of all accounts.
void set_azure_account(RcloneOptions& options, const Source& source, const std::string& account) {
  set(options, "account", account);
  if (source.endpoint.empty()) return;
  auto endpoint = source.endpoint;
  set(options, "endpoint", endpoint.insert(endpoint.find("://") + 3, account + "."));
}

/// Without credentials and identity the container is a public one.
RcloneRemote azure_remote(const Source& source) {
  RcloneOptions options{{"type", "azureblob"}};
  if (source.workload_identity) {
    set(options, "env_auth", "true");
    // The authority is the webhook's; the SDK would ask Microsoft's public one whether it is known.
    set(options, "disable_instance_discovery", "true");
  }
  if (source.credentials.empty()) {
    set_azure_account(options, source, source.account);
  } else if (const auto url = credential(source, "sasUrl")) {
    if (!source.endpoint.empty()) {
      throw Failure("ModelSourceRefused",
                    "the Secret's sasUrl names a host already; remove source.endpoint");
    }
    set(options, "sas_url", *url);
  } else {
    set_azure_account(options, source, required(source, "account"));
    set(options, "key", required(source, "accountKey"));
  }
  return {std::move(options), after_scheme(source.url)};
}

/// A password as rclone's configuration has it, which hides it from a glance only. rclone reads it
/// from its input, which the shell makes of the unnamed file.
std::string obscured(const std::string& password) {
  auto finished = base::run({.arguments = {"sh", "-c", "exec rclone obscure - <&3"},
                             .environment = environment_for_programs(),
                             .secret_file = password + "\n"});
  if (finished.exit_code != 0) throw Failure("SyncFailed", "rclone cannot take the password");
  return finished.output.substr(0, finished.output.find('\n'));
}

/// In one line, as rclone wants it.
std::string with_escaped_newlines(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '\n') {
      result += "\\n";
    } else if (c != '\r') {
      result += c;
    }
  }
  return result + "\\n";
}

void set_sftp_login(RcloneOptions& options, const Source& source) {
  const auto key = credential(source, "privateKey", read_secret_text);
  const auto password = credential(source, "password");
  if (!key && !password) {
    throw Failure("SyncFailed", "the Secret of the model has neither privateKey nor password");
  }
  if (key) set(options, "key_pem", with_escaped_newlines(*key));
  if (password) set(options, "pass", obscured(*password));
}

/// No command is run on the server, and no host is taken whose key is not known.
RcloneRemote sftp_remote(const Source& source) {
  const auto rest = after_scheme(source.url);
  const auto slash = std::min(rest.find('/'), rest.size());
  auto place = rest.substr(0, slash);
  RcloneOptions options{{"type", "sftp"}, {"shell_type", "none"}, {"disable_hashcheck", "true"}};
  const auto at = place.find('@');
  set(options, "user",
      at == std::string::npos ? required(source, "username") : place.substr(0, at));
  if (at != std::string::npos) place.erase(0, at + 1);
  const auto colon = std::min(place.find(':'), place.size());
  set(options, "host", place.substr(0, colon));
  if (colon < place.size()) set(options, "port", place.substr(colon + 1));
  required(source, "knownHosts", read_secret_text);
  set(options, "known_hosts_file", (source.credentials / "knownHosts").string());
  set_sftp_login(options, source);
  return {std::move(options), rest.substr(slash)};
}

/// A field of a comma-separated list.
std::string list_field(const std::string& text) {
  std::string result = "\"";
  for (const char c : text)
    result += c == '"' ? std::string("\"\"") : std::string(1, c);
  return result + "\"";
}

std::string authorization(const Source& source) {
  if (const auto token = credential(source, "token")) return "Bearer " + *token;
  const auto username = credential(source, "username");
  const auto password = credential(source, "password");
  if (!username && !password) return {};
  return "Basic " + base::base64_encode(username.value_or("") + ":" + password.value_or(""));
}

/// What a server could send back of what it is sent.
std::vector<std::string> secrets_sent_by_rclone(const Source& source) {
  std::vector<std::string> secrets;
  for (const auto* name :
       {"secretAccessKey", "sessionToken", "accountKey", "sasUrl", "signedUrl", "token"}) {
    if (auto value = credential(source, name)) secrets.push_back(*std::move(value));
  }
  if (source.url.starts_with("http")) {
    const auto header = authorization(source);
    secrets.push_back(header.substr(header.find(' ') + 1));
  }
  if (auto password = credential(source, "password")) secrets.push_back(*std::move(password));
  return secrets;
}

/// The URL of a file with the query that signs it, which is the Secret's alone.
std::string signed_url(const Source& source, std::string url) {
  if (url.substr(0, url.find('?')) != source.url) {
    throw Failure(
        "ModelSourceRefused",
        "the Secret's signedUrl is not source.url with a query; write the part before its "
        "'?' into source.url");
  }
  return url;
}

/// One file, for a kind of remote that our rclone has alone (scripts/rclone.go).
RcloneRemote file_remote(const Source& source, const std::string& url,
                         const std::string& authorization) {
  RcloneOptions options{{"type", "get"}, {"url", url}};
  set(options, "authorization", authorization);
  return {std::move(options), percent_decoded(source.url.substr(source.url.rfind('/') + 1))};
}

RcloneRemote http_remote(const Source& source, Asking asking) {
  if (const auto url = credential(source, "signedUrl"))
    return file_remote(source, signed_url(source, *url), "");

  const auto slash = source.url.rfind('/');
  const auto has_path = slash != std::string::npos && slash > source.url.find("://") + 2;
  const auto folder = has_path ? source.url.substr(0, slash + 1) : source.url + "/";
  RcloneOptions options{{"type", "http"}};
  set(options, "url", folder);
  const auto header = authorization(source);
  if (asking == Asking::ByGet) return file_remote(source, source.url, header);
  if (!header.empty()) set(options, "headers", "Authorization," + list_field(header));
  return {std::move(options),
          percent_decoded(source.url.substr(std::min(folder.size(), source.url.size())))};
}

RcloneRemote remote_of(const Source& source, Asking asking) {
  if (source.url.starts_with("s3://")) return s3_remote(source);
  if (source.url.starts_with("gs://")) return gcs_remote(source);
  if (source.url.starts_with("azureblob://")) return azure_remote(source);
  if (source.url.starts_with("sftp://")) return sftp_remote(source);
  return http_remote(source, asking);
}

/// What a cloud's SDK asks for the pod's identity: the node's own server, or what the webhook names
/// ("AWS_CONTAINER_CREDENTIALS_FULL_URI=http://169.254.170.23/...").
std::vector<std::string> places_of_identity(const Source& source) {
  if (!source.workload_identity) return {};
  std::vector<std::string> places{"169.254.169.254"};
  for (const auto& variable : environment_for_programs(identity_variables(source)))
    places.push_back(variable.substr(variable.find('=') + 1));
  return places;
}

/// Where a Google service account gets its tokens.
std::string token_uri(const std::string& service_account) {
  return service_account.empty() ? ""
                                 : json::string_at(json::parse(service_account), {"token_uri"});
}

std::vector<std::string> local_address_check_of(const Source& source,
                                                const RcloneOptions& options) {
  LocalAddressCheck check{.named = places_of_identity(source),
                          .allow_all = source.allow_local_addresses};
  for (const auto& [name, value] : options) {
    if (name == "url" || name == "endpoint" || name == "host" || name == "sas_url")
      check.named.push_back(value);
    if (name == "service_account_credentials") check.named.push_back(token_uri(value));
  }
  return local_address_check(check);
}

}  // namespace

std::string rclone_configuration(const RcloneOptions& options) {
  auto values = Json::object();
  for (const auto& [name, value] : options)
    values[name] = Json(base::base64_encode(value));
  return json::text(json::object({{"source", std::move(values)}}));
}

RcloneRemote rclone_remote(const Source& source, Asking asking) {
  auto remote = remote_of(source, asking);
  remote.secrets = secrets_sent_by_rclone(source);
  remote.environment = source.workload_identity ? identity(source) : environment_for_programs();
  set_variables(remote.environment, local_address_check_of(source, remote.options));
  return remote;
}

}  // namespace content
