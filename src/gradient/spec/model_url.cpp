#include "gradient/spec/model_url.h"

#include "gradient/spec/characters.h"
#include "gradient/spec/plain_secrets.h"
#include "gradient/spec/references.h"
#include "gradient/spec/values.h"

#include <algorithm>
#include <array>
#include <string>

namespace gradient::model_url {
namespace {

constexpr auto none = std::string_view::npos;
constexpr std::string_view wrong_escape =
    "has a '%' without two hexadecimal digits behind it; write %25 for a percent sign";

using Scheme = ModelSource::Scheme;

/// Bucket, host or claim with an optional port.
bool is_place(std::string_view text) {
  const auto colon = text.find(':');
  const auto name = text.substr(0, colon);
  const auto allowed = [](char c) {
    return values::is_alphanumeric(c) || c == '.' || c == '_' || c == '-';
  };
  return !name.empty() && values::all(name, allowed) && values::is_alphanumeric(name.front()) &&
         (colon == none || values::is_port(text.substr(colon + 1)));
}

bool is_clean(std::string_view path) {
  return !values::any(path, values::is_blank) && !values::has_control(path) &&
         values::all_parts(path, '/', [](std::string_view part) { return part != ".."; });
}

/// USER@HOST[:PORT]/PATH; the user may be in the Secret instead.
bool is_sftp_place(std::string_view place, bool has_path) {
  const auto at = place.find('@');
  const auto user = at == none ? "any" : place.substr(0, at);
  const auto allowed = [](char c) {
    return values::is_alphanumeric(c) || c == '.' || c == '_' || c == '+' || c == '-';
  };
  return has_path && !user.empty() && user.front() != '-' && values::all(user, allowed) &&
         is_place(at == none ? place : place.substr(at + 1));
}

bool fits(Scheme scheme, std::string_view place, bool has_path) {
  switch (scheme) {
    case Scheme::Sftp:
      return is_sftp_place(place, has_path);
    case Scheme::Claim:
      return values::is_dns_subdomain(place);
    case Scheme::Gcs:
    case Scheme::Azure:
      return is_place(place) && place.find(':') == none;
    case Scheme::S3:
    case Scheme::Http:
    case Scheme::Oci:
      break;
  }
  return is_place(place);
}

bool has_password(std::string_view url) {
  const auto rest = after_scheme(url);
  return rest.substr(0, rest.find('@')).find_first_of(":/") != none;
}

/// Of hf://ORGANISATION/NAME[@REF] and git+https://HOST/PATH[?ref=REF].
std::string_view git_problem(std::string_view url) {
  constexpr std::string_view query = "?ref=";
  const auto rest = after_scheme(url);
  const bool is_hf = values::scheme(url) == "hf";
  const auto end = is_hf ? rest.find('@') : rest.find('?');
  const auto name = rest.substr(0, end);
  const auto slash = name.find('/');
  const bool has_path = slash != none && slash + 1 < name.size() && is_clean(name.substr(slash)) &&
                        name.find_first_of("#%") == none &&
                        (!is_hf || is_place(name.substr(slash + 1)));
  if (!has_path || !is_place(name.substr(0, slash)) || (is_hf && name.find(':') != none)) {
    return is_hf ? "must be hf://ORGANISATION/NAME or hf://ORGANISATION/NAME@REF"
                 : "must be git+https://HOST/PATH or git+https://HOST/PATH?ref=REF";
  }
  if (end == none) return {};
  const auto ref = rest.substr(end);
  if (!is_hf && ref.substr(0, query.size()) != query)
    return "must be git+https://HOST/PATH or git+https://HOST/PATH?ref=REF";
  return values::git_ref_problem(ref.substr(is_hf ? 1 : query.size()));
}

/// The page of a model and not one of its files: https://huggingface.co/ORGANISATION/NAME, perhaps
/// with a ref behind it.
bool is_page_of_model(std::string_view url) {
  constexpr std::string_view site = "https://huggingface.co/";
  if (url.substr(0, site.size()) != site) return false;
  auto path = url.substr(site.size());
  while (!path.empty() && path.back() == '/')
    path.remove_suffix(1);
  const auto slashes = std::count(path.begin(), path.end(), '/');
  return slashes == 1 || path.find("/tree/") != none;
}

/// Of the hosts of Azure's, Google's and Amazon's storage: they give files and no listing.
bool is_folder_of_cloud(std::string_view url) {
  if (values::scheme(url) != "https") return false;
  const auto rest = after_scheme(url);
  const auto host = "." + std::string(rest.substr(0, rest.find('/')));
  const bool is_folder = rest.find('/') == none || rest.back() == '/';
  const auto ends_with = [&](std::string_view end) {
    return host.size() >= end.size() &&
           host.compare(host.size() - end.size(), end.size(), end) == 0;
  };
  const bool is_amazon = ends_with(".amazonaws.com") && (host.find(".s3.") != std::string::npos ||
                                                         host.find(".s3-") != std::string::npos);
  return is_folder &&
         (is_amazon || ends_with(".blob.core.windows.net") || ends_with(".storage.googleapis.com"));
}

}  // namespace

std::string_view after_scheme(std::string_view url) {
  return url.substr(values::scheme(url).size() + 3);
}

std::optional<Scheme> scheme(std::string_view url) {
  constexpr std::array<std::pair<std::string_view, Scheme>, 10> schemes{{
      {"s3", Scheme::S3},
      {"gs", Scheme::Gcs},
      {"azureblob", Scheme::Azure},
      {"https", Scheme::Http},
      {"http", Scheme::Http},
      {"hf", Scheme::Http},  // git over https has the same credentials
      {"git+https", Scheme::Http},
      {"sftp", Scheme::Sftp},
      {"oci", Scheme::Oci},
      {"pvc", Scheme::Claim},
  }};
  for (const auto& [name, scheme] : schemes)
    if (values::scheme(url) == name) return scheme;
  return {};
}

bool is_git(std::string_view url) {
  return values::scheme(url) == "hf" || values::scheme(url) == "git+https";
}

std::string_view problem(std::string_view url) {
  const auto scheme = model_url::scheme(url);
  if (scheme == Scheme::Oci) {
    return values::is_artifact(after_scheme(url))
               ? ""
               : "must be oci://REGISTRY/REPOSITORY:TAG or oci://REGISTRY/REPOSITORY@sha256:DIGEST "
                 "with its repository in lower case; a login belongs in a ContainerRegistry, "
                 "which source.containerRegistry names";
  }
  if (is_folder_of_cloud(url)) {
    return "is a folder of a cloud's storage, which is not listed over https; write "
           "azureblob://CONTAINER/PATH with source.account, gs://BUCKET/PATH or s3://BUCKET/PATH, "
           "or "
           "the URL of one file";
  }
  if (is_page_of_model(url)) {
    return "is the page of a model, not its files; write hf://ORGANISATION/NAME, or with a branch, "
           "tag or commit hf://ORGANISATION/NAME@REF";
  }
  if (values::has_user(url) && (scheme != Scheme::Sftp || has_password(url))) {
    return "must not carry a user or password; put them into a Secret and name it in "
           "source.secretName";
  }
  if (values::has_token(url)) {
    return "must not carry a token or signature; put a token, or all of a signed URL as "
           "signedUrl, into a Secret and name it in source.secretName";
  }
  if (!scheme) {
    return "must begin with s3://, gs://, azureblob://, https://, http://, sftp://, hf://, "
           "git+https://, oci:// or pvc://; this release reads no other sources";
  }
  if (is_git(url)) return git_problem(url);
  if (scheme == Scheme::Http && url.find_first_of("?#") != none) {
    return "must not have a query or a fragment; write the path of a file or folder alone, such as "
           "https://models.example.com/sentiment/";
  }
  if (scheme == Scheme::Http && values::has_wrong_escape(url)) return wrong_escape;
  const auto rest = after_scheme(url);
  const auto slash = rest.find('/');
  const bool has_path = slash != none;
  return fits(*scheme, rest.substr(0, slash), has_path) &&
                 (!has_path || is_clean(rest.substr(slash)))
             ? ""
             : "must name a bucket, container, host or claim and a path without blanks and '..', "
               "such as s3://models/sentiment/";
}

std::string_view endpoint_problem(std::string_view url) {
  const auto scheme = values::scheme(url);
  if (values::has_wrong_escape(url)) return wrong_escape;
  if (scheme == "https" || scheme == "http") {
    const auto rest = after_scheme(url);
    const auto slash = rest.find('/');
    const auto path = slash == none ? std::string_view() : rest.substr(slash);
    if (is_place(rest.substr(0, slash)) && is_clean(path) && path.find_first_of("@?#") == none)
      return {};
  }
  return "must be an https or http URL without user and password, such as "
         "https://minio.example.com:9000";
}

}  // namespace gradient::model_url
