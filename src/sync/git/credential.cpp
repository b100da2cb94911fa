#include "sync/git/credential.h"

#include "base/base64.h"
#include "base/files.h"
#include "sync/git/git.h"
#include "sync/git/remote_url.h"
#include "sync/program/secret_file.h"
#include "sync/report/failure.h"
#include "sync/volume/volume.h"

#include <algorithm>
#include <chrono>
#include <istream>
#include <ostream>
#include <sstream>
#include <stdexcept>

namespace content {
namespace {

/// Servers that look at the token alone accept any name.
constexpr const char* any_username = "git";

constexpr std::string_view suffix = ".git";

/// One word of a shell, whatever is in it.
std::string shell_word(const std::string& text) {
  std::string result = "'";
  for (const char c : text)
    result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

/// A path as it is compared: "/team/app" of "/team/app.git" and of "/team/app/".
std::string plain_path(std::string path) {
  while (path.ends_with('/'))
    path.pop_back();
  if (path.ends_with(suffix)) path.resize(path.size() - suffix.size());
  return path;
}

/// Whether `path` is `prefix` or below it.
bool is_at_or_below(std::string_view path, std::string_view prefix) {
  if (prefix.empty()) return true;
  // A server would read ".." as another path than this one.
  const auto in_slashes = std::string(path) + "/";
  for (const auto* part : {"/../", "/./", "//"})
    if (in_slashes.find(part) != std::string::npos) return false;
  if (!path.starts_with(prefix)) return false;
  auto rest = path.substr(prefix.size());
  if (rest.starts_with(suffix)) rest.remove_prefix(suffix.size());
  return rest.empty() || rest.front() == '/';
}

/// The index of the credential for a URL; nothing when there is none.
std::optional<std::size_t> choose(const std::vector<GitCredential>& credentials,
                                  const RemoteUrl& url) {
  std::optional<std::size_t> chosen;
  std::size_t longest = 0;
  for (std::size_t i = 0; i < credentials.size(); ++i) {
    const auto read = read_remote_url(credentials[i].url);
    if (!read || origin(*read) != origin(url)) continue;
    const auto path = plain_path(read->path);
    if (!is_at_or_below(url.path, path) || (chosen && path.size() <= longest)) continue;
    chosen = i;
    longest = path.size();
  }
  return chosen;
}

/// What git asks for or tells of; git writes the path without its first '/'.
std::optional<RemoteUrl> read_question(std::istream& question) {
  std::string protocol;
  std::string host;
  std::string path;
  for (std::string line; std::getline(question, line) && !line.empty();) {
    if (line.starts_with("protocol=")) protocol = line.substr(9);
    if (line.starts_with("host=")) host = line.substr(5);
    if (line.starts_with("path=")) path = line.substr(5);
  }
  // git decodes a host: then it could have an end or a user in it that is none.
  if (host.find_first_of("@/?#") != std::string::npos) return {};
  auto url = read_remote_url(protocol + "://" + host);
  if (url) url->path = "/" + path;
  return url;
}

Path refusal(const CredentialOptions& options, std::size_t index) {
  return options.state / ("refused-" + std::to_string(index));
}

Path time_of_answer(const CredentialOptions& options, std::size_t index) {
  return options.state / ("answered-" + std::to_string(index));
}

/// Whether a token that a server refuses was good for its hour, and is over.
bool is_over(const CredentialOptions& options, std::size_t index) {
  constexpr auto sure = std::chrono::minutes(55);
  std::error_code none;
  const auto answered = std::filesystem::last_write_time(time_of_answer(options, index), none);
  return options.credentials[index].app && !none &&
         std::filesystem::file_time_type::clock::now() - answered > sure;
}

std::string username(const GitCredential& credential) {
  if (credential.app) return app_username;
  return credential.username.empty() ? any_username : credential.username;
}

/// `text` with every word that begins so hidden.
std::string without_words(std::string text, const std::string& beginning) {
  constexpr std::string_view instead = "[secret]";
  for (auto at = text.find(beginning); at != std::string::npos;
       at = text.find(beginning, at + instead.size())) {
    const auto end = text.find_first_of(" \t\r\n\"'<>,;", at);
    text.replace(at, std::min(end, text.size()) - at, instead);
  }
  return text;
}

}  // namespace

std::string to_text(const GitCredential& credential) {
  const auto& app = credential.app;
  return json::text(json::object({
      {"url", credential.url},
      {"username", json::text_or_null(credential.username)},
      {"file", credential.password_file.string()},
      {"appId", app ? json::Json(app->id) : json::Json()},
      {"installationId", app ? json::Json(app->installation) : json::Json()},
      {"apiUrl", app ? json::text_or_null(app->api) : json::Json()},
  }));
}

GitCredential read_git_credential(const std::string& text) {
  const auto given = json::parse(text);
  const auto field = [&](const char* name) { return json::string_at(given, {name}); };
  GitCredential credential{
      .url = field("url"), .username = field("username"), .password_file = field("file")};
  if (!field("appId").empty())
    credential.app = {
        .id = field("appId"), .installation = field("installationId"), .api = field("apiUrl")};
  const auto url = read_remote_url(credential.url);
  if (!url || !url->is_web() || !url->user.empty())
    throw std::invalid_argument("the URL of a credential must be https://HOST/PATH or http://");
  return credential;
}

std::vector<GitCredential> credentials_of(const GitRemote& remote) {
  std::vector<GitCredential> result;
  const auto url = read_remote_url(remote.url);
  const auto add_own = [&](const std::string& prefix) {
    result.push_back(
        {.url = prefix, .username = remote.username, .password_file = remote.password_file});
  };
  const bool has_own = url && url->is_web() && !remote.password_file.empty();
  // Its own is for itself before all others, and for the rest of its host after them.
  if (has_own && !remote.credentials.empty()) add_own(to_text(*url));
  result.insert(result.end(), remote.credentials.begin(), remote.credentials.end());
  if (!has_own) return result;
  add_own(origin(*url));
  // What may go over http may go over https, to which servers redirect.
  if (url->scheme == "http" && url->port.empty()) add_own("https://" + url->host);
  return result;
}

bool have_paths(const std::vector<GitCredential>& credentials) {
  return std::any_of(credentials.begin(), credentials.end(), [](const GitCredential& credential) {
    const auto url = read_remote_url(credential.url);
    return url && !plain_path(url->path).empty();
  });
}

std::string credential_helper(const std::vector<GitCredential>& credentials,
                              const std::filesystem::path& program,
                              const std::filesystem::path& state) {
  if (credentials.empty()) return {};
  // What git is started with (local_addresses.h) is not for us.
  auto command = "!LD_PRELOAD= " + shell_word(program.string()) + " credential --state " +
                 shell_word(state.string());
  for (const auto& credential : credentials)
    command += " --credential=" + shell_word(to_text(credential));
  return command;
}

void answer_credential(const CredentialOptions& options, std::istream& question,
                       std::ostream& answer) {
  const auto url = read_question(question);
  const auto chosen = url ? choose(options.credentials, *url) : std::nullopt;
  if (!chosen || std::filesystem::exists(refusal(options, *chosen))) return;
  const auto& credential = options.credentials[*chosen];
  // Before anything is written: git would take half an answer for an empty password.
  const auto password =
      credential.app ? installation_token(*credential.app, credential.url, credential.password_file)
                     : read_secret_line(credential.password_file.string());
  if (credential.app) {
    std::filesystem::create_directories(options.state);
    write_file(time_of_answer(options, *chosen), "");
  }
  answer << "username=" << username(credential) << "\npassword=" << password << "\n";
}

void remember_refusal(const CredentialOptions& options, std::istream& refused) {
  const auto url = read_question(refused);
  const auto chosen = url ? choose(options.credentials, *url) : std::nullopt;
  if (!chosen || is_over(options, *chosen)) return;
  std::filesystem::create_directories(options.state);
  write_file(refusal(options, *chosen), "");
}

bool is_credential_refused(const std::filesystem::path& state) {
  std::error_code none;
  const std::filesystem::directory_iterator files(state, none);
  return std::any_of(begin(files), end(files), [](const auto& file) {
    return file.path().filename().string().starts_with("refused-");
  });
}

void remember_problem(const CredentialOptions& options, const Failure& problem) {
  std::filesystem::create_directories(options.state);
  write_file(options.state / "problem",
             json::text(json::object({{"reason", problem.reason},
                                      {"message", problem.what()},
                                      {"kind", static_cast<int>(problem.kind)}})));
}

std::optional<Failure> credential_problem(const std::filesystem::path& state) {
  constexpr std::size_t longest = 64U << 10U;
  const auto text = base::read_if_there(state / "problem", longest);
  if (text.empty()) return {};
  const auto problem = json::parse(text);
  return Failure(json::string_at(problem, {"reason"}), json::string_at(problem, {"message"}),
                 static_cast<Failure::Kind>(json::integer_at(problem, {"kind"})));
}

std::string without_credentials(std::string text, const GitRemote& remote) {
  for (const auto& credential : credentials_of(remote)) {
    if (credential.app) {
      // Nobody else has a token that is got for a request.
      text = without_words(std::move(text), base::base64_encode(username(credential) + ":"));
      text = without_words(std::move(text), "ghs_");
      continue;
    }
    try {
      const auto password = read_secret_line(credential.password_file.string());
      text = without_secrets(
          std::move(text), {base::base64_encode(username(credential) + ":" + password), password});
    } catch (const Failure&) {  // without a password nothing was sent
    }
  }
  return text;
}

bool has_credential(const GitRemote& remote, const std::string& url) {
  const auto read = read_remote_url(url);
  return read && choose(credentials_of(remote), *read).has_value();
}

}  // namespace content
