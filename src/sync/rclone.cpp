#include "sync/rclone.h"

#include "base/base64.h"
#include "base/hash.h"
#include "sync/credential.h"
#include "sync/environment.h"
#include "sync/failure.h"

#include <algorithm>
#include <cmath>
#include <malloc.h>
#include <optional>
#include <sstream>

namespace content {
namespace {

using json::Json;

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

using Read = std::string (*)(const std::string& file);

std::optional<std::string> credential(const Source& source, const char* name,
                                      Read read = read_credential) {
  const auto file = source.credentials / name;
  if (source.credentials.empty() || !std::filesystem::exists(file)) return {};
  return read(file.string());
}

std::string required(const Source& source, const char* name, Read read = read_credential) {
  if (auto value = credential(source, name, read)) return *value;
  throw Failure("SyncFailed", std::string("the Secret of the model has no key ") + name);
}

void set(std::string& configuration, const char* name, const std::string& value) {
  if (!value.empty()) configuration += std::string(name) + " = " + value + "\n";
}

RcloneRemote s3_remote(const Source& source) {
  std::string configuration = "[source]\ntype = s3\nenv_auth = false\n";
  set(configuration, "provider", source.endpoint.empty() ? "AWS" : "Other");
  set(configuration, "endpoint", source.endpoint);
  set(configuration, "region", source.region);
  set(configuration, "force_path_style", source.path_style ? "true" : "false");
  set(configuration, "list_version", "2");  // the older one takes rclone half as much memory more
  if (!source.credentials.empty()) {
    set(configuration, "access_key_id", required(source, "accessKeyId"));
    set(configuration, "secret_access_key", required(source, "secretAccessKey"));
    set(configuration, "session_token", credential(source, "sessionToken").value_or(""));
  }
  return {std::move(configuration), source.url.substr(std::string_view("s3://").size())};
}

std::string after_scheme(const std::string& url) {
  return url.substr(url.find("://") + 3);
}

/// A JSON object, on the one line that a configuration's value has.
std::string one_line_of_json(const Path& file) {
  try {
    const auto value = json::parse(read_credential_text(file.string()));
    if (value.is_object()) return json::text(value);
  } catch (const std::invalid_argument&) {  // told below, without the content
  }
  throw Failure("ModelSourceRefused", file.string() +
                                          ": is no JSON object; put the whole key file of the "
                                          "service account into the Secret");
}

RcloneRemote gcs_remote(const Source& source) {
  std::string configuration = "[source]\ntype = google cloud storage\n";
  if (source.credentials.empty()) {
    set(configuration, "anonymous", "true");
  } else {
    required(source, "serviceAccountJson", read_credential_text);
    set(configuration, "service_account_credentials",
        one_line_of_json(source.credentials / "serviceAccountJson"));
  }
  return {std::move(configuration), after_scheme(source.url)};
}

RcloneRemote azure_remote(const Source& source) {
  std::string configuration = "[source]\ntype = azureblob\n";
  if (const auto url = credential(source, "sasUrl")) {
    if (!source.endpoint.empty()) {
      throw Failure("ModelSourceRefused",
                    "the Secret's sasUrl names a host already; remove source.endpoint");
    }
    set(configuration, "sas_url", *url);
  } else {
    set(configuration, "account", required(source, "account"));
    set(configuration, "key", required(source, "accountKey"));
    // rclone puts the account's name before it
    if (!source.endpoint.empty()) set(configuration, "endpoint", after_scheme(source.endpoint));
  }
  return {std::move(configuration), after_scheme(source.url)};
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

void set_sftp_login(std::string& configuration, const Source& source) {
  const auto key = credential(source, "privateKey", read_credential_text);
  const auto password = credential(source, "password");
  if (!key && !password) {
    throw Failure("SyncFailed", "the Secret of the model has neither privateKey nor password");
  }
  if (key) set(configuration, "key_pem", with_escaped_newlines(*key));
  if (password) set(configuration, "pass", obscured(*password));
}

/// No command is run on the server, and no host is taken whose key is not known.
RcloneRemote sftp_remote(const Source& source) {
  const auto rest = after_scheme(source.url);
  const auto slash = std::min(rest.find('/'), rest.size());
  auto place = rest.substr(0, slash);
  std::string configuration =
      "[source]\ntype = sftp\nshell_type = none\ndisable_hashcheck = true\n";
  const auto at = place.find('@');
  set(configuration, "user",
      at == std::string::npos ? required(source, "username") : place.substr(0, at));
  if (at != std::string::npos) place.erase(0, at + 1);
  const auto colon = std::min(place.find(':'), place.size());
  set(configuration, "host", place.substr(0, colon));
  if (colon < place.size()) set(configuration, "port", place.substr(colon + 1));
  required(source, "knownHosts", read_credential_text);
  set(configuration, "known_hosts_file", (source.credentials / "knownHosts").string());
  set_sftp_login(configuration, source);
  return {std::move(configuration), rest.substr(slash)};
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
std::vector<std::string> secrets_sent(const Source& source) {
  std::vector<std::string> secrets;
  for (const auto* name : {"secretAccessKey", "sessionToken", "accountKey", "sasUrl", "token"}) {
    if (auto value = credential(source, name)) secrets.push_back(*std::move(value));
  }
  if (starts_with(source.url, "http")) {
    const auto header = authorization(source);
    secrets.push_back(header.substr(header.find(' ') + 1));
  }
  if (auto password = credential(source, "password")) secrets.push_back(*std::move(password));
  return secrets;
}

std::string percent_decoded(std::string_view text) {
  const auto digit = [](char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    return digits.find(static_cast<char>(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c));
  };
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) != std::string_view::npos &&
        digit(text[i + 2]) != std::string_view::npos) {
      result += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

RcloneRemote http_remote(const Source& source) {
  const auto slash = source.url.rfind('/');
  const auto has_path = slash != std::string::npos && slash > source.url.find("://") + 2;
  const auto folder = has_path ? source.url.substr(0, slash + 1) : source.url + "/";
  std::string configuration = "[source]\ntype = http\n";
  set(configuration, "url", folder);
  const auto header = authorization(source);
  if (!header.empty()) set(configuration, "headers", "Authorization," + list_field(header));
  return {std::move(configuration),
          percent_decoded(source.url.substr(std::min(folder.size(), source.url.size())))};
}

/// Joins the texts of the errors that rclone logs, one JSON object a line.
void collect_error(const Json& line, std::string& errors) {
  const auto level = json::string_at(line, {"level"});
  if (level != "error" && level != "critical" && level != "fatal" && level != "emergency") return;
  if (errors.size() < (8U << 10U)) errors += json::string_at(line, {"msg"}) + "\n";
}

/// One at a time, as rclone writes them: an entry a line. The whole would take many times its text.
template <class Use>
void for_each_entry(const std::string& lsjson, const Use& use) {
  std::istringstream lines(lsjson);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() != '{') continue;
    if (line.back() == ',') line.pop_back();
    use(json::parse(line));
  }
}

/// Whether all files are web pages that are not called so: what a server sends of a file to those
/// who are not logged in.
bool has_only_pages(const std::string& lsjson) {
  bool has_page = false;
  bool has_file = false;
  for_each_entry(lsjson, [&](const Json& entry) {
    const auto extension = Path(json::string_at(entry, {"Path"})).extension();
    const bool is_page = starts_with(json::string_at(entry, {"MimeType"}), "text/html") &&
                         extension != ".html" && extension != ".htm";
    (is_page ? has_page : has_file) = true;
  });
  return has_page && !has_file;
}

std::int64_t rounded(const Json& number) {
  return number.is_number() ? std::llround(number.as_double()) : 0;
}

void tell_progress(const Json& line, const Origin::OnProgress& on_progress) {
  const auto& stats = json::at(line, {"stats"});
  if (!stats.is_object()) return;
  const auto& left = json::at(stats, {"eta"});
  on_progress(json::object({{"bytes", rounded(json::at(stats, {"bytes"}))},
                            {"total", rounded(json::at(stats, {"totalBytes"}))},
                            {"rate", rounded(json::at(stats, {"speed"}))},
                            {"eta", left.is_number() ? left : Json()}}));
}

}  // namespace

RcloneRemote rclone_remote(const Source& source) {
  if (starts_with(source.url, "s3://")) return s3_remote(source);
  if (starts_with(source.url, "gs://")) return gcs_remote(source);
  if (starts_with(source.url, "azureblob://")) return azure_remote(source);
  if (starts_with(source.url, "sftp://")) return sftp_remote(source);
  return http_remote(source);
}

std::string without_queries(const std::string& text) {
  std::string result;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto question = std::min(text.find('?', begin), text.size());
    result += text.substr(begin, question - begin);
    begin = std::min(text.find_first_of(" \"\n", question), text.size());
  }
  return result;
}

std::vector<std::string> rclone_filters(const Source& source) {
  std::vector<std::string> result;
  for (const auto& pattern : source.exclude)
    result.push_back("--filter=- " + pattern);
  for (const auto& pattern : source.include)
    result.push_back("--filter=+ " + pattern);
  if (!source.include.empty()) result.emplace_back("--filter=- **");
  return result;
}

Listing read_listing(const std::string& lsjson) {
  Listing listing;
  std::vector<std::string> lines;
  for_each_entry(lsjson, [&](const Json& entry) {
    SourceFile file{.path = json::string_at(entry, {"Path"}),
                    .bytes = json::integer_at(entry, {"Size"}, -1),
                    .modified = json::string_at(entry, {"ModTime"}),
                    .md5 = json::string_at(entry, {"Hashes", "md5"})};
    check_path(file.path);
    lines.push_back(json::text(json::array(
        {Json(file.path), Json(file.bytes), Json(file.modified), json::at(entry, {"Hashes"})})));
    file.identity = base::short_hash(lines.back(), 32);
    listing.bytes += std::max<std::int64_t>(file.bytes, 0);
    listing.files.push_back(std::move(file));
  });
  std::sort(lines.begin(), lines.end());
  std::string all;
  for (const auto& line : lines)
    all += line + "\n";
  listing.fingerprint = base::sha256_hex(all);
  std::sort(listing.files.begin(), listing.files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return listing;
}

std::string Rclone::operator()(const std::string& command, std::vector<std::string> options,
                               const OnLine& on_line) const {
  const auto remote = rclone_remote(source_);
  std::vector<std::string> arguments = {
      "rclone",           command,          "source:" + remote.path, "--config",
      "/proc/self/fd/3",  "--use-json-log", "--retries=1",           "--low-level-retries=3",
      "--contimeout=20s", "--timeout=60s"};
  const auto filters = rclone_filters(source_);
  arguments.insert(arguments.end(), filters.begin(), filters.end());
  arguments.insert(arguments.end(), options.begin(), options.end());
  std::string errors;
  auto environment = environment_for_programs();
  environment.emplace_back("GOGC=30");  // half the memory, for a tenth more time of the processor
  auto finished = base::run({.arguments = std::move(arguments),
                             .environment = std::move(environment),
                             .secret_file = remote.configuration,
                             .on_error_line =
                                 [&](std::string_view text) {
                                   try {
                                     const auto line = json::parse(text);
                                     collect_error(line, errors);
                                     if (on_line) on_line(line);
                                   } catch (const std::invalid_argument&) {
                                     errors += std::string(text.substr(0, 300)) + "\n";
                                   }
                                 }},
                            stop_);
  if (finished.exit_code != 0) {
    throw rclone_failure(without_secrets(without_queries(errors), secrets_sent(source_)),
                         source_.url);
  }
  return std::move(finished.output);
}

Listing Rclone::list() const {
  const bool is_web = starts_with(source_.url, "http");
  std::vector<std::string> options{"--recursive", "--files-only", "--hash", "--use-server-modtime"};
  if (!is_web) options.emplace_back("--no-mimetype");
  const auto lsjson = (*this)("lsjson", std::move(options));
  auto listing = read_listing(lsjson);
  // rclone takes a page at a file's address for a folder
  const bool is_page_for_file =
      is_web && listing.files.empty() && source_.url.back() != '/' && source_.include.empty();
  if (is_page_for_file || (is_web && has_only_pages(lsjson))) {
    throw Failure("UnexpectedAnswer",
                  source_.url +
                      ": the server sends a web page in place of a file, such as a login form; "
                      "check url and the credentials");
  }
  if (listing.files.empty() && !rclone_filters(source_).empty()) {
    throw Failure("ModelEmpty", source_.url +
                                    ": there is no file that source.include and source.exclude let "
                                    "through; check url and patterns");
  }
  const bool knows_empty_folders =
      starts_with(source_.url, "sftp://") || starts_with(source_.url, "http");
  if (listing.files.empty() && !knows_empty_folders) {
    throw Failure("ModelSourceMissing",
                  source_.url + ": there is no object; check bucket, path and spelling");
  }
  if (listing.files.empty())
    throw Failure("ModelEmpty",
                  source_.url + ": there is no file in the folder, or a page is in its place");
  return listing;
}

void Rclone::copy(const Listing& /*listing*/, const Path& target, OnProgress on_progress,
                  OnFile on_file) const {
  malloc_trim(0);  // what it took to read the listing is not needed while rclone works
  try {
    (*this)("copy",
            {target.string(), "--ignore-existing", "--stats=2s", "--stats-log-level=NOTICE", "-v",
             "--buffer-size=4Mi", "--transfers=4", "--use-server-modtime", "--ignore-checksum"},
            [&](const Json& line) {
              tell_progress(line, on_progress);
              if (json::string_at(line, {"msg"}).find("Copied (new)") != std::string::npos)
                on_file(json::string_at(line, {"object"}));
            });
  } catch (const Failure& failure) {
    if (failure.reason != "ModelSourceMissing") throw;
    throw Failure("ModelSourceChanged",
                  source_.url + ": a file vanished between listing and download", Kind::Transient);
  }
}

}  // namespace content
